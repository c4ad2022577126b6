"""Messages that change in their place.

Decides that changes of one message come one after the other, each from what the last one left: a
press brings the message as it was when it was pressed, and much may have happened since.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from telegram import Message
from telegram.error import TelegramError

from bot.sending import Fate, Sending, judge

KEPT = 1024
"""Messages whose latest state is kept, those that changed last; Telegram knows it of all others."""
_SAME = "message is not modified"

Edit = Callable[[Message], Awaitable[Message | bool]]
"""Changes a message, of which it is given the latest state."""


@dataclass
class _Turn:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


class Edits:
    """Changes messages of the bot."""

    def __init__(self, sending: Sending, *, kept: int = KEPT) -> None:
        self._sending = sending
        self._limit = kept
        self._latest: OrderedDict[tuple[int, int], Message] = OrderedDict()
        self._turns: dict[tuple[int, int], _Turn] = {}

    async def change(self, message: Message, edit: Edit) -> bool:
        """Changes a message; False where Telegram lets it be changed no more, or it is deleted."""
        place = (message.chat_id, message.message_id)
        turn = self._turns.setdefault(place, _Turn())
        turn.waiting += 1
        try:
            async with turn.lock:
                return await self._change(message, edit)
        finally:
            turn.waiting -= 1
            if not turn.waiting:
                del self._turns[place]

    def latest(self, message: Message) -> Message:
        """The message as it stands now, as far as this process knows."""
        known = self._latest.get((message.chat_id, message.message_id))
        if known is None or _moment(known) < _moment(message):
            return message
        return known

    async def _change(self, message: Message, edit: Edit) -> bool:
        latest = self.latest(message)
        try:
            changed = await self._sending.persist(lambda: edit(latest))
        except TelegramError as error:
            if judge(error).fate is not Fate.UNCHANGED:
                raise
            return _SAME in error.message.lower()
        if isinstance(changed, Message):
            self._remember(changed)
        return True

    def _remember(self, message: Message) -> None:
        place = (message.chat_id, message.message_id)
        self._latest[place] = message
        self._latest.move_to_end(place)
        while len(self._latest) > self._limit:
            self._latest.popitem(last=False)


def _moment(message: Message) -> float:
    return (message.edit_date or message.date).timestamp()
