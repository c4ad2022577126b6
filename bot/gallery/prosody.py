"""How verses are built, as the poet says.

Decides how long a page waits for it, and that visitors ask one at a time, once for each text:
however many come, people in chats have their turns, and one silence is not taken for many. What
it means is left to the pages.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict

from bot.poet import PoetClient, PoetRefused, PoetUnavailable
from model.service.protocol import ProsodyAnswer, ProsodyRequest

_KEPT = 2048
_PATIENCE = 2.0
"""Seconds; a page stands without it."""
_WAITING = 6
"""Pages that may wait for it at once."""
_PAUSE = 20.0
"""Seconds for which a poet that gave no answer is not asked again."""


class Explanations:
    """Asks the worker, and remembers."""

    def __init__(self, poet: PoetClient) -> None:
        self._poet = poet
        self._kept: OrderedDict[str, ProsodyAnswer] = OrderedDict()
        self._silent_until = 0.0
        self._one = asyncio.Lock()
        self._waiting = 0

    async def of(self, text: str) -> ProsodyAnswer | None:
        """How a verse is built, or None while nobody can say."""
        if text in self._kept:
            self._kept.move_to_end(text)
            return self._kept[text]
        if self._waiting >= _WAITING:
            return None
        self._waiting += 1
        try:
            async with self._one:
                return self._kept.get(text) or await self._ask(text)
        finally:
            self._waiting -= 1

    async def _ask(self, text: str) -> ProsodyAnswer | None:
        if time.monotonic() < self._silent_until:
            return None
        try:
            found = await self._poet.prosody(ProsodyRequest(verse=text), deadline=_PATIENCE)
        except PoetRefused:
            return None
        except PoetUnavailable:
            self._silent_until = time.monotonic() + _PAUSE
            return None
        self._kept[text] = found
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return found
