"""Deliveries, and above all the claim on a chat's daily poem.

Decides which step may follow which, so that a daily poem never comes twice: each step is a
conditional update that somebody else's claim makes void. When to take a step is left to
`bot.usecases.daily`.

    claimed → sending → sent | retry | unknown | dead        retry → claimed
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Update,
    and_,
    delete,
    insert,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from bot.store.chats import chat_record
from bot.store.engine import PORTION, Database
from bot.store.records import ChatRecord, Claim, DeliveryRecord
from bot.store.tables import Chat, Delivery, Poem
from bot.store.types import Moment

_WHY_LENGTH = 255


@dataclass(frozen=True)
class Recovered:
    """What was left behind by somebody who died or came too late."""

    unknown: int
    """Posts that were under way: nobody can tell whether they arrived."""
    expired: int
    """Posts that never left and would now come too late."""


class Deliveries:
    """Poems on their way to chats, or there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, chat_id: int, message_id: int, public_ids: Sequence[str]) -> None:
        """Remembers which poems an ordinary message shows, in place of those it showed before."""
        here = (Delivery.chat_id == chat_id) & (Delivery.message_id == message_id)
        shown = select(
            literal(chat_id, BigInteger),
            Poem.id,
            literal(message_id, BigInteger),
            literal("sent"),
            literal(1),
            literal(self._database.now(), Moment),
        ).where(Poem.public_id.in_(public_ids))  # one may be forgotten while it is sent
        columns = ("chat_id", "poem_id", "message_id", "state", "attempt", "changed_at")
        async with self._database.write() as session:
            await session.execute(delete(Delivery).where(here, Delivery.local_date.is_(None)))
            await session.execute(insert(Delivery).from_select(columns, shown))

    async def shown(self, chat_id: int, message_id: int) -> str | None:
        """The public id of the poem that a message shows; None if it shows none, or several."""
        query = (
            select(Poem.public_id, Delivery.local_date)
            .join(Delivery, Delivery.poem_id == Poem.id)
            .where(Delivery.chat_id == chat_id, Delivery.message_id == message_id)
        )
        async with self._database.read() as session:
            rows = (await session.execute(query)).all()
        # A daily post keeps its claim whatever is shown in its place later.
        later = [public_id for public_id, local_date in rows if local_date is None]
        poems = later or [public_id for public_id, _ in rows]
        return poems[0] if len(poems) == 1 else None

    async def of(self, chat_id: int, local_date: date) -> DeliveryRecord | None:
        """The delivery of a chat's daily poem, or None while nobody claimed it."""
        query = select(Delivery).where(
            Delivery.chat_id == chat_id, Delivery.local_date == local_date
        )
        async with self._database.read() as session:
            delivery = await session.scalar(query)
            return _record(delivery) if delivery else None

    async def claim(
        self, chat_id: int, local_date: date, expires_at: datetime, now: datetime
    ) -> Claim | None:
        """The first claim on a chat's daily poem; None if somebody has it already."""
        insert = self._database.insert(Delivery).values(
            chat_id=chat_id,
            local_date=local_date,
            state="claimed",
            attempt=1,
            expires_at=expires_at,
            changed_at=now,
        )
        async with self._database.write() as session:
            if await session.get(Chat, chat_id, with_for_update=True) is None:
                return None  # forgotten or migrated since it was found due
            delivery_id = await session.scalar(
                insert.on_conflict_do_nothing().returning(Delivery.id)
            )
        if delivery_id is None:
            return None
        return Claim(delivery_id, 1, chat_id, local_date, expires_at)

    async def waiting(self, now: datetime, stale_before: datetime) -> AsyncIterator[Claim]:
        """Claims anybody may take: retries whose time has come, and what a dead process left
        before it began to send."""
        for may_be_taken in (_left_behind(stale_before), _to_retry(now)):
            mine = and_(may_be_taken, Delivery.expires_at > now, Delivery.local_date.is_not(None))
            query = (
                select(Delivery)
                .where(mine)
                .order_by(Delivery.changed_at, Delivery.id)
                .limit(PORTION)
            )
            rows: Sequence[Delivery] | None = None
            while rows is None or len(rows) == PORTION:
                page = query
                if rows:
                    last = literal(rows[-1].changed_at, Moment), literal(rows[-1].id, Integer)
                    page = query.where(tuple_(Delivery.changed_at, Delivery.id) > tuple_(*last))
                async with self._database.read() as session:
                    rows = (await session.scalars(page)).all()
                for row in rows:
                    if row.local_date and row.expires_at:
                        yield Claim(
                            row.id, row.attempt, row.chat_id, row.local_date, row.expires_at
                        )

    async def take(self, claim: Claim, now: datetime, stale_before: datetime) -> Claim | None:
        """Takes a waiting claim over; None if somebody else was faster."""
        query = (
            update(Delivery)
            .where(_held(claim), _may_be_taken(now, stale_before))
            .values(state="claimed", attempt=claim.attempt + 1, changed_at=now)
            .returning(Delivery.chat_id)
        )
        async with self._database.write() as session:
            chat_id = await session.scalar(query)
        if chat_id is None:
            return None
        return replace(claim, attempt=claim.attempt + 1, chat_id=chat_id)

    async def begin(self, claim: Claim, poem_id: int, now: datetime) -> ChatRecord | None:
        """Commits that the post leaves now, and gives the chat as it is at this moment.

        None if it must not leave: the claim was overtaken, the chat wants no daily any more, or
        the poem was taken back; then the claim is gone, as if it had never been.
        """
        mine = and_(_held(claim), Delivery.state == "claimed")
        locked = (
            select(Chat)
            .join(Delivery, Delivery.chat_id == Chat.id)
            .where(mine)
            .with_for_update(of=Chat)
        )
        async with self._database.write() as session:
            # The chat before its delivery, as everywhere: two orders of locking are a deadlock.
            chat = await session.scalar(locked)
            begun = (
                update(Delivery)
                .where(mine)
                .values(state="sending", poem_id=poem_id, changed_at=now)
                .returning(Delivery.chat_id)
            )
            if chat is None or await session.scalar(begun) != chat.id:
                return None
            withheld = await session.scalar(select(Poem.withheld).where(Poem.id == poem_id))
            if chat.state == "active" and chat.daily_at is not None and not withheld:
                return chat_record(chat)
            await session.execute(delete(Delivery).where(_held(claim)))
            return None

    async def sent(self, claim: Claim, message_id: int, now: datetime) -> None:
        """The post arrived; the chat's strikes are forgiven."""
        chat_id = select(Delivery.chat_id).where(_held(claim)).scalar_subquery()
        async with self._database.write() as session:
            await session.execute(
                update(Chat).where(Chat.id == chat_id, Chat.strikes > 0).values(strikes=0)
            )
            await session.execute(
                _ended(claim).values(state="sent", message_id=message_id, why=None, changed_at=now)
            )

    async def retry(self, claim: Claim, not_before: datetime, why: str, now: datetime) -> None:
        """The post certainly did not arrive, and may be tried again at that moment."""
        await self._end(claim, "retry", why, now, not_before)

    async def unknown(self, claim: Claim, why: str, now: datetime) -> None:
        """The post may have arrived; it is never sent again."""
        await self._end(claim, "unknown", why, now)

    async def dead(self, claim: Claim, why: str, now: datetime) -> None:
        """The post did not arrive and will not."""
        await self._end(claim, "dead", why, now)

    async def recover(self, now: datetime, stale_before: datetime) -> Recovered:
        """Settles what nobody works on any more: posts under way become unknown, and what would
        come too late is given up."""
        async with self._database.write() as session:
            unknown = await session.scalars(
                update(Delivery)
                .where(Delivery.state == "sending", Delivery.changed_at < stale_before)
                .values(state="unknown", why="the bot stopped while it sent", changed_at=now)
                .returning(Delivery.id)
            )
            expired = await session.scalars(
                update(Delivery)
                .where(Delivery.state.in_(("claimed", "retry")), Delivery.expires_at <= now)
                .values(state="dead", why="too late", changed_at=now)
                .returning(Delivery.id)
            )
            return Recovered(len(unknown.all()), len(expired.all()))

    async def _end(
        self,
        claim: Claim,
        state: Literal["retry", "unknown", "dead"],
        why: str,
        now: datetime,
        not_before: datetime | None = None,
    ) -> None:
        async with self._database.write() as session:
            await session.execute(
                _ended(claim).values(
                    state=state, why=why[:_WHY_LENGTH], not_before=not_before, changed_at=now
                )
            )


