"""The bot's own place in chats: added, removed, silenced, blocked, moved; and its topic in forums.

Decides who is told what then, and when a chat counts as left; a chat's settings are kept for its
return.
"""

from __future__ import annotations

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
from bot.pages import channels, talk
from bot.pages.page import Reader
from bot.sending import Fate, judge
from bot.store import ChatRecord
from bot.texts import negotiate
from model.verse import Script

_GONE = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)


async def changed(house: House, bot: Bot, update: Update) -> None:  # noqa: ARG001
    """Remembers whether the bot can write in a chat, and says so to whom it concerns."""
    change = update.my_chat_member
    assert change is not None, "this handler is for the bot's own membership"
    place, before, after = change.chat, change.old_chat_member, change.new_chat_member
    if place.type == ChatType.PRIVATE:
        await _private(house, place, blocked=after.status in _GONE)
        return
    could, can = can_write(place, before), can_write(place, after)
    if after.status in _GONE:
        await house.services.store.chats.set_state(place.id, "left")
        return
    chat = await _remember(house, place, change.from_user, new=before.status in _GONE)
    if can and not could:
        await _arrived(house, chat, place, change.from_user, new=before.status in _GONE)
    elif not can:
        await house.services.store.chats.set_state(place.id, "left")
        await _silenced(house, chat, could=could)


async def moved(house: House, bot: Bot, update: Update) -> None:  # noqa: ARG001
    """Moves a group's settings to the supergroup it became; both chats tell of it."""
    message = update.effective_message
    assert message is not None, "this handler is for messages"
    chats = house.services.store.chats
    if message.migrate_to_chat_id is not None:
        await chats.migrate(message.chat_id, message.migrate_to_chat_id)
    elif message.migrate_from_chat_id is not None:
        await chats.migrate(message.migrate_from_chat_id, message.chat_id)


async def topic_closed(house: House, bot: Bot, update: Update) -> None:
    """Tells that the daily poem rests, if this is its topic and it is closed to the bot, too."""
    message = update.effective_message
    assert message is not None, "this handler is for messages"
    chat = await house.services.store.chats.get(message.chat_id)
    if chat is None or chat.daily_at is None or chat.thread_id != message.message_thread_id:
        return
    me = await bot.get_chat_member(chat.id, bot.id)
    if not (isinstance(me, ChatMemberAdministrator) and me.can_manage_topics):
        await house.confidant.tell(chat, lambda reader: channels.topic_closed(reader, chat))


def can_write(chat: Chat, member: ChatMember) -> bool:
    """Whether somebody with this place in a chat may write there."""
    if member.status in _GONE:
        return False
    if chat.type == ChatType.CHANNEL:
        return isinstance(member, ChatMemberAdministrator) and bool(member.can_post_messages)
    if isinstance(member, ChatMemberRestricted):
        return member.is_member and member.can_send_messages
    return True


async def _private(house: House, place: Chat, *, blocked: bool) -> None:
    if blocked:
        await house.services.store.chats.set_state(place.id, "left")
    else:
        await remember_chat(house, place)


async def _remember(house: House, place: Chat, by: User, *, new: bool) -> ChatRecord:
    """The chat, and who added the bot; an anonymous admin is nobody who could be told."""
    language = negotiate(by.language_code) if place.type == ChatType.CHANNEL else None
    chat = await remember_chat(house, place, language)
    if by.is_bot or not (new or chat.added_by is None):
        return chat
    return await house.channels.added(chat.id, by.id, by.language_code)


async def _arrived(house: House, chat: ChatRecord, place: Chat, by: User, *, new: bool) -> None:
    now = house.services.clock()
    if chat.daily_at is not None:
        await house.confidant.tell(chat, lambda reader: channels.resumed(reader, chat, now))
    elif chat.kind == "channel":
        await house.confidant.tell(
            chat, lambda reader: channels.question(reader, chat, now, new=True)
        )
    if place.type != ChatType.CHANNEL and new:
        say = house.services.texts.for_language(chat.language, by.language_code)
        greeting = talk.greeting(Reader.of(say, Script.SIMPLIFIED), private=False)
        try:
            await house.sending.send(chat.id, greeting)
        except TelegramError as error:
            if judge(error).fate not in (Fate.DEAD, Fate.CLOSED):
                raise
            # Members may not write there, and of that no update tells.
            await house.confidant.tell(chat, lambda reader: channels.mute(reader, chat))


async def _silenced(house: House, chat: ChatRecord, *, could: bool) -> None:
    if could and chat.daily_at is not None:
        await house.confidant.tell(chat, lambda reader: channels.paused(reader, chat))
    elif chat.kind == "channel":
        await house.confidant.tell(chat, lambda reader: channels.mute(reader, chat))


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module."""
    return [
        doors.membership(changed),
        doors.service(filters.StatusUpdate.MIGRATE, moved),
        doors.service(filters.StatusUpdate.FORUM_TOPIC_CLOSED, topic_closed),
    ]
