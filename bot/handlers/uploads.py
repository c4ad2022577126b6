"""Cards on their way to chats.

Decides that Telegram gets the bytes of a card once and is then told the id that it gave them; this
is forgotten with the process, and costs one upload more. How a card looks is left to `bot.cards`.
"""

from __future__ import annotations

from collections import OrderedDict

from telegram.error import BadRequest

from bot.cards import CardRequest, CardStudio
from bot.sending import Fate, Sending, judge

KEPT = 4096
"""Ids kept, the latest used."""


class Uploads:
    """Sends cards, and owns the studio that paints them."""

    def __init__(self, sending: Sending, studio: CardStudio, *, kept: int = KEPT) -> None:
        self._sending = sending
        self._studio = studio
        self._limit = kept
        self._ids: OrderedDict[CardRequest, str] = OrderedDict()

    async def send(
        self,
        chat_id: int,
        card: CardRequest,
        poem: str,
        *,
        thread_id: int | None,
        reply_to: int | None,
    ) -> None:
        """Sends the card of a poem, by public id. Raises UndrawableCharacters."""

        async def send(picture: bytes | str) -> str:
            sent = await self._sending.send_picture(
                chat_id, picture, poem, thread_id=thread_id, reply_to=reply_to
            )
            return sent.photo[-1].file_id

        if card in self._ids:
            self._ids.move_to_end(card)
            try:
                await send(self._ids[card])
            except BadRequest as error:
                if judge(error).fate is not Fate.PERMANENT:
                    raise  # not because of the id
            else:
                return
        self._ids[card] = await send(await self._studio.card(card))
        while len(self._ids) > self._limit:
            self._ids.popitem(last=False)

    async def aclose(self) -> None:
        """Waits for what is being painted."""
        await self._studio.close()
