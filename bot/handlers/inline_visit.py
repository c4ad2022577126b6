"""One update of inline mode, as its handlers see it: there is a person, and no chat.

Decides in which language they are answered and how an answer finds the list or the message; what
the answer is, is left to the handlers.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from telegram import (
    Bot,
    CallbackQuery,
    ChosenInlineResult,
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    Update,
    User,
)
from telegram.error import TelegramError

from bot.handlers.house import House
from bot.pages.page import Page, Reader
from bot.sending import Fate, judge
from bot.store import ChatRecord
from bot.usecases.asker import Asker
from model.verse import Form, Script


@dataclass(frozen=True)
class InlineVisit:
    """Somebody types, chooses from a list, or presses a button of a message sent from one."""

    house: House
    bot: Bot
    update: Update
    user: User
    reader: Reader
    form: Form | None
    """What they would rather have, where they name no form."""
    data: re.Match[str] | None = None
    """Of a chosen result its id, of a pressed button its data."""

    @property
    def asker(self) -> Asker:
        """As use cases know them; in which chat the verse will stand, nobody tells us."""
        return Asker(self.user.id, None, self.form)

    @property
    def question(self) -> InlineQuery:
        """What is typed."""
        assert self.update.inline_query is not None, "this handler is for inline queries"
        return self.update.inline_query

    @property
    def chosen(self) -> ChosenInlineResult:
        """What was chosen."""
        assert self.update.chosen_inline_result is not None, "this handler is for chosen results"
        return self.update.chosen_inline_result

    @property
    def query(self) -> CallbackQuery:
        """The press of a button."""
        assert self.update.callback_query is not None, "this handler is for buttons"
        return self.update.callback_query

    @property
    def message_id(self) -> str:
        """Of the message whose button was pressed."""
        message = self.query.inline_message_id
        assert message is not None, "this handler is for messages of inline mode"
        return message

    @property
    def username(self) -> str:
        """The bot's."""
        return self.bot.username

    async def answer(
        self,
        results: Sequence[InlineQueryResultArticle],
        button: InlineQueryResultsButton | None,
        *,
        cache_time: int,
        next_offset: str,
    ) -> None:
        """Shows a list to whoever types, and to nobody else: it is in their language and script.

        `cache_time` is in seconds.
        """
        await if_in_time(
            self.house,
            lambda: self.question.answer(
                results,
                cache_time=cache_time,
                is_personal=True,
                next_offset=next_offset or None,  # the library sends "[]" for an empty string
                button=button,
            ),
        )

    async def notice(self, text: str = "", *, alert: bool = False, url: str | None = None) -> None:
        """Answers the press of a button, or leads where `url` says."""
        await if_in_time(
            self.house, lambda: self.query.answer(text or None, show_alert=alert, url=url)
        )

    async def turn(self, inline_message_id: str, page: Page) -> None:
        """Puts a page into a message that somebody sent, wherever it is."""
        await turn(self.house, self.bot, inline_message_id, page)


async def turn(house: House, bot: Bot, inline_message_id: str, page: Page) -> None:
    """Puts a page into a message that somebody sent; one that was deleted stays so."""
    markup: Any = page.markup
    await if_in_time(
        house,
        lambda: bot.edit_message_text(
            page.text, inline_message_id=inline_message_id, reply_markup=markup
        ),
    )


async def if_in_time(house: House, call: Callable[[], Awaitable[object]]) -> None:
    """Calls Telegram, to which it may be too late for this already."""
    try:
        await house.sending.persist(call)
    except TelegramError as error:
        if judge(error).fate is not Fate.UNCHANGED:
            raise


async def receive_inline(
    house: House, bot: Bot, update: Update, data: re.Match[str] | None
) -> InlineVisit:
    """The visit that an update of inline mode is.

    Who only types is not remembered; who sends or presses something is.
    """
    user = update.effective_user
    assert user is not None, "nobody is anonymous there"
    if update.inline_query is None:
        await house.services.store.users.ensure(user.id, user.language_code)
    chat = await house.services.store.chats.get(user.id)
    reader = inline_reader(house, user, chat)
    return InlineVisit(house, bot, update, user, reader, chat.form if chat else None, data)


def inline_reader(house: House, user: User, chat: ChatRecord | None) -> Reader:
    """As the person reads in their private chat, if they have one."""
    texts = house.services.texts
    if chat is not None:
        return Reader.in_chat(texts, chat, user.language_code)
    return Reader.of(texts.for_language(user.language_code), Script.SIMPLIFIED)
