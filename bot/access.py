"""Who may change the settings of a chat.

Decides it by one table, anew for every change, since rights change without a word to the bot; what
is said to somebody without the right is left to `bot.pages`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto

from telegram import Bot, ChatMember, ChatMemberAdministrator, ChatMemberOwner, Update
from telegram.constants import ChatType
from telegram.error import BadRequest, TelegramError


class Access(Enum):
    """What was found."""

    GRANTED = auto()
    DENIED = auto()
    NAMELESS = auto()
    """Speaks as another chat, so that nobody can say whether this is an admin."""
    UNSEEN = auto()
    """Telegram does not show the bot who the admins are."""


class Standing(Enum):
    """What somebody is in a chat."""

    PERSON = auto()
    """The one with whom the bot has a private chat."""
    OWNER = auto()
    ADMIN = auto()
    ADMIN_WITHOUT_POSTS = auto()
    """May not post in the channel, and so not have the bot post."""
    ANONYMOUS_ADMIN = auto()
    """An admin of this very group who speaks in its name."""
    POST = auto()
    """The channel itself: only who may post there can speak so."""
    MEMBER = auto()
    OUTSIDER = auto()
    ANOTHER_CHAT = auto()
    """A channel that writes in a group, the linked one among them."""
    UNSEEN = auto()


_GROUP = {
    Standing.OWNER: Access.GRANTED,
    Standing.ADMIN: Access.GRANTED,
    Standing.ADMIN_WITHOUT_POSTS: Access.GRANTED,
    Standing.ANONYMOUS_ADMIN: Access.GRANTED,
    Standing.MEMBER: Access.DENIED,
    Standing.OUTSIDER: Access.DENIED,
    Standing.ANOTHER_CHAT: Access.NAMELESS,
    Standing.UNSEEN: Access.UNSEEN,
}
POLICY: Mapping[str, Mapping[Standing, Access]] = {
    ChatType.PRIVATE: {Standing.PERSON: Access.GRANTED, Standing.OUTSIDER: Access.DENIED},
    ChatType.GROUP: _GROUP,
    ChatType.SUPERGROUP: _GROUP,
    ChatType.CHANNEL: {
        Standing.OWNER: Access.GRANTED,
        Standing.ADMIN: Access.GRANTED,
        Standing.ADMIN_WITHOUT_POSTS: Access.DENIED,
        Standing.POST: Access.GRANTED,
        Standing.MEMBER: Access.DENIED,
        Standing.OUTSIDER: Access.DENIED,
        Standing.UNSEEN: Access.UNSEEN,
    },
}
"""Kind of chat → standing there → access. What a kind does not know is NAMELESS."""

_STRANGERS = ("user not found", "participant_id_invalid", "user_not_participant")


async def settings_access(bot: Bot, update: Update) -> Access:
    """Whether whoever an update comes from may change the settings of its chat."""
    chat, user = update.effective_chat, update.effective_user
    if chat is None:
        return Access.NAMELESS
    said = update.message
    if update.channel_post is not None:
        return _access(chat.type, Standing.POST)
    if said is not None and said.sender_chat is not None:
        own = said.sender_chat.id == chat.id
        return _access(chat.type, Standing.ANONYMOUS_ADMIN if own else Standing.ANOTHER_CHAT)
    if user is None:
        return Access.NAMELESS
    return await access_of(bot, chat.id, chat.type, user.id)


async def access_of(bot: Bot, chat_id: int, kind: str, user_id: int) -> Access:
    """Whether a person may change the settings of a chat, wherever they ask for it."""
    if kind == ChatType.PRIVATE:
        return _access(kind, Standing.PERSON if chat_id == user_id else Standing.OUTSIDER)
    return _access(kind, await _standing(bot, chat_id, user_id))


def _access(kind: str, standing: Standing) -> Access:
    return POLICY[kind].get(standing, Access.NAMELESS)


async def _standing(bot: Bot, chat_id: int, user_id: int) -> Standing:
    try:
        return standing_of(await bot.get_chat_member(chat_id, user_id))
    except BadRequest as error:
        if any(words in error.message.lower() for words in _STRANGERS):
            return Standing.OUTSIDER
    # Of a group that hides its members, a bot that is no admin sees the admins alone.
    try:
        admins = await bot.get_chat_administrators(chat_id)
    except TelegramError:
        return Standing.UNSEEN
    return next((standing_of(a) for a in admins if a.user.id == user_id), Standing.OUTSIDER)


def standing_of(member: ChatMember) -> Standing:
    """The standing of a member; in a group posts are no right of their own."""
    match member:
        case ChatMemberOwner():
            return Standing.OWNER
        case ChatMemberAdministrator(can_post_messages=False):
            return Standing.ADMIN_WITHOUT_POSTS
        case ChatMemberAdministrator():
            return Standing.ADMIN
    return Standing.OUTSIDER if member.status in ("left", "kicked") else Standing.MEMBER
