"""One update, as handlers see it.

Decides who asks, where, in which language, and how an answer finds its way back to that place;
what the answer is, is left to the handlers.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from telegram import (
    Bot,
    CallbackQuery,
    Chat,
    ForceReply,
    InlineKeyboardMarkup,
    Message,
    Update,
    User,
)
from telegram.constants import ChatAction, ChatType
from telegram.error import TelegramError

from bot.handlers.house import House
from bot.handlers.questions import Question
from bot.pages import buttons
from bot.pages.page import Page, Reader
from bot.sending import Fate, judge
from bot.store import ChatRecord
from bot.usecases.asker import Asker

_QUICK = 0.3
"""Seconds in which an answer needs no sign of work."""
_ACTION_LASTS = 4.0
"""Seconds after which "typing" is shown again; Telegram takes it away after five."""


@dataclass(frozen=True)
class Visit:
    """Somebody says something to the bot, somewhere."""

    house: House
    bot: Bot
    update: Update
    chat: ChatRecord
    user_id: int | None
    """None where a channel or an anonymous admin speaks."""
    reader: Reader
    words: str
    """What follows the command, or the whole text."""
    data: re.Match[str] | None = None
    """The callback data of a pressed button."""

    @property
    def asker(self) -> Asker:
        """As use cases know it."""
        return Asker(self.user_id, self.chat.id, self.chat.form)

    @property
    def query(self) -> CallbackQuery:
        """The press of a button."""
        assert self.update.callback_query is not None, "this handler is for buttons"
        return self.update.callback_query

    @property
    def pressed(self) -> Message | None:
        """The message whose button was pressed, if Telegram still shows it to us."""
        message = self.query.message
        return message if isinstance(message, Message) else None

    @property
    def thread_id(self) -> int | None:
        """The forum topic in which it was said."""
        message = self.update.effective_message
        return message.message_thread_id if message and message.is_topic_message else None

    @property
    def pressed_id(self) -> int | None:
        """The number of that message, shown or not."""
        return self.query.message.message_id if self.query.message else None

    @property
    def poems_pressed(self) -> list[str]:
        """The public ids of the poems that stand there now, as far as its stars tell."""
        if self.pressed is None:
            return []
        return buttons.rated_in(self.house.edits.latest(self.pressed).reply_markup)[0]

    @property
    def in_channel(self) -> bool:
        """Whether what is said here is read by people who cannot answer."""
        return self.chat.kind == "channel"

    @property
    def replied(self) -> str:
        """The words of the message that is replied to, if there are any."""
        message = self.update.message.reply_to_message if self.update.message else None
        return (message.text or message.caption or "").strip() if message else ""

    @property
    def person(self) -> int:
        """Who asks, as far as can be told: the person, or the chat that speaks."""
        return self.chat.id if self.user_id is None else self.user_id

    def reading(self, chat: ChatRecord) -> Reader:
        """How whoever asks reads in a chat, for instance in this one after a change."""
        user = speaker(self.update)
        texts = self.house.services.texts
        return Reader.in_chat(texts, chat, user.language_code if user else None)

    async def reply(self, page: Page, about: str = "") -> Message:
        """Answers where it was said; in a group, to what was said or to what was pressed.

        Of a page that asks for a reply, `about` is what was given already.
        """
        said, answered = self.update.message, None
        if self.chat.kind in ("group", "supergroup"):
            answered = said.message_id if said else self.pressed_id
        sent = await self.house.sending.send(
            self.chat.id,
            page,
            thread_id=self.thread_id,
            reply_to=answered,
        )
        if isinstance(page.markup, ForceReply):
            question = Question(sent.message_id, about)
            self.house.questions.ask(self.chat.id, self.person, question)
        return sent

    @asynccontextmanager
    async def working(self, action: ChatAction = ChatAction.TYPING) -> AsyncIterator[None]:
        """Around what may take a while: then it shows, others of the chat go on, and /cancel stops
        it.

        Raises StillAtWork if the person's last request is not done, Stopped if this one is stopped.
        """
        self.house.ordering.pass_on(self.update)
        async with self.house.work.of(self.person):
            showing = asyncio.create_task(self._keep_showing(action), name="showing")
            try:
                yield
            finally:
                showing.cancel()
                await asyncio.gather(showing, return_exceptions=True)

    async def notice(self, text: str = "", *, alert: bool = False, url: str | None = None) -> None:
        """Answers the press of a button, or opens a link to this bot; one that is too old gets no
        answer."""
        try:
            await self.house.sending.persist(
                lambda: self.query.answer(text or None, show_alert=alert, url=url)
            )
        except TelegramError as error:
            if judge(error).fate is not Fate.UNCHANGED:
                raise

    async def turn(self, page: Page) -> None:
        """Puts another page in the place of the one whose button was pressed, or below it where
        that can take none: a picture, a message that is gone or too old."""
        message = self.pressed
        if message is None or message.text is None or not await self.put(message, page):
            await self.answer_below(page)

    async def put(self, message: Message, page: Page) -> bool:
        """Puts a page in the place of a message of ours; False if it cannot be changed any more."""
        markup: Any = page.markup
        changed = await self.house.edits.change(
            message, lambda latest: latest.edit_text(page.text, reply_markup=markup)
        )
        if changed and page.poems:
            deliveries = self.house.services.store.deliveries
            await deliveries.record(message.chat_id, message.message_id, page.poems)
        return changed

    async def answer_below(self, page: Page) -> None:
        """Answers the press of a button with a message of its own; among several people, in reply
        to the button's."""
        alone = self.chat.kind == "private"
        await self.house.sending.send(
            self.chat.id,
            page,
            thread_id=self.thread_id,
            reply_to=None if alone else self.pressed_id,
        )

    async def remark(self, change: Callable[[InlineKeyboardMarkup], InlineKeyboardMarkup]) -> None:
        """Changes the buttons below the message that was pressed, if they can be."""
        if self.pressed is None:
            return

        async def edit(latest: Message) -> Message | bool:
            markup = latest.reply_markup
            return not markup or await latest.edit_reply_markup(change(markup))

        await self.house.edits.change(self.pressed, edit)

    def link(self, start: str) -> str:
        """Opens the private chat, where /start is told that."""
        return f"https://t.me/{self.bot.username}?start={start}"

    async def _keep_showing(self, action: ChatAction) -> None:
        await asyncio.sleep(_QUICK)
        while True:
            await self._show_busy(action)
            await asyncio.sleep(_ACTION_LASTS)

    async def _show_busy(self, action: ChatAction) -> None:
        """It does not matter if that fails."""
        with suppress(TelegramError):
            await self.bot.send_chat_action(self.chat.id, action, message_thread_id=self.thread_id)


