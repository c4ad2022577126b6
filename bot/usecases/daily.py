"""The poem of the day on its way to the chats that want one.

Decides who gets it now and what follows from each outcome, so that no chat ever gets two for a
date; how a post travels is left to the sender, what time it is anywhere to `bot.due`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.due import local_date
from bot.poet.errors import PoetRefused, PoetUnavailable
from bot.store import ChatRecord, Claim, PoemRecord, Store
from bot.usecases.daily_round import PER_SECOND, STALE, Outlook, Round, Waiting
from bot.usecases.poem_of_date import PoemOfDate, Poet
from bot.usecases.taste import Taste

_log = logging.getLogger(__name__)

STRIKES = 3
"""After so many refusals in a row a chat is not tried any more, until it speaks again."""
OFFERED = 16
"""Poems among which a chat's taste chooses, that of the date among them."""
_FIRST_PAUSE = 30.0
_LONGEST_PAUSE = 900.0
"""Seconds before a second try; each further pause is twice as long."""


@dataclass(frozen=True)
class Sent:
    """It arrived."""

    message_id: int


@dataclass(frozen=True)
class Retry:
    """It did not arrive, and may later."""

    after_seconds: float
    why: str = "later"


@dataclass(frozen=True)
class Unknown:
    """It left, and nobody knows whether it arrived."""

    why: str


@dataclass(frozen=True)
class Dead:
    """It was refused for good."""

    why: str


@dataclass(frozen=True)
class Closed:
    """It was refused because those who run the chat closed the place for it; tomorrow it may be
    open."""

    why: str


@dataclass(frozen=True)
class Migrated:
    """It was refused because the group is a supergroup now, with another id."""

    new_chat_id: int


Outcome = Sent | Retry | Unknown | Dead | Closed | Migrated


class Sender(Protocol):
    """Posts a daily poem: one request, and what became of it."""

    async def prepare(self, chat: ChatRecord, poem: PoemRecord, date: date) -> None:
        """Does what takes time before the post is claimed, for a process may end meanwhile."""
        ...

    async def send_daily(self, chat: ChatRecord, poem: PoemRecord, date: date) -> Outcome:
        """Whatever is uncertain must be Unknown; an exception counts as that, too."""
        ...


class _Poems:
    """The poems of the dates of one tick."""

    def __init__(self, poem_of: Callable[[date], Awaitable[PoemRecord]]) -> None:
        self._poem_of = poem_of
        self._asking = asyncio.Lock()
        self._known: dict[date, PoemRecord | None] = {}

    async def of(self, day: date) -> PoemRecord | None:
        """The poem of a date; None where there is none yet, which is found out once."""
        async with self._asking:
            if day not in self._known:
                try:
                    self._known[day] = await self._poem_of(day)
                except (PoetUnavailable, PoetRefused) as error:
                    _log.warning("no poem for %s yet: %s", day, error)
                    self._known[day] = None
            return self._known[day]


