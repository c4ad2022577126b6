"""Verse that anybody may be shown.

Decides which poems those are, in which order they are found, and that the same text comes once;
whom they are shown to, and where, is left to the use cases.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, case, exists, func, select

from bot.store.engine import Database
from bot.store.opinions import opinions
from bot.store.poems import PRIOR_MEAN, PRIOR_RATINGS, poem_record, summary
from bot.store.records import PoemRecord, RatingSummary
from bot.store.tables import DailyPoem, Delivery, Poem
from model.verse import Form

RECENT = 20_000
"""So many poems back are searched for characters: nobody who types waits for the rest."""

Rated = tuple[PoemRecord, RatingSummary]

_OPEN = and_(Poem.public, Poem.withheld.is_(False))


class Anthology:
    """Public poems that nobody took back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self) -> int:
        """The id of the newest poem, of whatever kind; later ones are above it."""
        async with self._database.read() as session:
            return await session.scalar(select(func.max(Poem.id))) or 0

    async def of(self, public_ids: Sequence[str]) -> list[Rated]:
        """Those of these poems that may be shown, in the order of the ids."""
        query = select(Poem).where(_OPEN, Poem.public_id.in_(public_ids))
        async with self._database.read() as session:
            found = {poem.public_id: poem_record(poem) for poem in await session.scalars(query)}
        return await self.still_open([found[one] for one in public_ids if one in found])

    async def best(
        self, forms: Collection[Form], since: datetime, until: datetime, limit: int
    ) -> list[Rated]:
        """The best poems that were made in a span of time, rated or not."""
        made = and_(Poem.created_at >= since, Poem.created_at < until)
        return await self._best((made, *_of(forms)), (), skip=0, limit=limit)

    async def span(self) -> tuple[datetime, datetime] | None:
        """When the oldest and the newest poem were made; None where there are none."""
        query = select(func.min(Poem.created_at), func.max(Poem.created_at)).where(_OPEN)
        async with self._database.read() as session:
            oldest, newest = (await session.execute(query)).one()
            return None if oldest is None else (oldest, newest)

    async def days(self, since: date, until: date, limit: int) -> list[tuple[date, PoemRecord]]:
        """The poems of dates, both ends included, the latest first."""
        query = (
            select(DailyPoem.local_date, Poem)
            .join(Poem, Poem.id == DailyPoem.poem_id)
            .where(_OPEN, DailyPoem.local_date.between(since, until))
            .order_by(DailyPoem.local_date.desc())
            .limit(limit)
        )
        async with self._database.read() as session:
            return [(day, poem_record(poem)) for day, poem in await session.execute(query)]

    async def first_day(self) -> date | None:
        """The earliest date that has a poem to show."""
        query = (
            select(func.min(DailyPoem.local_date))
            .join(Poem, Poem.id == DailyPoem.poem_id)
            .where(_OPEN)
        )
        async with self._database.read() as session:
            return await session.scalar(query)

    async def find(
        self, characters: str, forms: Collection[Form], *, up_to: int, skip: int, limit: int
    ) -> list[Rated]:
        """Recent poems with all these characters: where they stand together first, then the best
        first.

        No form stands for all forms. `up_to` leaves out poems with a higher id, so that one can
        go on where one was while new ones come.
        """
        texts = [Poem.text.contains(character) for character in dict.fromkeys(characters)]
        together = case((Poem.text.contains(characters), 0), else_=1)
        recent = Poem.id.between(up_to - RECENT, up_to)
        return await self._best((recent, *texts, *_of(forms)), (together,), skip=skip, limit=limit)

    async def liked(
        self, forms: Collection[Form], above: float, *, up_to: int, skip: int, limit: int
    ) -> list[Rated]:
        """Poems whose smoothed average, in stars, is above that, the best first."""
        rated = Poem.id.in_(select(opinions().c.poem_id))
        conditions = (rated, *_of(forms), Poem.id <= up_to)
        return await self._best(conditions, (), skip=skip, limit=limit, above=above)

    async def made_by(self, command: str, limit: int) -> list[PoemRecord]:
        """The newest poems of one use case."""
        query = (
            select(Poem).where(_OPEN, Poem.command == command).order_by(Poem.id.desc()).limit(limit)
        )
        async with self._database.read() as session:
            return [poem_record(poem) for poem in await session.scalars(query)]

    async def newest_of_one_model(self, limit: int) -> list[PoemRecord]:
        """The newest poems of the model that made the newest."""
        model = select(Poem.model).where(_OPEN).order_by(Poem.id.desc()).limit(1)
        query = (
            select(Poem)
            .where(_OPEN, Poem.model == model.scalar_subquery())
            .order_by(Poem.id.desc())
            .limit(limit)
        )
        async with self._database.read() as session:
            return [poem_record(poem) for poem in await session.scalars(query)]

    async def unseen_in(self, chat_id: int, limit: int) -> list[PoemRecord]:
        """The newest poems that no delivery brought to a chat."""
        seen = exists().where(Delivery.chat_id == chat_id, Delivery.poem_id == Poem.id)
        query = select(Poem).where(_OPEN, ~seen).order_by(Poem.id.desc()).limit(limit)
        async with self._database.read() as session:
            return [poem_record(poem) for poem in await session.scalars(query)]

    async def still_open(self, poems: Sequence[PoemRecord]) -> list[Rated]:
        """Those of these poems that may still be shown, with what people think of them."""
        ids = [poem.id for poem in poems]
        given = opinions()
        counts = _counts(given.c.stars)
        query = (
            select(Poem.id, *counts)
            .outerjoin(given, given.c.poem_id == Poem.id)
            .where(_OPEN, Poem.id.in_(ids))
            .group_by(Poem.id)
        )
        async with self._database.read() as session:
            found = {row[0]: summary(list(row[1:])) for row in await session.execute(query)}
        return [(poem, found[poem.id]) for poem in poems if poem.id in found]

    async def _best(
        self,
        conditions: Sequence[ColumnElement[bool]],
        first: Sequence[ColumnElement[int]],
        *,
        skip: int,
        limit: int,
        above: float | None = None,
    ) -> list[Rated]:
        once = select(func.max(Poem.id)).where(_OPEN, *conditions).group_by(Poem.text)
        given = opinions()
        average = (func.coalesce(func.sum(given.c.stars), 0) + PRIOR_RATINGS * PRIOR_MEAN) / (
            func.count(given.c.stars) + PRIOR_RATINGS
        )
        query = (
            select(Poem, *_counts(given.c.stars))
            .join(given, given.c.poem_id == Poem.id, isouter=above is None)
            .where(Poem.id.in_(once))
            .group_by(Poem.id)
            .order_by(*first, average.desc(), Poem.score.desc(), Poem.id.desc())
            .offset(skip)
            .limit(limit)
        )
        if above is not None:
            query = query.having(average > above)
        async with self._database.read() as session:
            rows = await session.execute(query)
            return [(poem_record(poem), summary(list(counts))) for poem, *counts in rows]


def _of(forms: Collection[Form]) -> list[ColumnElement[bool]]:
    return [Poem.form.in_(forms)] if forms else []


def _counts(stars: ColumnElement[int]) -> list[ColumnElement[int]]:
    """How many gave one star, two, … five."""
    return [func.coalesce(func.sum(case((stars == star, 1), else_=0)), 0) for star in range(1, 6)]
