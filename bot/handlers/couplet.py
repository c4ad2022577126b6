"""/couplet, and the reply to its question.

Decides in which script it is answered; what the characters mean is left to the use case.
"""

from __future__ import annotations

from telegram.ext import filters

from bot.handlers.commands import COUPLET
from bot.handlers.doors import SAID, AnyHandler, Doors
from bot.handlers.visit import Visit
from bot.pages import couplet as pages
from bot.pages.page import Page
from bot.usecases.couplet import NothingGiven
from bot.usecases.ends import verse_in


async def couplet(visit: Visit) -> None:
    """Answers characters, or asks for them."""
    await answer(visit, visit.words or _replied(visit))


async def take(visit: Visit) -> None:
    """The reply to the question."""
    await answer(visit, visit.words)


async def answer(visit: Visit, words: str) -> None:
    """Answers characters in the script they are written in."""
    reader = visit.reader.answering(words)
    async with visit.working():
        outcome = await visit.house.couplet(visit.asker, words)
    if not isinstance(outcome, NothingGiven):
        await visit.reply(pages.answer(reader, outcome, in_channel=visit.in_channel))
    elif visit.user_id is None:
        # Nobody whose reply field could be opened: a channel takes no such question at all.
        await visit.reply(Page(reader.say("couplet.how")))
    else:
        await visit.reply(pages.ask(reader, among_others=visit.chat.kind != "private"))


def _replied(visit: Visit) -> str:
    """The verse in the message that is replied to, or all its words."""
    verse = verse_in(visit.replied)
    return verse.plain if verse else visit.replied


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module; in private a reply is plain words like any other."""
    return [
        doors.command(COUPLET.name, couplet),
        doors.reply(pages.question, SAID & filters.ChatType.GROUPS, take),
    ]
