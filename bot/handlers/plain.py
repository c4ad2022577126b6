"""What people say without a command, and what no other door takes.

Decides that in private every message gets an answer and every button everywhere; in groups, words
that are not for the bot get none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from telegram.ext import filters

from bot.handlers import (
    account,
    answer,
    cancel,
    channels,
    collections,
    couplet,
    daily,
    help,
    morph,
    poem,
    settings,
    start,
    top,
)
from bot.handlers.doors import IN_PRIVATE, AnyHandler, Doors, Handle
from bot.handlers.visit import Visit
from bot.pages import talk
from bot.usecases.plain_words import (
    WantsAnswer,
    WantsCommand,
    WantsLines,
    WantsPoem,
    WantsWalk,
    read_plain_words,
)

_COMMANDS: Mapping[str, Handle] = {
    "start": start.start,
    "help": help.explain,
    "today": poem.today,
    "top": top.top,
    "kept": collections.kept,
    "mine": collections.mine,
    "daily": daily.daily,
    "settings": settings.settings,
    "language": start.language,
    "privacy": account.privacy,
    "cancel": cancel.cancel,
}


async def words(visit: Visit) -> None:
    """Reads plain words as a wish or as verse, unless they settle a channel."""
    if await channels.hear(visit):
        return
    match read_plain_words(visit.words):
        case WantsPoem(wish):
            await poem.compose(visit, wish)
        case WantsAnswer(verse):
            await couplet.answer(visit, verse)
        case WantsLines(line):
            await answer.offer(visit, line)
        case WantsWalk(verses):
            await morph.go(replace(visit, words=verses), [])
        case WantsCommand(name):
            await _COMMANDS[name](replace(visit, words=""))
        case None:
            await visit.reply(talk.hint_words(visit.reader))


async def unknown_command(visit: Visit) -> None:
    """Says so."""
    message = visit.update.effective_message
    command = message.text.split()[0] if message and message.text else "/"
    await visit.reply(talk.hint_command(visit.reader, command))


async def other(visit: Visit) -> None:
    """Says that only words are read."""
    await visit.reply(talk.hint_other(visit.reader))


async def unknown_button(visit: Visit) -> None:
    """Says that the button does nothing any more."""
    await visit.notice(visit.reader.say.plain("button.unknown"), alert=True)


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module; they take what is left, so they come last."""
    return [
        doors.unknown_command(IN_PRIVATE, unknown_command),
        doors.message(IN_PRIVATE & filters.TEXT, words),
        doors.message(IN_PRIVATE & ~filters.TEXT & ~filters.StatusUpdate.ALL, other),
        doors.button(None, unknown_button),
    ]
