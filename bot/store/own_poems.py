"""What was made for a person.

Decides what a person's own poem may have done to it: to be shared, taken back and removed. A poem
that holds a person's words goes with all that was varied from it; one from random numbers alone
stays for those who have it, without a trace of the person, and is shown to nobody else any more.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Delete, Select, delete, exists, func, select, update
from sqlalchemy.orm import aliased

from bot.store.engine import Database
from bot.store.poems import poem_record
from bot.store.records import PoemRecord
from bot.store.tables import Chat, DailyPoem, Delivery, Favourite, Poem

_OFFERED = ("answer", "morph")
"""Commands that offer several poems to choose from: what was not opened was not chosen."""


class OwnPoems:
    """Each person's own poems."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self, user_id: int) -> int:
        """How many poems were made for a person."""
        query = select(func.count()).where(_made_for(user_id))
        async with self._database.read() as session:
            return await session.scalar(query) or 0

    async def list(self, user_id: int, offset: int, limit: int) -> list[PoemRecord]:
        """Some of them, the latest first."""
        query = (
            select(Poem)
            .where(_made_for(user_id))
            .order_by(Poem.id.desc())
            .offset(offset)
            .limit(limit)
        )
        async with self._database.read() as session:
            return [poem_record(poem) for poem in await session.scalars(query)]

    async def original(self, poem: PoemRecord) -> PoemRecord | None:
        """What a poem is a variation of, if it is one and that is still there."""
        if poem.parent_id is None:
            return None
        async with self._database.read() as session:
            row = await session.get(Poem, poem.parent_id)
            return poem_record(row) if row else None

    async def share(self, user_id: int, public_id: str) -> bool:
        """Lets whoever has its link read a poem; False if it is not this person's."""
        query = update(Poem).where(_own(user_id, public_id)).values(shared=True)
        async with self._database.write() as session:
            return await session.scalar(query.returning(Poem.id)) is not None

    async def take_back(self, user_id: int, public_id: str) -> bool:
        """Ends that, also for those who kept the poem meanwhile; False if it is not this person's.

        What grew from random numbers alone is everybody's, and stays with those who keep it.
        """
        query = update(Poem).where(_own(user_id, public_id)).values(shared=False)
        async with self._database.write() as session:
            row = (await session.execute(query.returning(Poem.id, Poem.public))).first()
            if row is not None and not row.public:
                await session.execute(
                    delete(Favourite).where(
                        Favourite.poem_id == row.id, Favourite.user_id != user_id
                    )
                )
            return row is not None

    async def remove(self, user_id: int, public_id: str) -> bool:
        """Removes a poem, or the person's name from it; False if it is not theirs."""
        own = _own(user_id, public_id)
        their_chat = select(Chat.id).where(Chat.id == user_id, Chat.kind == "private")
        async with self._database.write() as session:
            gone = await session.scalars(
                delete(Poem).where(Poem.id.in_(grown_from(own))).returning(Poem.id)
            )
            if gone.all():
                return True
            await session.execute(
                update(Poem).where(own, Poem.chat_id.in_(their_chat)).values(chat_id=None)
            )
            await session.execute(no_longer_of_today(own, self._database.now()))
            nameless = (
                update(Poem).where(own).values(user_id=None, withheld=True).returning(Poem.id)
            )
            return await session.scalar(nameless) is not None


def grown_from(which: ColumnElement[bool]) -> Select[int]:
    """The ids of those poems that hold somebody's words, and of all variations on them."""
    grown = select(Poem.id).where(which, Poem.public.is_(False)).cte("grown", recursive=True)
    variation = aliased(Poem)
    grown = grown.union(
        select(variation.id)
        .join(grown, variation.parent_id == grown.c.id)
        .where(variation.public.is_(False))
    )
    return select(grown.c.id)


def no_longer_of_today(which: ColumnElement[bool], now: datetime) -> Delete:
    """Frees the dates that are still to be served somewhere, so that each gets another poem; dates
    that are over keep what was sent on them."""
    still = now.date() - timedelta(days=1)
    return delete(DailyPoem).where(
        DailyPoem.local_date >= still, DailyPoem.poem_id.in_(select(Poem.id).where(which))
    )


def _own(user_id: int, public_id: str) -> ColumnElement[bool]:
    return (Poem.user_id == user_id) & (Poem.public_id == public_id)


def _made_for(user_id: int) -> ColumnElement[bool]:
    """A person's poems, of those that were only offered to them the ones they opened."""
    beside = aliased(Delivery)
    alone = exists().where(
        Delivery.poem_id == Poem.id,
        ~exists().where(
            beside.chat_id == Delivery.chat_id,
            beside.message_id == Delivery.message_id,
            beside.poem_id != Delivery.poem_id,
        ),
    )
    return (Poem.user_id == user_id) & (Poem.command.not_in(_OFFERED) | alone)
