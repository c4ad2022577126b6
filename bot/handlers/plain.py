"""What people say without a command, and what no other door takes.

Decides that in private every message gets an answer and every button everywhere; in groups, words
that are not for the bot get none.
"""

from __future__ import annotations

from telegram.ext import filters

from bot.handlers import channels
from bot.handlers.couplet import answer
from bot.handlers.doors import IN_PRIVATE, AnyHandler, Doors
from bot.handlers.poem import compose
from bot.handlers.visit import Visit
from bot.pages import talk
from bot.usecases.plain_words import WantsAnswer, WantsPoem, read_plain_words


async def words(visit: Visit) -> None:
    """Reads plain words as a wish or as verse, unless they settle a channel."""
    if await channels.hear(visit):
        return
    match read_plain_words(visit.words):
        case WantsPoem(wish):
            await compose(visit, wish)
        case WantsAnswer(verse):
            await answer(visit, verse)
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
