"""The life of the bot on Telegram: `qibu run` and `qibu bot`.

Decides in which order everything starts and stops, and what makes the bot give up; what it does
in between is left to the Application.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Iterator

from telegram.error import TelegramError

from bot.app import AnyApplication, allowed_updates
from bot.gallery import gallery
from bot.inbox import Inbox
from bot.listening import listening
from bot.observe import Metrics, build_observed, observed
from bot.opening import open_services, open_worker, started, wait_for_poet
from bot.poet import Endpoint, PoetUnavailable
from bot.polling import CannotGoOn, Connection, Polling
from bot.retention import forgetting_seeds, sweeping
from bot.services import Services
from bot.settings import Listen, Mode, Settings
from bot.webhook import Hook, create_app, register, watch

_log = logging.getLogger(__name__)

_PUSH_GRACE = 20
"""Seconds in which pushes that have begun are kept when the bot stops."""
_NO_INLINE = (
    "inline mode is off, so that nobody can send verse from other chats as @%s: send /setinline "
    "and then /setinlinefeedback (100%%) to @BotFather, and start the bot again"
)
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


async def run(settings: Settings) -> None:
    """Runs the bot until SIGINT or SIGTERM; a second signal does not wait for anything.

    Raises CannotGoOn if the token is wrong or somebody else uses it.
    """
    stop = asyncio.Event()
    metrics = Metrics()
    with _stopping(stop):
        async with contextlib.AsyncExitStack() as opened:
            endpoint = await opened.enter_async_context(open_worker(settings))
            services = await opened.enter_async_context(open_services(settings, endpoint))
            # Whoever polls is alone with this token: a bot that held updates before is gone.
            inbox = Inbox(services.store, alone=settings.mode is Mode.POLLING)
            application = build_observed(services, metrics, inbox=inbox)
            metrics.watch_worker(endpoint)
            if settings.metrics_listen is not None:
                pages = observed(
                    settings.metrics_listen, metrics, endpoint, lambda: application.running
                )
                try:
                    await opened.enter_async_context(pages)
                except OSError as error:
                    raise _taken("QIBU_METRICS_LISTEN", settings.metrics_listen, error) from error
            await opened.enter_async_context(sweeping(services.store))
            await opened.enter_async_context(
                forgetting_seeds(services.store, settings.seed_days, services.clock)
            )
            await _wait_for_poet(endpoint, stop)
            await _serve(application, inbox, services, stop)


async def _serve(
    application: AnyApplication, inbox: Inbox, services: Services, stop: asyncio.Event
) -> None:
    """Serves updates until told to stop, and then those that are in hand."""
    connection = Connection(stop)
    try:
        await connection.insist(application.initialize)
        if not stop.is_set():
            await _serve_known(application, inbox, services, connection)
    finally:
        await application.bot.shutdown()  # one that Telegram does not know has connections, too


async def _serve_known(
    application: AnyApplication, inbox: Inbox, services: Services, connection: Connection
) -> None:
    async with (
        inbox.open(application.bot, application.update_queue.put),
        started(application),
        _open_gallery(services, application.bot.username),
    ):
        _log.info("@%s serves", application.bot.username)
        if not application.bot.supports_inline_queries:
            _log.warning(_NO_INLINE, application.bot.username)
        try:
            if services.settings.mode is Mode.WEBHOOK:
                await _listen(application, inbox, services.settings, connection)
            else:
                await _poll(application, inbox, connection)
        finally:
            inbox.retire()


@contextlib.asynccontextmanager
async def _open_gallery(services: Services, username: str) -> AsyncIterator[None]:
    """The gallery, where it is wanted."""
    async with contextlib.AsyncExitStack() as opened:
        if (listen := services.settings.gallery_listen) is not None:
            try:
                await opened.enter_async_context(gallery(listen, services, username))
            except OSError as error:
                raise _taken("QIBU_GALLERY_LISTEN", listen, error) from error
            _log.info("the gallery is open on %s", listen)
        yield


async def _poll(application: AnyApplication, inbox: Inbox, connection: Connection) -> None:
    await Polling(
        application.bot,
        inbox.accept,
        connection,
        allowed_updates=allowed_updates(application),
    ).run()


async def _listen(
    application: AnyApplication, inbox: Inbox, settings: Settings, connection: Connection
) -> None:
    """Takes updates from a webhook, which Telegram keeps after we have left."""
    assert settings.webhook_url is not None
    assert settings.webhook_secret is not None
    hook, listen = Hook(settings.webhook_url, settings.webhook_secret), settings.webhook_listen
    app = create_app(hook, application.bot, inbox.accept, lambda: application.running)
    async with contextlib.AsyncExitStack() as opened:
        try:
            await opened.enter_async_context(listening(listen, app, grace=_PUSH_GRACE))
        except OSError as error:
            raise _taken("QIBU_WEBHOOK_LISTEN", listen, error) from error
        _log.info("listening for %s on %s", hook.url, listen)
        try:
            await register(
                application.bot, hook, connection, allowed_updates=allowed_updates(application)
            )
        except TelegramError as error:
            raise CannotGoOn(f"Telegram does not take the webhook: {error}") from error
        await watch(application.bot, hook, connection)


async def _wait_for_poet(endpoint: Endpoint, stop: asyncio.Event) -> None:
    """Lets messages wait at Telegram while our own worker loads; at worst starts without it."""
    waiting = asyncio.create_task(wait_for_poet(endpoint))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({waiting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    stopping.cancel()
    outcome, _ = await asyncio.gather(waiting, stopping, return_exceptions=True)
    if isinstance(outcome, PoetUnavailable):
        _log.error("the poet does not wake up; the bot starts without it")


def _taken(setting: str, listen: Listen, error: OSError) -> CannotGoOn:
    return CannotGoOn(f"{setting}: cannot listen on {listen} ({error.strerror})")


@contextlib.contextmanager
def _stopping(stop: asyncio.Event) -> Iterator[None]:
    """Sets the event at the first signal; the second one finds the default reaction."""
    loop = asyncio.get_running_loop()

    def leave() -> None:
        for number in _STOP_SIGNALS:
            loop.remove_signal_handler(number)
        stop.set()

    for number in _STOP_SIGNALS:
        loop.add_signal_handler(number, leave)
    try:
        yield
    finally:
        for number in _STOP_SIGNALS:
            loop.remove_signal_handler(number)
