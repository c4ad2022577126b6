"""The stars below verse.

Decides the order: keep the rating, thank its giver, and only then change what others see.
"""

from __future__ import annotations

from bot.handlers.doors import AnyHandler, Doors
from bot.handlers.visit import Visit
from bot.pages import buttons, verse
from bot.usecases.rate import NoSuchPoem


async def rate(visit: Visit) -> None:
    """Takes a rating."""
    assert visit.data is not None
    assert visit.user_id is not None, "only people press buttons"
    public_id, stars = visit.data["poem"], int(visit.data["stars"])
    outcome = await visit.house.rate(visit.asker, public_id, stars)
    await visit.notice(verse.thanks(visit.reader.say, outcome))
    if isinstance(outcome, NoSuchPoem):
        return
    await visit.house.taste.hear(visit.chat.id, visit.user_id, public_id, stars)
    if visit.pressed is not None:
        visit.house.averages.refresh(visit.pressed, visit.reader.say)


async def opinions(visit: Visit) -> None:
    """Tells who gave how many stars."""
    assert visit.data is not None
    outcome = await visit.house.rate.opinions(visit.asker, visit.data["poem"])
    await visit.notice(verse.opinions(visit.reader.say, outcome), alert=True)


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module."""
    return [
        doors.button(buttons.RATE, rate),
        doors.button(buttons.OPINIONS, opinions),
    ]
