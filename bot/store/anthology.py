"""Verse that anybody may be shown.

Decides which poems those are, in which order they are found, and that the same text comes once;
whom they are shown to, and where, is left to the use cases.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select

from bot.store import standings
from bot.store.engine import Database
from bot.store.poems import poem_record
from bot.store.records import PoemRecord, RatingSummary
from bot.store.standings import summary_of
from bot.store.tables import DailyPoem, Delivery, Poem, Standing
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
        heaps = [
            select(Standing.poem_id).where(standings.everybodys, Standing.form == form, span)
            for form in forms or Form
            for span in standings.spans(since, until)
        ]
        return await self._first(heaps, standings.BY_POET, limit)

    async def span(self) -> tuple[datetime, datetime] | None:
        """When the oldest and the newest poem were made; None where there are none."""
        made = select(Poem.created_at).where(_OPEN).limit(1)
        async with self._database.read() as session:
            oldest = await session.scalar(made.order_by(Poem.created_at))
            newest = await session.scalar(made.order_by(Poem.created_at.desc()))
            return None if oldest is None or newest is None else (oldest, newest)

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
            select(DailyPoem.local_date)
            .join(Poem, Poem.id == DailyPoem.poem_id)
            .where(_OPEN)
            .order_by(DailyPoem.local_date)
            .limit(1)
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
        wanted = [Poem.text.contains(character) for character in dict.fromkeys(characters)]
        # From an index alone: the rest of a poem is hundreds of numbers.
        latest = (
            select(func.max(Poem.id).label("id"), Poem.text)
            .where(_OPEN, Poem.id.between(up_to - RECENT, up_to), *wanted, *_of(forms))
            .group_by(Poem.text)
            .subquery("latest")
        )
        together = case((latest.c.text.contains(characters), 0), else_=1)
        found = (
            select(Standing.poem_id)
            .join(latest, latest.c.id == Standing.poem_id)
            .order_by(together, *standings.BY_POET)
            .offset(skip)
            .limit(limit)
        )
        async with self._database.read() as session:
            ids = (await session.scalars(found)).all()
            rows = await session.execute(_rated().where(Poem.id.in_(ids)))
            by_id = {poem.id: _record(poem, counts) for poem, *counts in rows}
        return [by_id[one] for one in ids if one in by_id]

    async def liked(
        self, forms: Collection[Form], above: float, *, up_to: int, limit: int
    ) -> list[Rated]:
        """Poems whose smoothed average, in stars, is above that, the best first."""
        heap = select(Standing.poem_id).where(
            standings.rated,
            standings.everybodys,
            Standing.average > above,
            Standing.poem_id <= up_to,
            *([Standing.form.in_(forms)] if forms else []),
        )
        return await self._first([heap], standings.BY_RATINGS, limit)

    async def made_by(self, command: str, limit: int) -> list[PoemRecord]:
        """The newest poems of one use case, of the recent ones."""
        query = (
            select(Poem)
            .where(_OPEN, Poem.command == command, _recent())
            .order_by(Poem.id.desc())
            .limit(limit)
        )
        async with self._database.read() as session:
            return [poem_record(poem) for poem in await session.scalars(query)]

    async def newest_of_one_model(self, limit: int) -> list[PoemRecord]:
        """The newest poems of the model that made the newest, of the recent ones."""
        model = select(Poem.model).where(_OPEN).order_by(Poem.id.desc()).limit(1)
        query = (
            select(Poem)
            .where(_OPEN, Poem.model == model.scalar_subquery(), _recent())
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
        query = select(Standing.poem_id, *standings.COUNTS).where(
            standings.everybodys, Standing.poem_id.in_(ids)
        )
        async with self._database.read() as session:
            rows = await session.execute(query)
            found = {poem_id: summary_of(counts) for poem_id, *counts in rows}
        return [(poem, found[poem.id]) for poem in poems if poem.id in found]

    async def _first(
        self,
        heaps: Sequence[Select[int]],
        order: Sequence[ColumnElement[Any]],
        limit: int,
    ) -> list[Rated]:
        """The first of several heaps; the same text once, where it stands best."""

        def first(reach: int) -> Select[*tuple[Any, ...]]:
            ids = standings.heads(heaps, order, reach)
            here = Poem.id.in_(select(ids.c.poem_id))
            return _rated().where(here).order_by(*order).limit(reach)

        async with self._database.read() as session:
            rows = await standings.once_each(session, first, limit)
            return [_record(poem, counts) for poem, *counts in rows]


def _rated() -> Select[*tuple[Any, ...]]:
    return select(Poem, *standings.COUNTS).join(Standing, Standing.poem_id == Poem.id)


def _record(poem: Poem, counts: Sequence[int]) -> Rated:
    return poem_record(poem), summary_of(counts)


def _recent() -> ColumnElement[bool]:
    newest = select(func.max(Poem.id)).scalar_subquery()
    return Poem.id > newest - RECENT


def _of(forms: Collection[Form]) -> list[ColumnElement[bool]]:
    return [Poem.form.in_(forms)] if forms else []
