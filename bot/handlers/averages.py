"""The averages shown below messages.

Decides how often a message is edited when many people rate it: at once, then at most once in a
while, and the last rating is always shown in the end. Ratings themselves are long kept by then.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from telegram import Bot, Message
from telegram.error import TelegramError

from bot.handlers.edits import Edits
from bot.pages import buttons, inline_buttons
from bot.pages.looks import Look
from bot.sending import Fate, Sending, judge
from bot.store import Store
from bot.texts import Localised

_log = logging.getLogger(__name__)

_Place = tuple[int, int] | str
"""A message of a chat, or one that somebody sent from anywhere."""
_Show = Callable[[], Awaitable[None]]


class Averages:
    """Refreshes keyboards in tasks of its own, one per message."""

    def __init__(
        self, bot: Bot, store: Store, sending: Sending, edits: Edits, *, interval: float = 3.0
    ) -> None:
        """`interval` is the seconds between two edits of one message."""
        self._bot = bot
        self._store = store
        self._sending = sending
        self._edits = edits
        self._interval = interval
        self._wanted: dict[_Place, _Show] = {}
        self._tasks: dict[_Place, asyncio.Task[None]] = {}
        self._closing = asyncio.Event()

    def refresh(self, message: Message, say: Localised) -> None:
        """Sees to it that a message shows what people think now; returns at once."""
        place = (message.chat_id, message.message_id)
        self._soon(place, lambda: self._show(message, say))

    def refresh_inline(self, inline_message_id: str, poem: str, say: Localised, look: Look) -> None:
        """The same for a message that somebody sent: it has one poem, and looks like that."""
        self._soon(inline_message_id, lambda: self._show_inline(inline_message_id, poem, say, look))

    async def aclose(self) -> None:
        """Shows what is still to be shown, without waiting between."""
        self._closing.set()
        await asyncio.gather(*self._tasks.values())

    def _soon(self, place: _Place, show: _Show) -> None:
        self._wanted[place] = show
        if place not in self._tasks:
            self._tasks[place] = asyncio.create_task(self._work(place), name="averages")

    async def _work(self, place: _Place) -> None:
        try:
            while place in self._wanted:
                await self._wanted.pop(place)()
                await self._rest()
        except Exception:
            _log.exception("the average of a message cannot be shown")
        finally:
            del self._tasks[place]

    async def _show(self, message: Message, say: Localised) -> None:
        async def edit(latest: Message) -> Message | bool:
            poems, others = buttons.rated_in(latest.reply_markup)
            if not poems:
                return True  # something else stands there now
            rated = {poem: await self._store.ratings.summary(poem) for poem in poems}
            return await latest.edit_reply_markup(buttons.rating(say, rated, others))

        try:
            await self._edits.change(message, edit)
        except TelegramError as error:
            _log.info("the average of a message is not shown: %s", error)

    async def _show_inline(
        self, inline_message_id: str, public_id: str, say: Localised, look: Look
    ) -> None:
        poem = await self._store.poems.get(public_id)
        if poem is None:
            return
        summary = await self._store.ratings.summary(public_id)
        markup = inline_buttons.below_verse(say, poem, summary, look, self._bot.username)
        await self._edit(
            lambda: self._bot.edit_message_reply_markup(
                inline_message_id=inline_message_id, reply_markup=markup
            )
        )

    async def _edit(self, edit: Callable[[], Awaitable[object]]) -> None:
        try:
            await self._sending.persist(edit)
        except TelegramError as error:
            if judge(error).fate is not Fate.UNCHANGED:
                _log.info("the average of a message is not shown: %s", error)

    async def _rest(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), self._interval)
