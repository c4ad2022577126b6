"""The bot's own place in chats: added, removed, silenced, blocked, moved.

Decides who is told what then, and when a chat counts as left; a chat's settings are kept for its
return.
"""

from __future__ import annotations

import logging

from telegram import (
    Bot,
    Chat,
    ChatMember,
    ChatMemberAdministrator,
    ChatMemberRestricted,
    Update,
    User,
)
from telegram.constants import ChatMemberStatus, ChatType
from telegram.error import TelegramError
from telegram.ext import filters

from bot.handlers.doors import AnyHandler, Doors
from bot.handlers.house import House
from bot.handlers.visit import remember_chat
from bot.pages import daily, talk
from bot.pages.page import Page, Reader
from bot.texts import negotiate
from model.verse import Script

_log = logging.getLogger(__name__)

_GONE = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)


async def changed(house: House, bot: Bot, update: Update) -> None:  # noqa: ARG001
    """Remembers whether the bot can write in a chat, and greets where it is new."""
    change = update.my_chat_member
    assert change is not None, "this handler is for the bot's own membership"
    chat, before, after = change.chat, change.old_chat_member, change.new_chat_member
    could, can = can_write(chat, before), can_write(chat, after)
    if can:
        await _arrived(house, chat, change.from_user, new=not could)
        return
    known = await house.services.store.chats.get(chat.id)
    if after.status not in _GONE and chat.type == ChatType.CHANNEL:
        await remember_chat(house, chat, _language(change.from_user))
        page = daily.channel_mute(_reader(house, change.from_user), chat.title or "")
        await _tell(house, change.from_user, page)
    elif known is None:
        return
    await house.services.store.chats.set_state(chat.id, "left")


async def moved(house: House, bot: Bot, update: Update) -> None:  # noqa: ARG001
    """Moves a group's settings to the supergroup it became; both chats tell of it."""
    message = update.effective_message
    assert message is not None, "this handler is for messages"
    chats = house.services.store.chats
    if message.migrate_to_chat_id is not None:
        await chats.migrate(message.chat_id, message.migrate_to_chat_id)
    elif message.migrate_from_chat_id is not None:
        await chats.migrate(message.migrate_from_chat_id, message.chat_id)


def can_write(chat: Chat, member: ChatMember) -> bool:
    """Whether somebody with this place in a chat may write there."""
    if member.status in _GONE:
        return False
    if chat.type == ChatType.CHANNEL:
        return isinstance(member, ChatMemberAdministrator) and bool(member.can_post_messages)
    if isinstance(member, ChatMemberRestricted):
        return member.is_member and member.can_send_messages
    return True


async def _arrived(house: House, chat: Chat, by: User, *, new: bool) -> None:
    language = _language(by) if chat.type == ChatType.CHANNEL else None
    record = await remember_chat(house, chat, language)
    if not new or chat.type == ChatType.PRIVATE:
        return
    reader = _reader(house, by, record.language)
    if chat.type == ChatType.CHANNEL:
        now = house.services.clock()
        await _tell(house, by, daily.channel_added(reader, record, now))
    else:
        await house.sending.send(chat.id, talk.greeting(reader, private=False))


async def _tell(house: House, person: User, page: Page) -> None:
    """Tells somebody in private, who may never have spoken to the bot and then cannot be told."""
    try:
        await house.sending.send(person.id, page)
    except TelegramError as error:
        _log.info("nobody could be told about a channel: %s", error)


def _language(person: User) -> str:
    return negotiate(person.language_code)


def _reader(house: House, person: User, language: str | None = None) -> Reader:
    say = house.services.texts.for_language(language, person.language_code)
    return Reader.of(say, Script.SIMPLIFIED)


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module."""
    return [
        doors.membership(changed),
        doors.service(filters.StatusUpdate.MIGRATE, moved),
    ]