class DailyPoem:
    """The poem of the day, asked for or posted. Several bots on one database do no harm."""

    def __init__(
        self,
        store: Store,
        poet: Poet,
        sender: Sender,
        clock: Callable[[], datetime],
        *,
        at_once: int = 8,
        per_second: float = PER_SECOND,
        taste: Taste | None = None,
        noted: Callable[[str, int], None] = lambda _state, _number: None,
    ) -> None:
        """Where a chat agreed to be learnt from, its `taste` chooses its poem; `noted` is told how
        many posts came to a state, by the store's name for it. The sender keeps a pace of
        `per_second`, by which the end of a long round is foretold."""
        self._store = store
        self._sender = sender
        self._clock = clock
        self._taste = taste
        self._poems = PoemOfDate(store, poet, clock, taste)
        self._at_once = at_once
        self._noted = noted
        self._per_second = per_second
        self._round: Round | None = None
        self._closing = False

    async def today(self, chat: ChatRecord) -> PoemRecord:
        """The poem of the date that the chat's calendar shows. Raises as `poem_of`."""
        return await self.poem_of(local_date(ZoneInfo(chat.zone), self._clock()))

    async def poem_of(self, local_date: date) -> PoemRecord:
        """The poem of a date. Raises PoetUnavailable or PoetRefused where none can be had."""
        return await self._poems.of(local_date)

    async def tick(self) -> None:
        """Settles what was left behind, then posts to every chat whose time has come."""
        now = self._clock()
        left = await self._store.deliveries.recover(now, now - STALE)
        self._noted("unknown", left.unknown)
        self._noted("dead", left.expired)
        if left.unknown or left.expired:
            _log.warning("left behind: %d unknown, %d too late", left.unknown, left.expired)
        poems = _Poems(self.poem_of)
        async with (
            Round(self._store, self._clock, self._per_second) as self._round,
            asyncio.TaskGroup() as group,
        ):
            for _ in range(self._at_once):
                group.create_task(self._work(self._round, poems))
        self._round = None

    @property
    def outlook(self) -> Outlook | None:
        """How many chats wait for their poem now, and until when; None where none do."""
        return None if self._round is None else self._round.outlook

    def close(self) -> None:
        """Begins no more posts; a running tick ends with those that have begun."""
        self._closing = True

    async def _work(self, due: Round, poems: _Poems) -> None:
        while not self._closing:
            entry = await due.next()
            if entry is None:
                return
            try:
                of_date = await poems.of(entry.local_date)
                if of_date is None:
                    continue  # nothing is claimed, and the next tick tries
                poem = await self._for(entry.chat_id, of_date)
                await self._prepare(entry, poem)
                claim = await self._claim(entry)
                if claim is not None:
                    await self._post(claim, poem)
            except Exception:
                # One chat's trouble is no other chat's; the delivery's state says what may follow.
                _log.exception("the daily poem of chat %d is stuck", entry.chat_id)

    async def _for(self, chat_id: int, poem: PoemRecord) -> PoemRecord:
        """The poem of the date, or of it and others that the chat has not seen, what it likes."""
        if self._taste is None or not await self._taste.agreed(chat_id):
            return poem
        unseen = await self._store.anthology.unseen_in(chat_id, OFFERED + 1)
        offered = [poem, *[other for other in unseen if other.id != poem.id][: OFFERED - 1]]
        return offered[await self._taste.pick_kept(chat_id, offered)]

    async def _prepare(self, entry: Waiting, poem: PoemRecord) -> None:
        chat = await self._store.chats.get(entry.chat_id)
        if chat is not None:
            await self._sender.prepare(chat, poem, entry.local_date)

    async def _claim(self, entry: Waiting) -> Claim | None:
        now = self._clock()
        if now >= entry.expires_at:
            return None
        if entry.former is not None:
            return await self._store.deliveries.take(entry.former, now, now - STALE)
        return await self._store.deliveries.claim(
            entry.chat_id, entry.local_date, entry.expires_at, now
        )

    async def _post(self, claim: Claim, poem: PoemRecord, *, moved: bool = False) -> None:
        deliveries = self._store.deliveries
        chat = await deliveries.begin(claim, poem.id, self._clock())
        if chat is None:
            return
        outcome = await self._send(chat, poem, claim.local_date)
        now = self._clock()
        match outcome:
            case Sent(message_id):
                await deliveries.sent(claim, message_id, now)
                self._noted("sent", 1)
            case Unknown(why):
                _log.warning("the daily poem of chat %d may be lost: %s", chat.id, why)
                await deliveries.unknown(claim, why, now)
                self._noted("unknown", 1)
            case Dead(why):
                await deliveries.dead(claim, why, now)
                self._noted("dead", 1)
                await self._strike(chat, why)
            case Closed(why):
                await deliveries.dead(claim, why, now)
                self._noted("dead", 1)
            case Retry(after_seconds, why):
                await self._retry(claim, after_seconds, why, now)
            case Migrated(new_chat_id):
                # Back to `retry` first: whatever stops us here, nothing has been posted.
                await deliveries.retry(claim, now, "the group became a supergroup", now)
                await self._store.chats.migrate(chat.id, new_chat_id)
                again = None if moved else await deliveries.take(claim, now, now - STALE)
                if again is not None:
                    await self._post(again, poem, moved=True)

    async def _send(self, chat: ChatRecord, poem: PoemRecord, day: date) -> Outcome:
        try:
            return await self._sender.send_daily(chat, poem, day)
        except Exception as error:
            _log.exception("sending the daily poem to chat %d failed", chat.id)
            return Unknown(f"{type(error).__name__}: {error}")

    async def _retry(self, claim: Claim, after_seconds: float, why: str, now: datetime) -> None:
        pause = min(_FIRST_PAUSE * 2 ** (claim.attempt - 1), _LONGEST_PAUSE)
        not_before = now + timedelta(seconds=max(after_seconds, pause))
        if not_before < claim.expires_at:
            await self._store.deliveries.retry(claim, not_before, why, now)
            self._noted("retry", 1)
        else:
            await self._store.deliveries.dead(claim, f"{why}, until it was too late", now)
            self._noted("dead", 1)

    async def _strike(self, chat: ChatRecord, why: str) -> None:
        strikes = await self._store.chats.strike(chat.id)
        _log.warning("chat %d refuses its daily poem, strike %d: %s", chat.id, strikes, why)
        if strikes >= STRIKES:
            await self._store.chats.set_state(chat.id, "dead")
