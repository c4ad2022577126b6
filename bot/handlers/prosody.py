"""The prosody of a verse, in its place.

Decides that anybody who reads a verse may have it explained, for it stays the same verse; what
there is to say is left to the use case.
"""

from __future__ import annotations

from bot.handlers.doors import AnyHandler, Doors
from bot.handlers.visit import Visit
from bot.pages import buttons
from bot.pages import prosody as pages


async def explain(visit: Visit) -> None:
    """Shows how the verse is built."""
    assert visit.data is not None
    say = visit.reader.say
    if visit.in_channel:
        await visit.notice(say.plain("button.in_channel"), alert=True)
        return
    found = await visit.house.prosody(visit.asker, visit.data["poem"])
    if found is None:
        await visit.notice(say.plain("top.gone"), alert=True)
        return
    await visit.notice()
    page = pages.explained(visit.reader, found)
    if visit.data["poem"] in visit.poems_pressed:
        await visit.turn(page)
    else:
        await visit.answer_below(page)


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module."""
    return [doors.button(buttons.PROSODY, explain)]
