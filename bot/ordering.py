"""The order in which updates are handled.

Decides that one chat's updates wait for each other while different chats go on at once, and that
one which takes long may let the next begin; what an update does is left to the handlers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor

Handle = Callable[[object, Awaitable[Any]], Coroutine[Any, Any, None]]


async def _plainly(_: object, coroutine: Awaitable[Any]) -> None:
    await coroutine


@dataclass
class _Turn:
    """Updates of one chat wait here; asyncio's lock lets them go in the order they came."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    updates: int = 0
    """Those that wait, and those that are handled."""
    passed_on: int = 0
    """Those that let others begin and are not done."""
    nothing_passed_on: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.nothing_passed_on.set()


class OneAtATimePerChat(BaseUpdateProcessor):
    """A lock per chat, or per user where there is no chat; forgotten when nobody waits for it."""

    def __init__(self, at_work: int = 128, waiting: int = 4096) -> None:
        """`at_work` updates are handled at once; `waiting` have arrived for it, those included."""
        super().__init__(waiting)
        self._at_work = asyncio.Semaphore(at_work)
        self.handle: Handle = _plainly
        """What an update whose turn has come goes through; an inbox notes there what is done."""
        self._turns: dict[int, _Turn] = {}
        self._holders: dict[int, _Turn] = {}

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Waits for the chat's turn, then handles the update."""
        place = place_of(update)
        if place is None:
            await self._work(update, coroutine)
            return
        turn = self._turns.setdefault(place, _Turn())
        turn.updates += 1
        try:
            await turn.lock.acquire()
            self._holders[id(update)] = turn
            try:
                if _moves(update):
                    await turn.nothing_passed_on.wait()
                await self._work(update, coroutine)
            finally:
                self._end(update, turn)
        finally:
            turn.updates -= 1
            if not turn.updates:
                del self._turns[place]

    def pass_on(self, update: object) -> None:
        """Lets the chat's next update begin while this one goes on; twice is once.

        A group that moves to another id still waits for it.
        """
        turn = self._holders.pop(id(update), None)
        if turn is not None:
            turn.passed_on += 1
            turn.nothing_passed_on.clear()
            turn.lock.release()

    async def _work(self, update: object, coroutine: Awaitable[Any]) -> None:
        # Only now: what waits for one chat, however much, takes nothing from the others.
        async with self._at_work:
            await self.handle(update, coroutine)

    def _end(self, update: object, turn: _Turn) -> None:
        if self._holders.pop(id(update), None) is not None:
            turn.lock.release()
            return
        turn.passed_on -= 1
        if not turn.passed_on:
            turn.nothing_passed_on.set()

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""


def place_of(update: object) -> int | None:
    """The chat whose updates keep their order, or the person where there is none."""
    if not isinstance(update, Update) or update.inline_query:
        return None  # a list is wanted while somebody types, whatever else they have asked for
    if update.message and update.message.migrate_from_chat_id:
        # The first word of a supergroup waits for what is under way in the group it was.
        return update.message.migrate_from_chat_id
    if update.effective_chat:
        return update.effective_chat.id
    return update.effective_user.id if update.effective_user else None


def _moves(update: object) -> bool:
    """Whether it tells that a group has another id: what is under way still goes by the old one."""
    return (
        isinstance(update, Update)
        and update.message is not None
        and bool(update.message.migrate_from_chat_id or update.message.migrate_to_chat_id)
    )
