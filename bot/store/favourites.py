"""What people keep.

Decides that a poem is kept once by a person, and in which order it is listed; who may see a poem,
and so keep it, is left to the use cases.
"""

from __future__ import annotations

from sqlalchemy import delete, exists, func, select

from bot.store.engine import Database
from bot.store.poems import poem_record
from bot.store.records import PoemRecord
from bot.store.tables import Favourite, Poem


class Favourites:
    """Each person's favourites."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, user_id: int, public_id: str) -> bool | None:
        """Keeps a poem for a known person; whether it was not kept before, or None if there is no
        such poem."""
        async with self._database.write() as session:
            poem_id = await session.scalar(select(Poem.id).where(Poem.public_id == public_id))
            if poem_id is None:
                return None
            insert = self._database.insert(Favourite).values(
                user_id=user_id, poem_id=poem_id, created_at=self._database.now()
            )
            kept = await session.scalar(
                insert.on_conflict_do_nothing().returning(Favourite.poem_id)
            )
            return kept is not None

    async def drop(self, user_id: int, public_id: str) -> bool:
        """Keeps a poem no longer; whether it was kept."""
        poem_id = select(Poem.id).where(Poem.public_id == public_id).scalar_subquery()
        query = delete(Favourite).where(Favourite.user_id == user_id, Favourite.poem_id == poem_id)
        async with self._database.write() as session:
            dropped = await session.scalar(query.returning(Favourite.poem_id))
            return dropped is not None

    async def has(self, user_id: int, public_id: str) -> bool:
        """Whether a person keeps a poem."""
        query = select(
            exists().where(
                Favourite.user_id == user_id,
                Favourite.poem_id == Poem.id,
                Poem.public_id == public_id,
            )
        )
        async with self._database.read() as session:
            return bool(await session.scalar(query))

    async def count(self, user_id: int) -> int:
        """How many poems a person keeps."""
        query = select(func.count()).where(Favourite.user_id == user_id)
        async with self._database.read() as session:
            return await session.scalar(query) or 0

    async def list(self, user_id: int, offset: int, limit: int) -> list[PoemRecord]:
        """Some of what a person keeps, what they kept last first."""
        query = (
            select(Poem)
            .join(Favourite, Favourite.poem_id == Poem.id)
            .where(Favourite.user_id == user_id)
            .order_by(Favourite.created_at.desc(), Favourite.poem_id.desc())
            .offset(offset)
            .limit(limit)
        )
        async with self._database.read() as session:
            return [poem_record(poem) for poem in await session.scalars(query)]
