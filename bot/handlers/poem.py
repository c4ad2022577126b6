"""/poem and /today.

Decides nothing but the order: show that something is being written, have it written, show it.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.due import local_date
from bot.handlers.acrostic import answer
from bot.handlers.commands import POEM, TODAY
from bot.handlers.doors import AnyHandler, Doors
from bot.handlers.visit import Visit
from bot.pages import acrostic, buttons, verse
from bot.usecases.acrostic import Spelled
from bot.usecases.wish import asks_for_acrostic


async def poem(visit: Visit) -> None:
    """Composes a verse."""
    await compose(visit, visit.words)


async def compose(visit: Visit, words: str) -> None:
    """Composes a verse at the wish that the words express, an acrostic among them."""
    if asks_for_acrostic(words):
        await answer(visit, words)
        return
    async with visit.working():
        outcome = await visit.house.compose(visit.asker, words)
    await visit.reply(verse.composed(visit.reader, outcome, in_channel=visit.in_channel))


async def another(visit: Visit) -> None:
    """Composes another like the one whose button was pressed."""
    assert visit.data is not None
    reader = visit.reader
    if visit.in_channel:
        await visit.notice(reader.say.plain("button.in_channel"), alert=True)
        return
    async with visit.working():
        outcome = await visit.house.another(visit.asker, visit.data["poem"])
    if outcome is None:
        await visit.notice(reader.say.plain("top.gone"), alert=True)
        return
    await visit.notice()
    if isinstance(outcome, Spelled):
        await visit.reply(acrostic.spelled(reader, outcome))
    else:
        await visit.reply(verse.composed(reader, outcome))


async def today(visit: Visit) -> None:
    """Shows the poem of the day."""
    services = visit.house.services
    day = local_date(ZoneInfo(visit.chat.zone), services.clock())
    async with visit.working():
        made = await visit.house.daily.poem_of(day)
    summary = await services.store.ratings.summary(made.public_id)
    page = verse.of_the_day(visit.reader, made, day, summary, in_channel=visit.in_channel)
    await visit.reply(page)


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module."""
    return [
        doors.command(POEM.name, poem),
        doors.command(TODAY.name, today),
        doors.button(buttons.ANOTHER, another),
    ]
