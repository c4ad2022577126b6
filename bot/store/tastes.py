"""What chats like.

Decides that a chat's row is its agreement, that nothing is kept of a chat without one, and that
what was learnt is of exactly the ratings that are kept; what is learnt, and how, is left to
`bot.taste`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from sqlalchemy import ColumnElement, Update, delete, literal_column, select, union, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.engine import Database
from bot.store.poems import poem_record
from bot.store.records import Lesson, PoemRecord, TasteRecord
from bot.store.tables import HEARD, Poem, Taste, TasteRating

Learn = Callable[[TasteRecord, PoemRecord, int], Lesson | None]
"""What is learnt of a chat with one more poem and its stars; None: all is to be learnt again."""

_VOICES = 500
"""More would say the same: the mean of so many moves by a fiftieth of a star."""
_NOTHING = {"space": None, "evidence": None, "voice": None, "ratings": 0}


class Tastes:
    """Chats that agreed to be learnt from, and their stars."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def agree(self, chat_id: int) -> TasteRecord:
        """A known chat agrees; agreeing again changes nothing."""
        insert = self._database.insert(Taste).values(
            chat_id=chat_id, **_NOTHING, revision=0, agreed_at=self._database.now()
        )
        async with self._database.write() as session:
            await session.execute(insert.on_conflict_do_nothing())
            return _record(await session.get_one(Taste, chat_id))

    async def withdraw(self, chat_id: int) -> bool:
        """Forgets all that was learnt of a chat, and what it was learnt from; whether it had
        agreed."""
        query = delete(Taste).where(Taste.chat_id == chat_id).returning(Taste.chat_id)
        async with self._database.write() as session:
            return await session.scalar(query) is not None

    async def reset(self, chat_id: int) -> bool:
        """Forgets what was learnt of a chat; it still agrees. Whether it does."""
        ratings = delete(TasteRating).where(TasteRating.chat_id == chat_id)
        query = _changed(**_NOTHING).where(Taste.chat_id == chat_id).returning(Taste.chat_id)
        async with self._database.write() as session:
            await session.execute(ratings)
            return await session.scalar(query) is not None

    async def of(self, chat_id: int) -> TasteRecord | None:
        """What was learnt of a chat; None if it has not agreed."""
        async with self._database.read() as session:
            taste = await session.get(Taste, chat_id)
            return _record(taste) if taste else None

    async def rate(
        self,
        chat_id: int,
        user_id: int,
        public_id: str,
        stars: int | None,
        learn: Learn = lambda *_: None,
    ) -> bool | None:
        """Keeps what a known person gave a poem in a chat, or that they took it back; whether it
        was their first rating of it there, None if the chat has not agreed or there is no such
        poem.

        What is learnt from a first rating is kept with it, so that whoever learns at the same time
        counts it once. Where one is changed, what was learnt holds no longer, and is to be learnt
        again.
        """
        async with self._database.write() as session:
            poem = await session.scalar(select(Poem).where(Poem.public_id == public_id))
            # Held until the end: of two who rate at once, the second learns from what the first
            # left.
            taste = await session.get(Taste, chat_id, with_for_update=True)
            if poem is None or taste is None:
                return None
            before = await session.get(TasteRating, (chat_id, poem.id, user_id))
            now = self._database.now()
            if before is None:
                if stars is None:
                    return False
                session.add(
                    TasteRating(
                        chat_id=chat_id,
                        poem_id=poem.id,
                        user_id=user_id,
                        stars=stars,
                        changed_at=now,
                    )
                )
                _note(taste, learn(_record(taste), poem_record(poem), stars))
                return True
            if before.stars != stars:
                if stars is None:
                    await session.delete(before)
                else:
                    before.stars, before.changed_at = stars, now
                _note(taste, None)
            return False

    async def rated(self, chat_id: int, limit: int) -> list[tuple[PoemRecord, int]]:
        """The last ratings given in a chat, the earliest of them first."""
        query = (
            select(Poem, TasteRating.stars)
            .join(TasteRating, TasteRating.poem_id == Poem.id)
            .where(TasteRating.chat_id == chat_id)
            .order_by(
                TasteRating.changed_at.desc(),
                TasteRating.poem_id.desc(),
                TasteRating.user_id.desc(),
            )
            .limit(limit)
        )
        async with self._database.read() as session:
            rows = await session.execute(query)
            return [(poem_record(poem), stars) for poem, stars in reversed(rows.all())]

    async def learnt(self, before: TasteRecord, lesson: Lesson) -> bool:
        """Keeps what was learnt; whether nobody else changed it, or a rating, since it was read."""
        query = (
            _changed(**asdict(lesson))
            .where(Taste.chat_id == before.chat_id, Taste.revision == before.revision)
            .returning(Taste.chat_id)
        )
        async with self._database.write() as session:
            return await session.scalar(query) is not None

    async def voices(self) -> list[bytes]:
        """What chats like, as it was kept: of some hundreds that agreed last, however many did."""
        query = (
            select(Taste.voice)
            .where(literal_column(HEARD))
            .order_by(Taste.agreed_at.desc())
            .limit(_VOICES)
        )
        async with self._database.read() as session:
            return [voice for voice in await session.scalars(query) if voice is not None]


async def unlearn(session: AsyncSession, user_id: int, poems: ColumnElement[bool]) -> None:
    """What was learnt from a person, or from poems that go, is to be learnt again without them."""
    # Each by its own index: one condition with an `or` would look at everybody's.
    by_them = select(TasteRating.chat_id).where(TasteRating.user_id == user_id)
    of_them = select(TasteRating.chat_id).join(Poem, Poem.id == TasteRating.poem_id).where(poems)
    touched = union(by_them, of_them)
    await session.execute(
        _changed(evidence=None, voice=None, ratings=0).where(Taste.chat_id.in_(touched))
    )


def _note(taste: Taste, lesson: Lesson | None) -> None:
    if lesson is None:
        taste.evidence, taste.voice = None, None
    else:
        taste.space, taste.ratings = lesson.space, lesson.ratings
        taste.evidence, taste.voice = lesson.evidence, lesson.voice
    taste.revision += 1


def _changed(**values: object) -> Update:
    return update(Taste).values(**values, revision=Taste.revision + 1)


def _record(taste: Taste) -> TasteRecord:
    return TasteRecord(
        taste.chat_id,
        taste.space,
        taste.evidence,
        taste.ratings,
        taste.revision,
        taste.agreed_at,
    )
