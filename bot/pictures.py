"""Cards on their way to Telegram.

Decides that Telegram gets the bytes of a card once and is then told the id that it gave them,
however many chats want it; the ids are forgotten with the process, which costs one upload more. How
a card looks is left to `bot.cards`, what becomes of a message to whoever gives it away.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from telegram import Message
from telegram.error import BadRequest

from bot.cards import CardRequest, CardStudio
from bot.sending import Fate, judge

KEPT = 4096
"""Ids kept, the latest used."""

Give = Callable[[bytes | str], Awaitable[Message]]
"""Gives Telegram a picture, by its bytes or by its id, and returns the message that shows it."""


class Pictures:
    """Every card of the bot, and what Telegram calls it. Owns the studio that paints them."""

    def __init__(self, studio: CardStudio, *, kept: int = KEPT) -> None:
        self._studio = studio
        self._limit = kept
        self._ids: OrderedDict[CardRequest, str] = OrderedDict()
        self._uploading: dict[CardRequest, asyncio.Event] = {}

    async def prepare(self, card: CardRequest) -> None:
        """Has it painted, so that giving it takes no longer than Telegram does.

        Raises UndrawableCharacters.
        """
        if card not in self._ids:
            await self._studio.card(card)

    async def give(self, card: CardRequest, give: Give) -> Message:
        """Gives a card away. Raises UndrawableCharacters, and what `give` raises.

        A second request follows only where Telegram refused an id that it knows no more.
        """
        if card not in self._ids and card in self._uploading:
            # Once: an upload that hangs must not hold up everybody after it.
            await self._uploading[card].wait()
        if card in self._ids:
            self._ids.move_to_end(card)
            try:
                return await give(self._ids[card])
            except BadRequest as error:
                if judge(error).fate is not Fate.PERMANENT:
                    raise  # not because of the id
                self._ids.pop(card, None)
        picture = await self._studio.card(card)
        done = asyncio.Event()
        self._uploading[card] = done
        try:
            message = await give(picture)
            self._remember(card, message.photo[-1].file_id)
        finally:
            done.set()
            if self._uploading.get(card) is done:
                del self._uploading[card]
        return message

    async def aclose(self) -> None:
        """Waits for what is being painted."""
        await self._studio.close()

    def _remember(self, card: CardRequest, file_id: str) -> None:
        self._ids[card] = file_id
        while len(self._ids) > self._limit:
            self._ids.popitem(last=False)
