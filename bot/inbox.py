"""Updates between Telegram and the handlers.

Decides that an update is in the store before Telegram forgets it, that it is answered once however
many bots share the store or die over it, and when another bot is taken for dead; in which order one
bot handles its updates is left to `bot.ordering`, how they arrive to polling and webhook.

An update whose bot died before a message left is handled again, by whoever lives. One whose answer
may have left is not: a missing answer is better than a double one.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import astuple, dataclass
from datetime import timedelta
from typing import Any

from telegram import Bot, Update

from bot.ordering import place_of
from bot.reading import read_update
from bot.store import Abandoned, Arrival, Store
from bot.store.store import utc_now

_log = logging.getLogger(__name__)

REMEMBERED = timedelta(hours=48)
"""How long a settled update is known if it comes again; Telegram itself keeps them for 24 hours."""
_PURGE_SECONDS = 3600.0
_AFTER_TROUBLE = 1.0

_current: ContextVar[int | None] = ContextVar("update", default=None)
"""The update for which this task works."""


class Overtaken(Exception):
    """This bot was taken for dead, and another one answers the update."""


@dataclass(frozen=True)
class Patience:
    """Seconds between looks at what others left, between signs of life, and without a sign until a
    bot is taken for dead. All by a clock that nobody sets: times of day never decide it."""

    look: float = 1.0
    beat: float = 3.0
    stale: float = 12.0


class Inbox:
    """What this bot has taken upon itself to answer."""

    def __init__(
        self,
        store: Store,
        *,
        alone: bool = False,
        capacity: int = 256,
        patience: Patience | None = None,
    ) -> None:
        """A bot that is `alone` at Telegram, as one that polls, takes at its start what others
        hold; `capacity` is how many updates it keeps in memory, the rest waits in the store."""
        self.owner = secrets.token_hex(8)
        self._updates = store.updates
        self._alone = alone
        self._retired = False
        self._capacity = capacity
        self._patience = patience or Patience()
        self._held: dict[int, int] = {}
        """Each update in hand and its place."""
        self._fresh: dict[int, Update] = {}
        self._feed: Callable[[Update], Awaitable[None]] | None = None
        self._bot: Bot | None = None
        self._done: set[int] = set()
        self._freed: set[int] = set()
        self._leaving: dict[int, asyncio.Future[None]] = {}
        self._sent_for: set[int] = set()
        self._suspects: set[int] = set()
        """Those in hand that others wait for."""
        self._work_to_note = asyncio.Event()
        self._room_for_suspects = asyncio.Event()
        self._signs: dict[str, tuple[tuple[int, ...], float]] = {}

    @contextlib.asynccontextmanager
    async def open(
        self, bot: Bot, feed: Callable[[Update], Awaitable[None]]
    ) -> AsyncIterator[None]:
        """Hands updates to `feed`, as long as the context lasts; at its end everything that was
        handled is noted, and the rest left to others."""
        self._bot, self._feed = bot, feed
        if self._alone:
            for owner in await self._updates.others(self.owner):
                await self._give_up(owner)
        tasks = [
            asyncio.create_task(self._note_forever(), name="inbox notes"),
            asyncio.create_task(self._look_forever(), name="inbox looks"),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            try:
                await self._note()
                await self._updates.release(self.owner)
            except Exception:
                _log.exception("what was done could not be noted; others will think it may be lost")

    async def accept(self, updates: Sequence[Update]) -> None:
        """Keeps updates, and hands on those that are ours; they may be acknowledged once this
        returns. What came before is not handled again.

        Inline queries are not kept: a list is wanted now or not at all, and may be given twice.
        """
        assert self._feed is not None, "the inbox is open"
        for update in updates:
            if update.inline_query:
                await self._feed(update)
        kept = [update for update in updates if not update.inline_query]
        if not kept:
            return
        self._fresh |= {update.update_id: update for update in kept}
        arrivals = [
            Arrival(update.update_id, place_of(update) or 0, _written(update)) for update in kept
        ]
        try:
            await self._hand_on(await self._updates.add(arrivals, self.owner, self._room))
        finally:
            for update in kept:
                self._fresh.pop(update.update_id, None)

    async def handle(self, update: object, handling: Awaitable[Any]) -> None:
        """Handles an update whose turn has come, and notes that it is done."""
        if not isinstance(update, Update) or update.update_id not in self._held:
            await handling
            return
        token = _current.set(update.update_id)
        try:
            await handling
        except asyncio.CancelledError:
            raise  # not done: it is handled again
        except BaseException:
            self._finish(update.update_id)
            raise
        else:
            self._finish(update.update_id)
        finally:
            _current.reset(token)

    async def before_message(self) -> None:
        """Notes that a message leaves for the update at hand. Raises Overtaken if it must not."""
        number = _current.get()
        if number is None or number in self._sent_for or number not in self._held:
            return
        noted = self._leaving.setdefault(number, asyncio.get_running_loop().create_future())
        self._work_to_note.set()
        await asyncio.shield(noted)

    def retire(self) -> None:
        """Takes nothing more in hand: what comes from now on waits for others."""
        self._retired = True

    @property
    def in_hand(self) -> int:
        """How many updates are being handled, or are about to be."""
        return len(self._held)

    @property
    def _room(self) -> int:
        return 0 if self._retired else self._capacity - len(self._held)

    def _finish(self, number: int) -> None:
        place = self._held.pop(number)
        self._sent_for.discard(number)
        self._done.add(number)
        if not self._retired and place not in self._held.values():
            self._freed.add(place)
        self._work_to_note.set()

    async def _hand_on(self, arrivals: Sequence[Arrival]) -> None:
        assert self._feed is not None, "the inbox is open"
        for arrival in arrivals:
            if arrival.id in self._held:
                continue  # taken from us in our sleep, and given back
            self._held[arrival.id] = arrival.place
            if arrival.suspect:
                self._suspects.add(arrival.id)
            update = self._fresh.get(arrival.id) or self._read(arrival)
            if update is None:
                self._finish(arrival.id)
            else:
                await self._feed(update)

    def _read(self, arrival: Arrival) -> Update | None:
        assert self._bot is not None, "the inbox is open"
        try:
            return read_update(json.loads(arrival.payload), self._bot)
        except Exception:
            _log.exception("update %d cannot be read", arrival.id)
            return None

    async def _note_forever(self) -> None:
        while True:
            await self._work_to_note.wait()
            try:
                await self._note()
            except Exception:
                _log.exception("the store does not take what was done; trying again")
                await asyncio.sleep(_AFTER_TROUBLE)
                self._work_to_note.set()

    async def _note(self) -> None:
        """Writes down, in one transaction, all that came up since the last."""
        self._work_to_note.clear()
        leaving, self._leaving = self._leaving, {}
        done, self._done = self._done, set()
        freed, self._freed = self._freed, set()
        if not (leaving or done):
            return
        try:
            settled = await self._updates.settle(self.owner, leaving.keys(), done, freed)
        except BaseException as error:
            self._done |= done
            self._freed |= freed
            for noted in leaving.values():
                if not noted.done():
                    noted.set_exception(error)
                    noted.exception()  # whoever waited may be gone
            raise
        if done & self._suspects:
            self._suspects -= done
            self._room_for_suspects.set()
        for number, noted in leaving.items():
            if noted.done():
                continue
            if number in settled.overtaken:
                noted.set_exception(Overtaken(f"another bot answers update {number}"))
                noted.exception()
            else:
                self._sent_for.add(number)
                noted.set_result(None)
        await self._hand_on(settled.next)

    async def _look_forever(self) -> None:
        beaten = purged = -_PURGE_SECONDS
        while True:
            self._room_for_suspects.clear()
            try:
                now = time.monotonic()
                await self._look(now)
                if self._held and now - beaten >= self._patience.beat:
                    await self._updates.beat(self.owner)
                    beaten = now
                if now - purged >= _PURGE_SECONDS:
                    await self._updates.forget(utc_now() - REMEMBERED)
                    purged = now
            except Exception:
                _log.exception("the store cannot be asked for updates; trying again")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._room_for_suspects.wait(), self._patience.look)

    async def _look(self, now: float) -> None:
        """Takes what nobody handles, and gives up whoever shows no sign of life."""
        others = await self._updates.others(self.owner)
        for owner, sign in others.items():
            seen, since = self._signs.get(owner, (None, now))
            if seen != sign:
                self._signs[owner] = (sign, now)
            elif now - since >= self._patience.stale:
                await self._give_up(owner)
        self._signs = {owner: sign for owner, sign in self._signs.items() if owner in others}
        if self._room > 0:
            await self._hand_on(await self._updates.take(self.owner, self._room))

    async def _give_up(self, owner: str) -> None:
        found = await self._updates.abandon(owner)
        if found != Abandoned(0, 0, 0):
            _log.warning(
                "a bot is gone that had updates in hand: %d are handled again, the answers to %d "
                "may be lost, %d are given up",
                *astuple(found),
            )


def _written(update: Update) -> str:
    """Its JSON; of what it does not know, the library leaves moments as they are."""
    return json.dumps(update.to_dict(), default=lambda moment: int(moment.timestamp()))
