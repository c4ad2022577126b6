"""Words in private about another chat: to whoever brought the bot there, or asked it something.

Decides who that is, in which language they are told and how often; that Telegram lets nobody be
told who never spoke to the bot is no trouble. What they are told is left to `bot.pages`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from telegram import Bot
from telegram.error import TelegramError

from bot.fair_use import FairUse
from bot.pages.page import Page, Reader
from bot.sending import Sending
from bot.settings import Allowance
from bot.store import ChatRecord, Store
from bot.texts import Texts
from model.verse import Script

_log = logging.getLogger(__name__)


_ASIDES = Allowance(1, 600)
"""How often a person is told why they got no answer elsewhere: whoever knows it may ask on."""


class Confidant:
    """Tells people in private."""

    def __init__(self, bot: Bot, store: Store, texts: Texts) -> None:
        self._sending = Sending(bot, store)
        self._asides = FairUse(_ASIDES, None)
        self._store = store
        self._texts = texts

    async def tell(self, chat: ChatRecord, words: Callable[[Reader], Page]) -> None:
        """Tells whoever added the bot, if they are known and ever spoke to it."""
        if chat.added_by is not None:
            await self._tell(chat.added_by, words)

    async def explain(self, person: int, words: Callable[[Reader], Page]) -> None:
        """Tells somebody, once in a while, why an answer did not come; nobody is written to who
        left no private chat open."""
        private = await self._store.chats.get(person)
        if private is None or private.state != "active":
            return
        if await self._asides.ask(person, None) is None:
            await self._tell(person, words)

    async def _tell(self, person: int, words: Callable[[Reader], Page]) -> None:
        try:
            await self._sending.send(person, words(await self._reader(person)))
        except TelegramError as error:
            _log.info("somebody could not be told in private: %s", error)

    async def _reader(self, person: int) -> Reader:
        """As the person reads in private."""
        private, known = await self._store.chats.get(person), await self._store.users.get(person)
        code = known.language_code if known else None
        if private is None:
            return Reader.of(self._texts.for_language(code), Script.SIMPLIFIED)
        return Reader.in_chat(self._texts, private, code)
