"""Ratings.

Decides that a person has one rating per poem, which they may change; what the stars mean and how
they are asked for is left to the handlers.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.engine import Database
from bot.store.poems import summary
from bot.store.records import RatingSummary
from bot.store.tables import Poem, Rating


class Ratings:
    """One to five stars of a person for a poem."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rate(self, user_id: int, public_id: str, stars: int) -> RatingSummary | None:
        """Sets what a known person thinks of a poem; None if there is no such poem.

        Raises ValueError if the stars are not 1 to 5.
        """
        if not 1 <= stars <= 5:
            raise ValueError("a rating is 1 to 5 stars")
        async with self._database.write() as session:
            poem_id = await _id_of(session, public_id)
            if poem_id is None:
                return None
            now = self._database.now()
            insert = self._database.insert(Rating).values(
                poem_id=poem_id, user_id=user_id, stars=stars, changed_at=now
            )
            await session.execute(
                insert.on_conflict_do_update(
                    index_elements=[Rating.poem_id, Rating.user_id],
                    set_={"stars": stars, "changed_at": now},
                )
            )
            return await _summary_of(session, poem_id)

    async def summary(self, public_id: str) -> RatingSummary:
        """What people think of a poem; empty for one that nobody rated or nobody made."""
        async with self._database.read() as session:
            return await _summary_of(session, await _id_of(session, public_id))

    async def of(self, user_id: int, public_id: str) -> int | None:
        """The stars one person gave, or None."""
        query = (
            select(Rating.stars)
            .join(Poem, Poem.id == Rating.poem_id)
            .where(Rating.user_id == user_id, Poem.public_id == public_id)
        )
        async with self._database.read() as session:
            return await session.scalar(query)


async def _id_of(session: AsyncSession, public_id: str) -> int | None:
    return await session.scalar(select(Poem.id).where(Poem.public_id == public_id))


async def _summary_of(session: AsyncSession, poem_id: int | None) -> RatingSummary:
    rows = await session.execute(
        select(Rating.stars, func.count()).where(Rating.poem_id == poem_id).group_by(Rating.stars)
    )
    counts = dict(rows.all())
    return summary([counts.get(star, 0) for star in range(1, 6)])
