"""`/preview`: the owner sees the next poem of the day before everybody else, and may take it back.

Decides which date is looked at and until when a poem can be replaced; how one is chosen is left to
`bot.usecases.poem_of_date`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.due import local_date
from bot.store import PoemRecord, Store
from bot.usecases.daily import DailyPoem

_LAST_ZONE = timedelta(hours=12)
"""How far the last place on earth to end a day lies behind UTC."""


@dataclass(frozen=True)
class Previewed:
    """The poem of a date."""

    poem: PoemRecord
    day: date
    posts: int
    """How many chats have it already, somewhere where that day has begun."""


@dataclass(frozen=True)
class DayOver:
    """That day has ended everywhere: nothing is left to choose."""


class Preview:
    """Shows and replaces poems of dates to come."""

    def __init__(self, store: Store, daily: DailyPoem, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._daily = daily
        self._clock = clock

    async def __call__(self, zone: str) -> Previewed:
        """Tomorrow's poem, as a calendar there counts. Raises as `DailyPoem.poem_of`."""
        today = local_date(ZoneInfo(zone), self._clock())
        return await self._of(today + timedelta(days=1))

    async def keeps(self, day: date, public_id: str) -> bool:
        """Whether this still is the poem of that date."""
        poem = await self._store.daily_poems.of(day)
        return poem is not None and poem.public_id == public_id

    async def another(self, day: date, public_id: str) -> Previewed | DayOver:
        """Takes a poem back for good and chooses another; one that was replaced already stays so.

        Chats that have it keep it, others get the new one. Raises as `DailyPoem.poem_of`.
        """
        if day < (self._clock() - _LAST_ZONE).date():
            return DayOver()
        await self._store.daily_poems.withhold(day, public_id)
        return await self._of(day)

    async def _of(self, day: date) -> Previewed:
        poem = await self._daily.poem_of(day)
        posts = await self._store.censuses.posts(day)
        return Previewed(poem, day, posts["sending"] + posts["sent"] + posts["unknown"])
