"""What hangs in the gallery.

Decides which verse is on which page: the best of a week, the poems of dates, what a search finds;
which verse strangers may see at all is left to the store's anthology.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.gallery.calendars import Month, Week
from bot.store import PoemRecord, RatingSummary, Store
from model.verse import Form, han_only, simplify

BY_FORM = 6
"""Verses of a form in a week."""
FEED = 30
FOUND = 24
LONGEST = 14
"""Characters of a search."""

Rated = tuple[PoemRecord, RatingSummary]


@dataclass(frozen=True)
class Hung:
    """The best verses of a week by form, and whether other weeks have some."""

    week: Week
    verses: dict[Form, list[Rated]]
    earlier: bool
    later: bool


@dataclass(frozen=True)
class Archive:
    """The poems of a month's dates, and whether other months have some."""

    month: Month
    poems: dict[date, PoemRecord]
    earlier: bool
    later: bool


@dataclass(frozen=True)
class Known:
    """A verse, and what may be known of it."""

    poem: PoemRecord
    summary: RatingSummary
    day: date | None
    original: PoemRecord | None
    """What it is a variation of, if anybody may see that."""


class Curator:
    """Chooses what is shown."""

    def __init__(self, store: Store, zone: ZoneInfo, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._anthology = store.anthology
        self._zone = zone
        self._clock = clock

    @property
    def today(self) -> date:
        """The date here; poems of later ones are shown to nobody yet."""
        return self._clock().astimezone(self._zone).date()

    async def of_week(self, week: Week) -> Hung:
        """The best of a week."""
        since, until = week.moments(self._zone)
        verses = {
            form: best
            for form in reversed(Form)
            if (best := await self._anthology.best({form}, since, until, BY_FORM))
        }
        span = await self._anthology.span()
        earlier = span is not None and span[0] < since
        return Hung(week, verses, earlier, span is not None and span[1] >= until)

    async def latest_week(self) -> Week:
        """This week, or the last one in which something was made."""
        span = await self._anthology.span()
        newest = span[1] if span else self._clock()
        return Week.of(newest.astimezone(self._zone).date())

    async def of_today(self) -> tuple[date, PoemRecord] | None:
        """The poem of today, or the last one there was."""
        days = await self._anthology.days(date.min, self.today, 1)
        return days[0] if days else None

    async def of_month(self, month: Month) -> Archive:
        """The poems of the dates of a month, up to today."""
        last = min(month.last, self.today)
        poems = dict(await self._anthology.days(month.first, last, 31))
        first = await self._anthology.first_day()
        earlier = first is not None and first < month.first
        return Archive(month, poems, earlier, month < Month.of(self.today))

    async def latest_days(self) -> list[tuple[date, PoemRecord]]:
        """The poems of the last dates, the latest first."""
        return await self._anthology.days(date.min, self.today, FEED)

    async def verse(self, public_id: str) -> Known | None:
        """A verse that anybody may see."""
        found = await self._anthology.of([public_id])
        if not found:
            return None
        ((poem, summary),) = found
        original = await self._store.own_poems.original(poem)
        open_ = original is not None and await self._anthology.still_open([original])
        day = await self._store.daily_poems.date_of(public_id)
        return Known(
            poem,
            summary,
            None if day is None or day > self.today else day,
            original if open_ else None,
        )

    async def search(self, words: str) -> list[Rated]:
        """Verse with the Han characters of the words."""
        characters = simplify(han_only(words))[:LONGEST]
        if not characters:
            return []
        newest = await self._anthology.newest()
        return await self._anthology.find(characters, (), up_to=newest, skip=0, limit=FOUND)