def _held(claim: Claim) -> ColumnElement[bool]:
    return and_(Delivery.id == claim.delivery_id, Delivery.attempt == claim.attempt)


def _ended(claim: Claim) -> Update:
    """What became of a post under way. A slow process may still tell, after others gave its post
    up as unknown."""
    return update(Delivery).where(_held(claim), Delivery.state.in_(("sending", "unknown")))


def _may_be_taken(now: datetime, stale_before: datetime) -> ColumnElement[bool]:
    waits = or_(_to_retry(now), _left_behind(stale_before))
    return and_(waits, Delivery.expires_at > now)


def _to_retry(now: datetime) -> ColumnElement[bool]:
    return and_(Delivery.state == "retry", Delivery.not_before <= now)


def _left_behind(stale_before: datetime) -> ColumnElement[bool]:
    return and_(Delivery.state == "claimed", Delivery.changed_at < stale_before)


def _record(delivery: Delivery) -> DeliveryRecord:
    return DeliveryRecord(
        id=delivery.id,
        chat_id=delivery.chat_id,
        poem_id=delivery.poem_id,
        message_id=delivery.message_id,
        local_date=delivery.local_date,
        state=delivery.state,
        attempt=delivery.attempt,
        not_before=delivery.not_before,
        expires_at=delivery.expires_at,
        why=delivery.why,
        changed_at=delivery.changed_at,
    )
