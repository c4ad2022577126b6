"""/top and its buttons.

Decides how one walks between the lists and their verses; which verses are best is left to the use
case.
"""

from __future__ import annotations

from bot.handlers.commands import TOP
from bot.handlers.doors import AnyHandler, Doors
from bot.handlers.visit import Visit
from bot.pages import buttons, verse
from bot.pages import top as pages
from bot.usecases.top import Span, read_span


async def top(visit: Visit) -> None:
    """Lists the best."""
    found = await visit.house.top(visit.chat.id, read_span(visit.words))
    await visit.reply(pages.best(visit.reader, found))


async def switch(visit: Visit) -> None:
    """Lists the best of another span, in place."""
    assert visit.data is not None
    found = await visit.house.top(visit.chat.id, Span(visit.data["span"]))
    await visit.notice()
    await visit.turn(pages.best(visit.reader, found))


async def show(visit: Visit) -> None:
    """Opens one verse of a list."""
    assert visit.data is not None
    say = visit.reader.say
    viewed = await visit.house.view(visit.asker, visit.data["poem"])
    if viewed is None:
        await visit.notice(say.plain("top.gone"), alert=True)
        return
    if visit.in_channel:
        # Any reader may press; only who runs the channel decides what is posted there.
        await visit.notice(verse.at_a_glance(visit.reader, viewed), alert=True)
        return
    await visit.notice()
    await visit.answer_below(verse.viewed(visit.reader, viewed))


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module."""
    return [
        doors.command(TOP.name, top),
        doors.button(buttons.TOP, switch),
        doors.button(buttons.OPEN, show),
    ]
