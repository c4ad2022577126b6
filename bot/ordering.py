"""The order in which updates are handled.

Decides that one chat's updates wait for each other while different chats go on at once; what an
update does is left to the handlers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any

from telegram import Update
from telegram.ext import BaseUpdateProcessor


@dataclass
class _Turn:
    """Updates of one chat wait here; asyncio's lock lets them go in the order they came."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


class OneAtATimePerChat(BaseUpdateProcessor):
    """A lock per chat, or per user where there is no chat; forgotten when nobody waits for it."""

    def __init__(self, max_concurrent_updates: int = 128) -> None:
        super().__init__(max_concurrent_updates)
        self._turns: dict[int, _Turn] = {}

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Waits for the chat's turn, then handles the update."""
        place = _place(update)
        if place is None:
            await coroutine
            return
        turn = self._turns.setdefault(place, _Turn())
        turn.waiting += 1
        try:
            async with turn.lock:
                await coroutine
        finally:
            turn.waiting -= 1
            if not turn.waiting:
                del self._turns[place]

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""


def _place(update: object) -> int | None:
    if not isinstance(update, Update):
        return None
    if update.message and update.message.migrate_from_chat_id:
        # The first word of a supergroup waits for what is under way in the group it was.
        return update.message.migrate_from_chat_id
    if update.effective_chat:
        return update.effective_chat.id
    return update.effective_user.id if update.effective_user else None
