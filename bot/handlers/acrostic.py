"""/acrostic, and the reply to its question.

Decides that heads are asked for where there are none, and in which script they are answered; what
they make is left to the use case.
"""

from __future__ import annotations

from bot.handlers.commands import ACROSTIC
from bot.handlers.doors import SAID, AnyHandler, Doors
from bot.handlers.visit import Visit
from bot.pages import acrostic as pages
from bot.pages.page import Page
from bot.usecases.acrostic import NoHeads


async def acrostic(visit: Visit) -> None:
    """Spells heads, or asks for them."""
    await answer(visit, visit.words)


async def answer(visit: Visit, words: str) -> None:
    """Spells heads in the script they are written in."""
    reader = visit.reader.answering(words)
    async with visit.working():
        outcome = await visit.house.acrostic(visit.asker, words)
    if not isinstance(outcome, NoHeads):
        await visit.reply(pages.answer(reader, outcome, in_channel=visit.in_channel))
    elif visit.user_id is None:
        # Nobody whose reply field could be opened: a channel takes no such question at all.
        await visit.reply(Page(reader.say("acrostic.how")))
    else:
        await visit.reply(pages.ask(reader, among_others=visit.chat.kind != "private"))


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module."""
    return [
        doors.command(ACROSTIC.name, acrostic),
        doors.reply(pages.question, SAID, acrostic),
    ]
