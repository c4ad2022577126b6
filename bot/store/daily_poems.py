"""Which poem is the poem of a date.

Decides that each date has one for everybody and no poem is it twice, however many bots choose at
once; what makes a poem worthy is left to `bot.usecases.daily`, but for the order of ratings.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import delete, exists, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.store import standings
from bot.store.engine import Database
from bot.store.poems import add_poem, poem_record
from bot.store.records import NewPoem, PoemRecord
from bot.store.tables import WITHHELD, DailyPoem, Poem, Standing


class DailyPoems:
    """The poem of each local calendar date."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, local_date: date) -> PoemRecord | None:
        """The poem chosen for that date, or None."""
        async with self._database.read() as session:
            return await _of(session, local_date)

    async def date_of(self, public_id: str) -> date | None:
        """The date whose poem this is, or None."""
        query = (
            select(DailyPoem.local_date)
            .join(Poem, Poem.id == DailyPoem.poem_id)
            .where(Poem.public_id == public_id)
        )
        async with self._database.read() as session:
            return await session.scalar(query)

    async def best_unused(self, since: datetime, above: float) -> PoemRecord | None:
        """The best rated public poem made since then that was never a daily poem.

        `above` is the smoothed average, in stars, that it must exceed.
        """
        taken_back = aliased(Poem, name="taken_back")
        twin = exists().where(
            literal_column(f"taken_back.{WITHHELD}"), taken_back.text == Poem.text
        )
        used = exists().where(DailyPoem.poem_id == Standing.poem_id)
        heaps = [
            select(Standing.poem_id)
            .join(Poem, Poem.id == Standing.poem_id)
            .where(
                standings.rated,
                standings.everybodys,
                span,
                Standing.average > above,
                ~used,
                ~twin,
            )
            for span in standings.spans(since, self._database.now() + timedelta(days=1))
        ]
        first = standings.heads(heaps, standings.BY_RATINGS, 1)
        query = (
            select(Poem)
            .join(Standing, Standing.poem_id == Poem.id)
            .where(Poem.id.in_(select(first.c.poem_id)))
            .order_by(*standings.BY_RATINGS)
            .limit(1)
        )
        async with self._database.read() as session:
            poem = await session.scalar(query)
            return poem_record(poem) if poem else None

    async def withhold(self, local_date: date, public_id: str) -> bool:
        """Takes the poem of a date back for good, so that another is chosen; whether it was the
        poem of that date."""
        poem_id = select(Poem.id).where(Poem.public_id == public_id).scalar_subquery()
        async with self._database.write() as session:
            taken = await session.scalar(
                delete(DailyPoem)
                .where(DailyPoem.local_date == local_date, DailyPoem.poem_id == poem_id)
                .returning(DailyPoem.poem_id)
            )
            if taken is not None:
                await session.execute(update(Poem).where(Poem.id == taken).values(withheld=True))
            return taken is not None

    async def withheld_among(self, texts: Collection[str]) -> frozenset[str]:
        """Those of these verses that were taken back: the poet might write one of them again."""
        query = select(Poem.text).where(literal_column(f"poems.{WITHHELD}"), Poem.text.in_(texts))
        async with self._database.read() as session:
            return frozenset(await session.scalars(query))

    async def choose(self, local_date: date, poem: PoemRecord) -> PoemRecord | None:
        """Makes a kept poem that of the date; the poem of the date, which may be another's choice.

        None if the poem was taken for another date meanwhile.
        """
        async with self._database.write() as session:
            await self._choose(session, local_date, poem.id)
            return await _of(session, local_date)

    async def add(self, local_date: date, poem: NewPoem) -> PoemRecord:
        """Keeps a new poem as that of the date, unless somebody else was faster."""
        async with self._database.write() as session:
            added = await add_poem(session, poem, self._database.now())
            if not await self._choose(session, local_date, added.id):
                await session.execute(delete(Poem).where(Poem.id == added.id))
            chosen = await _of(session, local_date)
            assert chosen is not None, "a date that has a poem keeps it"
            return chosen

    async def _choose(self, session: AsyncSession, local_date: date, poem_id: int) -> bool:
        insert = self._database.insert(DailyPoem).values(
            local_date=local_date, poem_id=poem_id, chosen_at=self._database.now()
        )
        chosen = await session.scalar(
            insert.on_conflict_do_nothing().returning(DailyPoem.local_date)
        )
        return chosen is not None


async def _of(session: AsyncSession, local_date: date) -> PoemRecord | None:
    poem = await session.scalar(
        select(Poem)
        .join(DailyPoem, DailyPoem.poem_id == Poem.id)
        .where(DailyPoem.local_date == local_date)
    )
    return poem_record(poem) if poem else None
