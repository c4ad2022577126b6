"""Poems.

Decides how a poem is kept and which poems count as the best; who may see one is said by its
`public` mark, which the use case that made it sets.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.engine import Database
from bot.store.opinions import opinions
from bot.store.records import NewPoem, PoemRecord, RatingSummary
from bot.store.tables import Poem

PRIOR_RATINGS = 5
PRIOR_MEAN = 3.0
"""A poem is weighed as if so many people had already given it so many stars: one lucky five does
not beat many fours."""


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
        query = (
            update(Poem)
            .where(Poem.seed_text.is_not(None), Poem.created_at < before)
            .values(seed_text=None)
            .returning(Poem.id)
        )
        async with self._database.write() as session:
            return len((await session.scalars(query)).all())

    async def get(self, public_id: str) -> PoemRecord | None:
        """The poem of that public id, or None."""
        async with self._database.read() as session:
            poem = await session.scalar(select(Poem).where(Poem.public_id == public_id))
            return poem_record(poem) if poem else None

    async def top(
        self, chat_id: int | None, since: datetime | None, limit: int
    ) -> list[tuple[PoemRecord, RatingSummary]]:
        """The best rated poems this chat may see, best first; `since` leaves out older poems."""
        query = best_rated().where(_to_be_seen(chat_id)).limit(limit)
        if since is not None:
            query = query.where(Poem.created_at >= since)
        async with self._database.read() as session:
            rows = await session.execute(query)
            return [(poem_record(poem), summary(list(counts))) for poem, *counts in rows]

    async def unrated(
        self, chat_id: int | None, since: datetime | None, limit: int
    ) -> list[PoemRecord]:
        """Poems nobody has rated, of those this chat may see, by the poet's own score; the same
        text, written more than once, comes once."""
        given = opinions()
        seen = (
            select(func.max(Poem.id))
            .outerjoin(given, given.c.poem_id == Poem.id)
            .where(given.c.poem_id.is_(None), _to_be_seen(chat_id))
            .group_by(Poem.text)
        )
        if since is not None:
            seen = seen.where(Poem.created_at >= since)
        query = (
            select(Poem)
            .where(Poem.id.in_(seen))
            .order_by(Poem.score.desc(), Poem.id.desc())
            .limit(limit)
        )
        async with self._database.read() as session:
            return [poem_record(poem) for poem in await session.scalars(query)]


def _to_be_seen(chat_id: int | None) -> ColumnElement[bool]:
    """What a chat is shown unasked: what is public or its own, and was not taken back."""
    return and_(or_(Poem.public, Poem.chat_id == chat_id), ~Poem.withheld)


async def add_poem(session: AsyncSession, poem: NewPoem, now: datetime) -> PoemRecord:
    """Keeps a poem within somebody's transaction."""
    row = Poem(**asdict(poem), public_id=secrets.token_urlsafe(9), created_at=now)
    session.add(row)
    await session.flush()
    return poem_record(row)


def best_rated(above: float = 0.0) -> Select[Poem, *tuple[Any, ...]]:
    """Rated poems whose smoothed average is above that, best first, each with its five counts."""
    given = opinions()
    stars = [func.sum(case((given.c.stars == star, 1), else_=0)) for star in range(1, 6)]
    smoothed = (func.sum(given.c.stars) + PRIOR_RATINGS * PRIOR_MEAN) / (
        func.count() + PRIOR_RATINGS
    )
    return (
        select(Poem, *stars)
        .join(given, given.c.poem_id == Poem.id)
        .group_by(Poem.id)
        .having(smoothed > above)
        .order_by(smoothed.desc(), func.count().desc(), Poem.id.desc())
    )


def summary(counts: list[int]) -> RatingSummary:
    """The summary of how many gave one star, two, … five."""
    one, two, three, four, five = counts
    count = sum(counts)
    total = sum(star * number for star, number in enumerate(counts, start=1))
    return RatingSummary(count, total / count if count else None, (one, two, three, four, five))


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
