"""Ratings.

Decides that a person has one rating per poem, which they may change, and that a pressed button
goes before a reaction; what the stars mean and how they are asked for is left to the handlers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.engine import Database
from bot.store.records import RatingSummary
from bot.store.standings import COUNTS, summary_of
from bot.store.tables import Poem, Rating, ReactionCount, Standing


class Ratings:
    """One to five stars of a person for a poem."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def rate(self, user_id: int, public_id: str, stars: int) -> RatingSummary | None:
        """Sets what a known person thinks of a poem; None if there is no such poem.

        Raises ValueError if the stars are not 1 to 5.
        """
        _check(stars)
        async with self._database.write() as session:
            poem_id = await _id_of(session, public_id)
            if poem_id is None:
                return None
            now = self._database.now()
            insert = self._database.insert(Rating).values(
                poem_id=poem_id, user_id=user_id, stars=stars, origin="button", changed_at=now
            )
            await session.execute(
                insert.on_conflict_do_update(
                    index_elements=[Rating.poem_id, Rating.user_id],
                    set_={"stars": stars, "origin": "button", "changed_at": now},
                )
            )
            return await _summary_of(session, poem_id)

    async def react(self, user_id: int, public_id: str, stars: int | None) -> RatingSummary | None:
        """Sets what a known person's reaction says of a poem, or takes it back with None.

        It changes nothing that the same person said by a button. None if there is no such poem.
        """
        if stars is not None:
            _check(stars)
        async with self._database.write() as session:
            poem_id = await _id_of(session, public_id)
            if poem_id is None:
                return None
            by_reaction = Rating.origin == "reaction"
            if stars is None:
                mine = (Rating.poem_id == poem_id) & (Rating.user_id == user_id)
                await session.execute(delete(Rating).where(mine, by_reaction))
            else:
                now = self._database.now()
                insert = self._database.insert(Rating).values(
                    poem_id=poem_id, user_id=user_id, stars=stars, origin="reaction", changed_at=now
                )
                await session.execute(
                    insert.on_conflict_do_update(
                        index_elements=[Rating.poem_id, Rating.user_id],
                        set_={"stars": stars, "changed_at": now},
                        where=by_reaction,
                    )
                )
            return await _summary_of(session, poem_id)

    async def count_reactions(
        self,
        chat_id: int,
        message_id: int,
        public_id: str,
        counts: Mapping[int, int],
        told_at: datetime,
    ) -> RatingSummary | None:
        """Sets how many nameless readers of a message gave a poem so many stars: stars → number.

        Older news than what is known changes nothing. None if there is no such poem.
        """
        for stars in counts:
            _check(stars)
        here = (ReactionCount.chat_id == chat_id) & (ReactionCount.message_id == message_id)
        async with self._database.write() as session:
            poem_id = await _id_of(session, public_id)
            if poem_id is None:
                return None
            latest = await session.scalar(select(func.max(ReactionCount.changed_at)).where(here))
            if latest is None or latest <= told_at:
                await session.execute(delete(ReactionCount).where(here))
                session.add_all(
                    ReactionCount(
                        chat_id=chat_id,
                        message_id=message_id,
                        stars=stars,
                        poem_id=poem_id,
                        count=number,
                        changed_at=told_at,
                    )
                    for stars, number in counts.items()
                    if number > 0
                )
                await session.flush()
            return await _summary_of(session, poem_id)

    async def summary(self, public_id: str) -> RatingSummary:
        """What people think of a poem; empty for one that nobody rated or nobody made."""
        async with self._database.read() as session:
            return await _summary_where(session, Poem.public_id == public_id)

    async def of(self, user_id: int, public_id: str) -> int | None:
        """The stars one person gave, or None."""
        query = (
            select(Rating.stars)
            .join(Poem, Poem.id == Rating.poem_id)
            .where(Rating.user_id == user_id, Poem.public_id == public_id)
        )
        async with self._database.read() as session:
            return await session.scalar(query)


def _check(stars: int) -> None:
    if not 1 <= stars <= 5:
        raise ValueError("a rating is 1 to 5 stars")


async def _id_of(session: AsyncSession, public_id: str) -> int | None:
    return await session.scalar(select(Poem.id).where(Poem.public_id == public_id))


async def _summary_of(session: AsyncSession, poem_id: int) -> RatingSummary:
    return await _summary_where(session, Poem.id == poem_id)


async def _summary_where(session: AsyncSession, poem: ColumnElement[bool]) -> RatingSummary:
    query = select(*COUNTS).join(Poem, Poem.id == Standing.poem_id).where(poem)
    counts = (await session.execute(query)).one_or_none()
    return summary_of((0, 0, 0, 0, 0) if counts is None else tuple(counts))
