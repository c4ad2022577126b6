"""Cards for the bot: painted beside the event loop, a few at a time, and kept for a while.

Decides when a card is painted; how it looks is left to the painter.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from bot.cards.painter import CardPainter
from bot.cards.request import CardRequest

KEPT = 48
"""Cards kept, of about 300 kB each."""
AT_ONCE = 2
"""Cards painted at the same time: more would only slow each other down on a small machine."""


class CardStudio:
    """Gives cards by request; whoever asks for a card that is being painted waits for that one."""

    def __init__(self, painter: CardPainter, *, kept: int = KEPT, at_once: int = AT_ONCE) -> None:
        self._painter = painter
        self._limit = kept
        self._kept: OrderedDict[CardRequest, bytes] = OrderedDict()
        self._painting: dict[CardRequest, asyncio.Task[bytes]] = {}
        self._room = asyncio.Semaphore(at_once)

    async def card(self, request: CardRequest) -> bytes:
        """The card as a JPEG. Raises UndrawableCharacters."""
        if request in self._kept:
            self._kept.move_to_end(request)
            return self._kept[request]
        task = self._painting.get(request)
        if task is None:
            task = asyncio.create_task(self._paint(request))
            self._painting[request] = task
            task.add_done_callback(lambda done: self._finish(request, done))
        # One who gives up takes the card from nobody else.
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Waits for what is being painted."""
        await asyncio.gather(*self._painting.values(), return_exceptions=True)

    async def _paint(self, request: CardRequest) -> bytes:
        async with self._room:
            return await asyncio.to_thread(self._painter.paint, request)

    def _finish(self, request: CardRequest, task: asyncio.Task[bytes]) -> None:
        del self._painting[request]
        if task.cancelled() or task.exception() is not None:
            return
        self._kept[request] = task.result()
        while len(self._kept) > self._limit:
            self._kept.popitem(last=False)
