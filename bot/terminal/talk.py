"""A conversation with the bot, line by line.

Decides when a line is read, what it becomes and when the conversation ends; what the bot answers
is left to the Application.
"""

from __future__ import annotations

import asyncio
import getpass
import os
import threading
from collections.abc import AsyncIterator, Mapping

from telegram import Update

from bot.app import AnyApplication, build_application
from bot.opening import (
    open_services,
    open_worker,
    started,
    wait_for_poet,
)
from bot.pacing import Pacing, Rate
from bot.poet import PoetUnavailable
from bot.settings import Settings
from bot.terminal.request import PERSON_ID, Person, TerminalRequest
from bot.terminal.screen import Screen
from bot.texts import ENGLISH, TRADITIONAL
from model.verse import Script

_UNHURRIED = Rate(1000, 1)
"""A terminal keeps nobody waiting."""


class PoetAsleep(Exception):
    """The embedded worker does not come up."""


def person_here(language: str | None, environment: Mapping[str, str] = os.environ) -> Person:
    """The person at this terminal, in the given language or that of the locale."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # a container's user need not have a name
        name = "You"
    if language is not None:
        return Person(name, language, insists=True)
    variables = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((environment[v] for v in variables if environment.get(v)), "")
    tag = locale.split(".")[0].replace("_", "-")
    return Person(name, tag if tag.lower().startswith("zh") else ENGLISH)


async def talk(settings: Settings, person: Person, screen: Screen, source: int = 0) -> None:
    """Talks until the lines of a file descriptor end, standard input unless told otherwise.

    The database must be migrated. Raises PoetAsleep.
    """
    unhurried = settings.model_copy(update={"fair_use_person": None})  # a file may be piped in
    async with (
        open_worker(settings, quiet=True) as endpoint,
        open_services(unhurried, endpoint) as services,
    ):
        words = services.texts.for_language(person.language)
        if person.insists:
            script = Script.TRADITIONAL if words.tag == TRADITIONAL else Script.SIMPLIFIED
            chats, zone = services.store.chats, settings.timezone.key
            await chats.ensure(PERSON_ID, "private", "", zone=zone)
            await chats.set_language(PERSON_ID, words.tag, script)
        request = TerminalRequest(screen, person)
        application = build_application(
            services,
            request=request,
            pacing=Pacing(_UNHURRIED, _UNHURRIED, _UNHURRIED),
            posts_daily=False,
        )
        screen.hint(words.plain("terminal.warming_up"))
        try:
            await wait_for_poet(endpoint)
        except PoetUnavailable as error:
            raise PoetAsleep(
                "the poet does not wake up; `qibu worker` alone shows what is wrong with it"
            ) from error
        screen.hint(words.plain("terminal.welcome"))
        async with started(application):
            screen.prompt()
            lines = _lines(source)
            line = await anext(lines, None)
            while line is not None:
                await _say(line, request, application, screen)
                following = asyncio.ensure_future(anext(lines, None))
                answered = asyncio.create_task(application.update_queue.join())
                # Who types may stop the bot with another line; one that is piped waits its turn.
                late = {answered, following} if screen.interactive else {answered}
                await asyncio.wait(late, return_when=asyncio.FIRST_COMPLETED)
                if answered.done():
                    request.catch_up()
                    screen.prompt()
                answered.cancel()
                line = await following
            await application.update_queue.join()
            screen.leave()


async def _say(
    line: str,
    request: TerminalRequest,
    application: AnyApplication,
    screen: Screen,
) -> None:
    """Tells the bot one line."""
    text = line.strip()
    if not text:
        return
    button = request.button(text)
    if button is not None and button.url is not None:
        screen.notice(button.url)
        return
    update = request.message(text) if button is None else request.click(button)
    await application.update_queue.put(Update.de_json(update, application.bot))


async def _lines(source: int) -> AsyncIterator[str]:
    """The lines of a file descriptor, read in a thread: a loop cannot watch every kind of file.

    The thread reads the descriptor itself, for a Python stream that is being read at exit would
    stop the interpreter from leaving.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[bytes] = asyncio.Queue()

    def read() -> None:
        while True:
            chunk = os.read(source, 1 << 16)
            try:
                loop.call_soon_threadsafe(queue.put_nowait, chunk)
            except RuntimeError:  # the loop is closed: nobody listens any more
                return
            if not chunk:
                return

    threading.Thread(target=read, name="terminal", daemon=True).start()
    rest = b""
    while chunk := await queue.get():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.decode(errors="replace")
    if rest:
        yield rest.decode(errors="replace")
