"""Poems.

Decides how a poem is kept and which poems count as the best; who may see one is said by its
`public` mark, which the use case that made it sets.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store import standings
from bot.store.engine import PORTION, Database
from bot.store.records import NewPoem, PoemRecord, RatingSummary
from bot.store.standings import summary_of
from bot.store.tables import Poem, Standing
from model.verse import Form

_LATELY = timedelta(days=30)


class Poems:
    """Every poem that was shown to somebody."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, poem: NewPoem) -> PoemRecord:
        """Keeps a poem under a new public id; its user and chat must be known to the store."""
        async with self._database.write() as session:
            return await add_poem(session, poem, self._database.now())

    async def forget_seeds(self, before: datetime) -> int:
        """Removes the words that people gave for poems made before that moment; the poems stay. Of
        how many poems."""
        old = (
            select(Poem.id)
            .where(Poem.seed_text.is_not(None), Poem.created_at < before)
            .order_by(Poem.created_at)
            .limit(PORTION)
        )
        query = update(Poem).where(Poem.id.in_(old)).values(seed_text=None)
        removed = 0
        while True:  # others may write between two portions
            async with self._database.write() as session:
                portion = (await session.scalars(query.returning(Poem.id))).all()
            removed += len(portion)
            if len(portion) < PORTION:
                return removed

    async def get(self, public_id: str) -> PoemRecord | None:
        """The poem of that public id, or None."""
        async with self._database.read() as session:
            poem = await session.scalar(select(Poem).where(Poem.public_id == public_id))
            return poem_record(poem) if poem else None

    async def top(
        self, chat_id: int | None, since: datetime | None, limit: int
    ) -> list[tuple[PoemRecord, RatingSummary]]:
        """The best rated poems this chat may see, best first; `since` leaves out older poems."""
        readers = [standings.everybodys]
        if chat_id is not None:
            readers.append(Standing.seen_by == chat_id)
        heaps = [
            select(Standing.poem_id).where(standings.rated, reader, span)
            for reader in readers
            for span in standings.spans(since, self._later)
        ]
        first = standings.heads(heaps, standings.BY_RATINGS, limit)
        query = (
            select(Poem, *standings.COUNTS)
            .join(Standing, Standing.poem_id == Poem.id)
            .where(Poem.id.in_(select(first.c.poem_id)))
            .order_by(*standings.BY_RATINGS)
            .limit(limit)
        )
        async with self._database.read() as session:
            rows = await session.execute(query)
            return [(poem_record(poem), summary_of(counts)) for poem, *counts in rows]

    async def unrated(
        self, chat_id: int | None, since: datetime | None, limit: int
    ) -> list[PoemRecord]:
        """Poems nobody has rated, of those this chat may see, by the poet's own score; the same
        text, written more than once, comes once. Without `since`, those of the last weeks: among
        all that was ever made nobody looks for them."""
        since = since or self._database.now() - _LATELY
        nobody = (Standing.votes == 0, Standing.average == standings.PRIOR_MEAN)
        heaps = [
            select(Standing.poem_id).where(
                standings.everybodys, Standing.form == form, *nobody, span
            )
            for form in Form
            for span in standings.spans(since, self._later)
        ]
        if chat_id is not None:
            own = select(Standing.poem_id).join(Poem, Poem.id == Standing.poem_id)
            heaps.append(
                own.where(
                    Poem.chat_id == chat_id,
                    Standing.seen_by == chat_id,
                    *nobody,
                    Standing.created_at >= since,
                )
            )

        def first(reach: int) -> Select[*tuple[Any, ...]]:
            ids = standings.heads(heaps, standings.BY_POET, reach)
            return (
                select(Poem)
                .where(Poem.id.in_(select(ids.c.poem_id)))
                .order_by(Poem.score.desc(), Poem.id.desc())
                .limit(reach)
            )

        async with self._database.read() as session:
            rows = await standings.once_each(session, first, limit)
            return [poem_record(poem) for (poem,) in rows]

    @property
    def _later(self) -> datetime:
        """After all that was made, whichever bot's clock is fast."""
        return self._database.now() + timedelta(days=1)


async def add_poem(session: AsyncSession, poem: NewPoem, now: datetime) -> PoemRecord:
    """Keeps a poem within somebody's transaction."""
    row = Poem(**asdict(poem), public_id=secrets.token_urlsafe(9), created_at=now)
    session.add(row)
    await session.flush()
    return poem_record(row)


def poem_record(poem: Poem) -> PoemRecord:
    """A row as others may see it."""
    return PoemRecord(
        id=poem.id,
        public_id=poem.public_id,
        text=poem.text,
        form=poem.form,
        command=poem.command,
        seed_text=poem.seed_text,
        model=poem.model,
        seed=poem.seed,
        latent=tuple(poem.latent),
        score=poem.score,
        regular=poem.regular,
        public=poem.public,
        user_id=poem.user_id,
        chat_id=poem.chat_id,
        created_at=poem.created_at,
        parent_id=poem.parent_id,
        distance=poem.distance,
        withheld=poem.withheld,
        shared=poem.shared,
    )
