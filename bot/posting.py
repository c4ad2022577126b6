"""The daily poem's post: a card with the verse as its caption, or the verse alone.

Decides when words go without their picture: where it cannot be painted, and where Telegram has
refused it for good. What may have arrived is never followed by anything; what becomes of a delivery
then is left to `bot.usecases.daily`.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import date

from telegram import Bot, Message
from telegram.error import ChatMigrated, TelegramError

from bot.cards import CardRequest, UndrawableCharacters
from bot.confidant import Confidant
from bot.pages import channels
from bot.pages.card import card
from bot.pages.page import Page, Reader
from bot.pages.verse import of_the_day
from bot.pictures import Pictures
from bot.sending import Fate, judge
from bot.store import ChatRecord, PoemRecord, Store
from bot.texts import Texts
from bot.usecases.card import OnCard
from bot.usecases.daily import Closed, Dead, Migrated, Outcome, Retry, Sent, Unknown

_log = logging.getLogger(__name__)

_WORDS_ALONE = (Fate.NO_PICTURES, Fate.PERMANENT)
"""What a picture's refusal must be for its words to follow: nothing of it can have arrived."""


class DailySender:
    """Posts daily poems: one message each, and what became of it."""

    def __init__(self, bot: Bot, store: Store, texts: Texts, pictures: Pictures) -> None:
        self._bot = bot
        self._store = store
        self._texts = texts
        self._pictures = pictures
        self._confidant = Confidant(bot, store, texts)

    async def prepare(self, chat: ChatRecord, poem: PoemRecord, date: date) -> None:
        """Has the card painted before the post is under way."""
        await self._painted(self._card(chat, poem, date))

    async def send_daily(self, chat: ChatRecord, poem: PoemRecord, date: date) -> Outcome:
        """Posts in the chat's language and script, into its topic, with stars below."""
        summary = await self._store.ratings.summary(poem.public_id)
        reader = Reader.in_chat(self._texts, chat)
        page = of_the_day(reader, poem, date, summary, in_channel=chat.kind == "channel")
        try:
            sent = await self._post_where_it_can(chat, page, self._card(chat, poem, date))
        except ChatMigrated as moved:
            return Migrated(moved.new_chat_id)
        except TelegramError as error:
            if judge(error).fate is Fate.DEAD and not chat.strikes:
                await self._confidant.tell(chat, lambda to: channels.paused(to, chat))
            return _outcome(error)
        return Sent(sent.message_id)

    async def _post_where_it_can(self, chat: ChatRecord, page: Page, shown: CardRequest) -> Message:
        """Posts; to the general topic where the chat's own is gone, now and from now on."""
        try:
            return await self._post(chat, page, shown)
        except TelegramError as error:
            if judge(error).fate is not Fate.NO_TOPIC or chat.thread_id is None:
                raise
        await self._store.chats.set_thread(chat.id, None)
        sent = await self._post(replace(chat, thread_id=None), page, shown)
        await self._confidant.tell(chat, lambda to: channels.topic_gone(to, chat))
        return sent

    async def _post(self, chat: ChatRecord, page: Page, shown: CardRequest) -> Message:
        if await self._painted(shown):
            try:
                return await self._pictures.give(
                    shown, lambda picture: self._with_picture(chat, page, picture)
                )
            except TelegramError as error:
                if judge(error).fate not in _WORDS_ALONE:
                    raise
                _log.info("chat %d gets its daily poem without a card: %s", chat.id, error)
        return await self._bot.send_message(
            chat.id,
            page.text,
            reply_markup=page.markup,
            message_thread_id=chat.thread_id,
            disable_notification=chat.silent or None,
        )

    async def _with_picture(self, chat: ChatRecord, page: Page, picture: bytes | str) -> Message:
        return await self._bot.send_photo(
            chat.id,
            picture,
            caption=page.text,
            reply_markup=page.markup,
            message_thread_id=chat.thread_id,
            disable_notification=chat.silent or None,
        )

    async def _painted(self, shown: CardRequest) -> bool:
        """Whether there is a card; a poem comes without one, too."""
        try:
            await self._pictures.prepare(shown)
        except UndrawableCharacters as error:
            _log.warning("a daily poem has no card: %s", error)
        except Exception:
            _log.exception("a daily poem's card cannot be painted")
        else:
            return True
        return False

    def _card(self, chat: ChatRecord, poem: PoemRecord, day: date) -> CardRequest:
        reader = Reader.in_chat(self._texts, chat)
        return card(reader, OnCard(poem, day), self._bot.username, chat.card_theme)


def _outcome(error: TelegramError) -> Outcome:
    verdict = judge(error)
    why = f"{type(error).__name__}: {error}"
    match verdict.fate:
        case Fate.UNKNOWN:
            return Unknown(why)
        case Fate.DEAD:
            return Dead(why)
        case Fate.CLOSED:
            return Closed(why)
        case _:
            # A request that is at fault is ours, not the chat's: no strike, and it may be mended
            # before it is too late.
            return Retry(verdict.after, why)