async def receive(house: House, bot: Bot, update: Update, data: re.Match[str] | None) -> Visit:
    """The visit that an update is; remembers the chat and the person."""
    place, user = update.effective_chat, speaker(update)
    assert place is not None, "only updates from chats are handled"
    if user is None:
        chat = await remember_chat(house, place)
    else:
        chat = await house.services.store.visits.receive(
            place.id,
            kind_of(place),
            place.title or "",
            user.id,
            user.language_code,
            zone=house.services.settings.timezone.key,
        )
    message = update.effective_message if update.callback_query is None else None
    return Visit(
        house,
        bot,
        update,
        chat,
        user.id if user else None,
        Reader.in_chat(house.services.texts, chat, user.language_code if user else None),
        _words(message),
        data,
    )


async def remember_chat(house: House, place: Chat, language: str | None = None) -> ChatRecord:
    """The chat's record; a private chat is kept without the name of its person."""
    return await house.services.store.chats.ensure(
        place.id,
        kind_of(place),
        place.title or "",
        language=language,
        zone=house.services.settings.timezone.key,
    )


def kind_of(place: Chat) -> Any:
    """The kind of a chat in the store's words, which are Telegram's."""
    return ChatType(place.type).value


def speaker(update: Update) -> User | None:
    """The person who acts, unless they act in a chat's name."""
    message = update.message
    if message is not None and message.sender_chat is not None:
        return None
    user = update.effective_user
    return None if user is None or user.is_bot else user


def _words(message: Message | None) -> str:
    if message is None or not message.text:
        return ""
    command = next((entity for entity in message.entities if entity.type == "bot_command"), None)
    if command is None or command.offset != 0:
        return message.text.strip()
    return message.text[command.length :].strip()  # a command is ASCII: units are characters
