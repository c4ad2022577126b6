"""Whose poem of the day is due, however many chats there are.

Decides that whoever has theirs is not looked at again, and that chats come in portions; when a time
comes is left to `bot.due`, and that each date comes once to the claims of `bot.store.deliveries`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import (
    BigInteger,
    Date,
    Select,
    String,
    Time,
    exists,
    func,
    literal,
    literal_column,
    select,
    text,
    tuple_,
)

from bot.store.engine import Database
from bot.store.tables import DAILY, Chat, Delivery

PAGE = 500
"""Chats that are held in memory at a time."""

# From one time to the next by the index: all chats that share one are stepped over.
_CLOCKS = text(
    f"""
    WITH RECURSIVE clocks (zone, daily_at) AS (
        SELECT zone, daily_at FROM (
            SELECT zone, daily_at FROM chats WHERE {DAILY} ORDER BY zone, daily_at LIMIT 1
        ) AS earliest
        UNION ALL
        SELECT chats.zone, chats.daily_at FROM clocks JOIN chats ON chats.id = coalesce(
            (SELECT later.id FROM chats AS later
            WHERE later.state = 'active' AND later.daily_at IS NOT NULL
                AND later.zone = clocks.zone AND later.daily_at > clocks.daily_at
            ORDER BY later.daily_at LIMIT 1),
            (SELECT later.id FROM chats AS later
            WHERE later.state = 'active' AND later.daily_at IS NOT NULL
                AND later.zone > clocks.zone
            ORDER BY later.zone, later.daily_at LIMIT 1)
        )
    )
    SELECT zone, daily_at,
        (SELECT daily_of FROM chats AS one WHERE one.state = 'active'
            AND one.daily_at IS NOT NULL
            AND one.zone = clocks.zone AND one.daily_at = clocks.daily_at
            ORDER BY daily_of LIMIT 1) AS earliest,
        (SELECT daily_of FROM chats AS one WHERE one.state = 'active'
            AND one.daily_at IS NOT NULL
            AND one.zone = clocks.zone AND one.daily_at = clocks.daily_at
            ORDER BY daily_of DESC LIMIT 1) AS latest
    FROM clocks
    """
).columns(zone=String, daily_at=Time, earliest=Date, latest=Date)


@dataclass(frozen=True)
class WantedTime:
    """A local time at which active chats want their poem, and the dates of their last claims."""

    zone: str
    at: time
    earliest: date
    latest: date

    def may_lack(self, day: date) -> bool:
        """Whether some chat may be without a claim for that date."""
        return not self.earliest == day == self.latest


class Rounds:
    """Chats that want a poem of the day."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def times(self) -> list[WantedTime]:
        """Each different zone and local time at which some active chat wants its poem."""
        async with self._database.read() as session:
            return [WantedTime(*row) for row in await session.execute(_CLOCKS)]

    async def unclaimed(self, zone: str, at: time, day: date) -> AsyncIterator[int]:
        """Active chats that want their poem then, and have no delivery for the date."""
        delivered = exists().where(Delivery.chat_id == Chat.id, Delivery.local_date == day)
        for of_others in _other_dates(zone, at, day):
            chats, found = of_others.where(~delivered).limit(PAGE), None
            while found is None or len(found) == PAGE:
                if found:
                    last = found[-1]
                    behind = tuple_(Chat.daily_of, Chat.id) > tuple_(
                        literal(last.daily_of, Date), literal(last.id, BigInteger)
                    )
                    chats = of_others.where(~delivered, behind).limit(PAGE)
                async with self._database.read() as session:
                    found = (await session.execute(chats)).all()
                for row in found:
                    yield row.id

    async def count(self, zone: str, at: time, day: date) -> int:
        """About how many those are."""
        async with self._database.read() as session:
            return sum(
                [
                    await session.scalar(select(func.count()).select_from(chats.subquery())) or 0
                    for chats in _other_dates(zone, at, day)
                ]
            )


def _other_dates(zone: str, at: time, day: date) -> list[Select[date, int]]:
    """Chats whose last claim was for an earlier date, or for a later one, in the index's order."""
    chats = (
        select(Chat.daily_of, Chat.id)
        .where(literal_column(DAILY), Chat.zone == zone, Chat.daily_at == at)
        .order_by(Chat.daily_of, Chat.id)
    )
    return [chats.where(Chat.daily_of < day), chats.where(Chat.daily_of > day)]
