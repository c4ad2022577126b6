"""Words in private to whoever answers for a chat: the person who brought the bot there.

Decides who that is and in which language they are told; that Telegram lets nobody be told who never
spoke to the bot is no trouble. What they are told is left to `bot.pages.channels`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from telegram import Bot
from telegram.error import TelegramError

from bot.pages.page import Page, Reader
from bot.sending import Sending
from bot.store import ChatRecord, Store
from bot.texts import Texts
from model.verse import Script

_log = logging.getLogger(__name__)


class Confidant:
    """Tells the person who added the bot to a chat."""

    def __init__(self, bot: Bot, store: Store, texts: Texts) -> None:
        self._sending = Sending(bot, store)
        self._store = store
        self._texts = texts

    async def tell(self, chat: ChatRecord, words: Callable[[Reader], Page]) -> None:
        """Tells whoever added the bot, if they are known and ever spoke to it."""
        if chat.added_by is None:
            return
        try:
            page = words(await self._reader(chat.added_by))
            await self._sending.send(chat.added_by, page)
        except TelegramError as error:
            _log.info("nobody could be told about chat %d: %s", chat.id, error)

    async def _reader(self, person: int) -> Reader:
        """As the person reads in private."""
        private, known = await self._store.chats.get(person), await self._store.users.get(person)
        code = known.language_code if known else None
        if private is None:
            return Reader.of(self._texts.for_language(code), Script.SIMPLIFIED)
        return Reader.in_chat(self._texts, private, code)
