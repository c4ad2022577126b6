"""How updates find their handlers.

Decides which updates a command, a button or a message stands for; what happens then is left to the
handler, which is given a visit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from typing import Any

from telegram import Bot, Message, Update
from telegram.ext import (
    BaseHandler,
    CallbackContext,
    CallbackQueryHandler,
    ChatMemberHandler,
    ChosenInlineResultHandler,
    CommandHandler,
    InlineQueryHandler,
    MessageHandler,
    MessageReactionHandler,
    filters,
)

from bot.handlers import inline_trouble, patience
from bot.handlers.house import House
from bot.handlers.inline_visit import InlineVisit, receive_inline
from bot.handlers.visit import Visit, receive
from bot.pages.page import Reader
from bot.texts import LANGUAGES, Texts
from model.verse import Script

Question = Callable[[Reader], str]
"""The first line of a question of ours, without markup, for a reader."""
Handle = Callable[[Visit], Coroutine[Any, Any, None]]
HandleInline = Callable[[InlineVisit], Coroutine[Any, Any, None]]
HandleRaw = Callable[[House, Bot, Update], Coroutine[Any, Any, None]]
AnyHandler = BaseHandler[Any, Any, Any]
AnyContext = CallbackContext[Any, Any, Any, Any]


class _SentThroughUs(filters.MessageFilter):
    """Verse of ours that somebody sent by inline mode: Telegram shows it to us, and nobody asks."""

    def filter(self, message: Message) -> bool:
        return message.via_bot is not None and message.via_bot.id == message.get_bot().id


SAID = filters.UpdateType.MESSAGE & ~filters.IS_AUTOMATIC_FORWARD & ~_SentThroughUs()
"""New messages: no edits, no channel post that Telegram copies into the channel's group, and no
verse that we are shown because it is ours."""
POSTED = filters.UpdateType.CHANNEL_POST
IN_PRIVATE = SAID & filters.ChatType.PRIVATE


class _Button(CallbackQueryHandler[AnyContext, None]):
    """A button of a message in a chat; or, of one that somebody sent from anywhere, an inline one.

    The library would give a button known by its data presses that come without any, too.
    """

    def __init__(
        self, callback: Any, pattern: re.Pattern[str] | None = None, *, inline: bool = False
    ) -> None:
        super().__init__(callback, pattern)
        self._inline = inline

    def check_update(self, update: object) -> bool | object | None:
        query = update.callback_query if isinstance(update, Update) else None
        if query is None or (query.inline_message_id is not None) is not self._inline:
            return False
        return (self.pattern is None or bool(query.data)) and super().check_update(update)


class _RepliesTo(filters.MessageFilter):
    """Text in reply to a question of ours, in whichever language it was asked: so it is known
    after a restart, too."""

    def __init__(self, question: Question, texts: Texts) -> None:
        super().__init__()
        self._asked = {
            question(Reader.of(texts.for_language(tag), Script.SIMPLIFIED)) for tag in LANGUAGES
        }

    def filter(self, message: Message) -> bool:
        asked = message.reply_to_message
        return (
            message.text is not None
            and asked is not None
            and asked.from_user is not None
            and asked.from_user.id == message.get_bot().id
            and asked.text is not None
            and asked.text.partition("\n")[0] in self._asked
        )


class Doors:
    """Makes python-telegram-bot's handlers of ours."""

    def __init__(self, house: House) -> None:
        self._house = house

    def command(self, name: str, handle: Handle, *, in_channels: bool = True) -> AnyHandler:
        """`/name`, in channels as a post."""
        where = SAID | POSTED if in_channels else SAID
        return CommandHandler(name, self._visit(handle), where)

    def owners_command(self, name: str, handle: Handle) -> AnyHandler:
        """`/name` by the owner of the bot, in private; to others it does not exist."""
        owner_id = self._house.services.settings.owner_id
        owner = filters.User(() if owner_id is None else owner_id)
        return CommandHandler(name, self._visit(handle), IN_PRIVATE & owner)

    def button(self, data: re.Pattern[str] | None, handle: Handle) -> AnyHandler:
        """A button whose callback data match as a whole; None stands for every button."""
        return _Button(self._visit(handle), data and _whole(data))

    def inline_button(self, data: re.Pattern[str] | None, handle: HandleInline) -> AnyHandler:
        """The same below a message that somebody sent from any chat."""
        return _Button(self._inline(handle), data and _whole(data), inline=True)

    def inline_query(self, handle: HandleInline) -> AnyHandler:
        """What somebody types after the bot's name."""
        return InlineQueryHandler(self._inline(handle, free=True))

    def chosen(
        self, result: re.Pattern[str], handle: HandleInline, *, free: bool = False
    ) -> AnyHandler:
        """What they chose from the list, by its id; `free` if nothing is composed for it."""
        enter = self._inline(handle, free=free)
        return ChosenInlineResultHandler(enter, pattern=_whole(result))

    def message(self, kind: filters.BaseFilter, handle: Handle) -> AnyHandler:
        """A message that is no command."""
        return MessageHandler(kind & ~filters.COMMAND, self._visit(handle))

    def reply(self, question: Question, where: filters.BaseFilter, handle: Handle) -> AnyHandler:
        """A reply to a question of ours."""
        asked = _RepliesTo(question, self._house.services.texts)
        return self.message(where & asked, handle)

    def unknown_command(self, where: filters.BaseFilter, handle: Handle) -> AnyHandler:
        """A command that no other door took."""
        return MessageHandler(where & filters.COMMAND, self._visit(handle))

    def service(self, kind: filters.BaseFilter, handle: HandleRaw) -> AnyHandler:
        """A message by which Telegram itself tells something."""
        return MessageHandler(filters.UpdateType.MESSAGE & kind, self._raw(handle))

    def reaction(self, handle: HandleRaw) -> AnyHandler:
        """A reaction to a message, by a person or as a total."""
        return MessageReactionHandler(self._raw(handle))

    def membership(self, handle: HandleRaw) -> AnyHandler:
        """The bot's own place in a chat changed."""
        return ChatMemberHandler(self._raw(handle), ChatMemberHandler.MY_CHAT_MEMBER)

    def _visit(self, handle: Handle) -> Callable[[Update, AnyContext], Coroutine[Any, Any, None]]:
        async def enter(update: Update, context: AnyContext) -> None:
            data = context.matches[0] if context.matches and update.callback_query else None
            asked_for = await patience.wanted(self._house.fair_use, update)
            if asked_for is not None and not asked_for.is_news and not update.callback_query:
                return  # nothing is read or written for the rest of a flood
            visit = await receive(self._house, context.bot, update, data)
            if asked_for is None:
                await handle(visit)
            else:
                await patience.ask_for(asked_for, visit)

        return enter

    def _inline(
        self, handle: HandleInline, *, free: bool = False
    ) -> Callable[[Update, AnyContext], Coroutine[Any, Any, None]]:
        async def enter(update: Update, context: AnyContext) -> None:
            data = context.matches[0] if context.matches else None
            asked_for = None if free else await patience.wanted(self._house.fair_use, update)
            visit = await receive_inline(self._house, context.bot, update, data)
            if asked_for is None:
                await handle(visit)
            else:
                await inline_trouble.ask_for_patience(asked_for, visit)

        return enter

    def _raw(self, handle: HandleRaw) -> Callable[[Update, AnyContext], Coroutine[Any, Any, None]]:
        async def enter(update: Update, context: AnyContext) -> None:
            await handle(self._house, context.bot, update)

        return enter


def _whole(pattern: re.Pattern[str]) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern.pattern})\Z")
