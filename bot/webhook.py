"""Taking updates from Telegram's pushes.

Decides which requests are Telegram's, and that one is answered with 200 only when its update was
accepted, or nobody could ever read it: whatever else goes wrong before that makes Telegram push it
again. What an update means is left to the Application. The proxy that ends TLS in front of it is
the operator's.
"""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from telegram import Bot, Update

from bot.polling import Connection
from bot.reading import Unreadable, read_update

_log = logging.getLogger(__name__)

LARGEST = 1 << 20
"""Bytes of a request; an update with a long text, its entities and what it replies to has some
ten thousand."""
HEALTH = "/healthz"
_LOOK_SECONDS = 60.0
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"

Accept = Callable[[Sequence[Update]], Awaitable[None]]


@dataclass(frozen=True)
class Hook:
    """Where Telegram pushes to, and the secret by which it is known."""

    url: str
    secret: SecretStr

    @property
    def path(self) -> str:
        """The path at which it arrives, if the proxy leaves it as it is."""
        return unquote(urlsplit(self.url).path) or "/"


def create_app(hook: Hook, bot: Bot, accept: Accept, is_well: Callable[[], bool]) -> Starlette:
    """The application of the listener: the hook at its path, and a page of health."""
    secret = hook.secret.get_secret_value().encode()

    async def take(request: Request) -> Response:
        given = request.headers.get(_SECRET_HEADER, "").encode()
        if not hmac.compare_digest(given, secret):
            return _refusal(403, "this is not for you")
        try:
            update = _read(await _body(request), bot)
        except _Refused as refused:
            return _refusal(*refused.args)
        except Unreadable as error:
            # Telegram has nothing better, and would push it for a day.
            _log.warning("update %s cannot be read: %s", error.number, error)
            return Response(status_code=200)
        try:
            await accept([update])
        except Exception:
            _log.exception("an update cannot be kept; Telegram will push it again")
            return _refusal(503, "try again")
        return Response(status_code=200)

    async def show_health(_: Request) -> Response:
        well = is_well()
        return JSONResponse({"status": "ok" if well else "not serving"}, 200 if well else 503)

    health = Route(HEALTH, show_health, methods=["GET"])
    taking = Route(hook.path.replace("{", "%7B"), take, methods=["POST"])
    app = Starlette(routes=[taking, health])
    app.router.redirect_slashes = False  # another path is another path
    return app


async def register(
    bot: Bot, hook: Hook, connection: Connection, *, allowed_updates: Sequence[str]
) -> None:
    """Tells Telegram where to push; what waits there comes at once, and nothing is dropped.

    Several bots may do so, with the same address. Raises BadRequest for one that Telegram refuses.
    """
    secret = hook.secret.get_secret_value()
    await connection.insist(
        lambda: bot.set_webhook(hook.url, allowed_updates=allowed_updates, secret_token=secret)
    )


async def watch(bot: Bot, hook: Hook, connection: Connection) -> None:
    """Until the bot is to stop, says in the log what Telegram has to complain about."""
    told = None
    while not connection.stop.is_set():
        await connection.pause(_LOOK_SECONDS)
        found = await connection.insist(bot.get_webhook_info)
        if found is None or connection.stop.is_set():
            return
        if found.url != hook.url:
            _log.error("Telegram pushes somewhere else: another program uses this bot's token")
        elif found.last_error_date != told:
            told = found.last_error_date
            _log.warning("Telegram could not push: %s", found.last_error_message)


class _Refused(Exception):
    """Status and reason for a request that is none of Telegram's."""


async def _body(request: Request) -> bytes:
    """What was sent; of too much, the rest is not read."""
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise _Refused(415, "send application/json")
    body = bytearray()
    try:
        async for part in request.stream():
            body += part
            if len(body) > LARGEST:
                raise _Refused(413, f"an update has at most {LARGEST} bytes")
    except ClientDisconnect as error:
        raise _Refused(400, "the request ended too early") from error
    return bytes(body)


def _read(body: bytes, bot: Bot) -> Update:
    """The update that was sent. Raises Unreadable for one that has its number and no more sense."""
    try:
        return read_update(json.loads(body), bot)
    except (ValueError, RecursionError, Unreadable) as error:
        if isinstance(error, Unreadable) and error.number is not None:
            raise
        _log.warning("what was pushed is no update: %s", type(error).__name__)
        raise _Refused(400, "this is no update") from error


def _refusal(status: int, why: str) -> Response:
    return JSONResponse({"error": why}, status)
