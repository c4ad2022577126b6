"""One round of the poem of the day: who gets it now, and until when that takes.

Decides in which order chats come, one after the other and never all in memory, and what an operator
is told of a round that takes long; what becomes of each post is left to `bot.usecases.daily`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import TracebackType
from zoneinfo import ZoneInfo

from bot.due import Due, due
from bot.store import Claim, Store
from bot.store.rounds import WantedTime

_log = logging.getLogger(__name__)

STALE = timedelta(minutes=5)
"""Whoever has not moved a delivery for so long is taken for dead. Should they live, no harm is
done: their claim is void."""
PER_SECOND = 30.0
"""Posts that leave in a second as long as nothing else is known."""
_LONG = 60.0
"""Seconds from which on it is told how long a round takes."""
_TOLD_EVERY = 1000


@dataclass(frozen=True)
class Waiting:
    """A chat that gets its poem in this round, by a first claim or one taken over."""

    chat_id: int
    local_date: date
    expires_at: datetime
    former: Claim | None = None


@dataclass(frozen=True)
class Outlook:
    """How a round goes on."""

    left: int
    """About how many chats wait for their poem."""
    per_second: float
    done_at: datetime


class Round:
    """Chats whose time has come at one moment; several workers may take from it at once."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        per_second: float = PER_SECOND,
    ) -> None:
        self._store = store
        self._clock = clock
        self._now = self._begun = clock()
        self._per_second = per_second
        self._entries = self._in_turn()
        self._turn = asyncio.Lock()
        self._wanted: list[tuple[WantedTime, Due]] = []
        self._total = self._left = self._given = 0

    async def __aenter__(self) -> Round:
        self._wanted = [
            (wanted, found)
            for wanted in await self._store.rounds.times()
            if (found := due(wanted.at, ZoneInfo(wanted.zone), self._now))
            and wanted.may_lack(found.local_date)
        ]
        self._total = self._left = await self._count()
        self._tell()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._entries.aclose()

    async def next(self) -> Waiting | None:
        """Whose turn it is; None if all have had theirs, or the store cannot be asked: the next
        round goes on where this one ended."""
        async with self._turn:
            try:
                entry = await anext(self._entries, None)
                if entry is not None:
                    self._given += 1
                    self._left = max(0, self._left - 1)
                    if self._given % _TOLD_EVERY == 0:
                        self._left = await self._count()  # others may work on it, too
                        self._tell()
            except Exception:
                _log.exception("nobody can tell whose daily poem is due")
                return None
        return entry

    @property
    def outlook(self) -> Outlook | None:
        """How it goes on; None where all had theirs."""
        if not self._left:
            return None
        now, per_second = self._clock(), self._per_second
        passed, gone = (now - self._begun).total_seconds(), self._total - self._left
        if passed >= 1 and gone >= _TOLD_EVERY:
            per_second = gone / passed
        return Outlook(self._left, per_second, now + timedelta(seconds=self._left / per_second))

    async def _in_turn(self) -> AsyncGenerator[Waiting]:
        now, deliveries = self._now, self._store.deliveries
        async for claim in deliveries.waiting(now, now - STALE):
            yield Waiting(claim.chat_id, claim.local_date, claim.expires_at, claim)
        for wanted, found in self._wanted:
            day = found.local_date
            async for chat_id in self._store.rounds.unclaimed(wanted.zone, wanted.at, day):
                yield Waiting(chat_id, day, found.expires_at)

    async def _count(self) -> int:
        """Chats that wait for a first try; others are few."""
        return sum(
            [
                await self._store.rounds.count(wanted.zone, wanted.at, found.local_date)
                for wanted, found in self._wanted
            ]
        )

    def _tell(self) -> None:
        outlook = self.outlook
        if outlook is not None and self._total >= self._per_second * _LONG:
            _log.info(
                "%d chats wait for their poem of the day: at %.1f a second, done at %s",
                outlook.left,
                outlook.per_second,
                f"{outlook.done_at:%Y-%m-%d %H:%M} UTC",
            )
