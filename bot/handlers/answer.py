"""/answer, the reply to its question, and the buttons below the lines it offers.

Decides that a line may also stand in the message that is replied to; what a line is, and which go
with it, is left to the use case.
"""

from __future__ import annotations

from bot.handlers.commands import ANSWER
from bot.handlers.doors import SAID, AnyHandler, Doors
from bot.handlers.visit import Visit
from bot.pages import answer as pages
from bot.pages.page import Page
from bot.usecases.answer import Answered, Line, NoLine, read_line
from bot.usecases.ends import verse_in


async def answer(visit: Visit) -> None:
    """Offers lines to go with one, or asks for it."""
    await offer(visit, visit.words or _replied(visit))


async def take(visit: Visit) -> None:
    """The reply to the question."""
    await offer(visit, visit.words)


async def offer(visit: Visit, words: str) -> None:
    """Offers lines in the script that the given one is written in."""
    reader = visit.reader.answering(words)
    async with visit.working():
        outcome = await visit.house.answer(visit.asker, words)
    if not isinstance(outcome, NoLine):
        await visit.reply(pages.answer(reader, outcome, in_channel=visit.in_channel))
    elif visit.user_id is None:
        # Nobody whose reply field could be opened: a channel takes no such question at all.
        await visit.reply(Page(reader.say("answer.how")))
    else:
        await visit.reply(pages.ask(reader, among_others=visit.chat.kind != "private"))


def _replied(visit: Visit) -> str:
    """The line that is replied to, or the first couplet of a verse."""
    if isinstance(read_line(visit.replied), Line):
        return visit.replied
    verse = verse_in(visit.replied)
    return "，".join(verse.lines[:2]) if verse else visit.replied


async def again(visit: Visit) -> None:
    """Offers others in place, for the line where it stands or turned to the other side."""
    assert visit.data is not None
    reader = visit.reader
    if visit.in_channel:
        await visit.notice(reader.say.plain("button.in_channel"), alert=True)
        return
    turned = visit.data["how"] == "turn"
    async with visit.working():
        found = await visit.house.answer.again(visit.asker, visit.data["poem"], turned=turned)
    if found is None:
        await visit.notice(reader.say.plain("top.gone"), alert=True)
        return
    await visit.notice()
    if isinstance(found, Answered):
        await visit.turn(pages.choice(reader, found))
    else:
        await visit.reply(pages.answer(reader, found))


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module."""
    return [
        doors.command(ANSWER.name, answer),
        doors.reply(pages.question, SAID, take),
        doors.button(pages.AGAIN, again),
    ]
