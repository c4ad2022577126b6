"""Who may change the settings of a chat.

Decides it anew for every request, since rights change without a word to the bot; what is said to
somebody without the right is left to `bot.pages`.
"""

from __future__ import annotations

from enum import Enum, auto

from telegram import Bot, ChatMemberAdministrator, ChatMemberOwner, Update
from telegram.constants import ChatType
from telegram.error import BadRequest


class Access(Enum):
    """What was found."""

    GRANTED = auto()
    DENIED = auto()
    NAMELESS = auto()
    """Speaks as another chat, so that nobody can say whether this is an admin."""


async def settings_access(bot: Bot, update: Update) -> Access:
    """In private the person may; in a group its admins; in a channel whoever can post there."""
    chat, user, message = update.effective_chat, update.effective_user, update.message
    if chat is None:
        return Access.NAMELESS
    if chat.type == ChatType.PRIVATE or update.channel_post is not None:
        return Access.GRANTED
    if message is not None and message.sender_chat is not None:
        anonymous_admin = message.sender_chat.id == chat.id
        return Access.GRANTED if anonymous_admin else Access.NAMELESS
    if user is None:
        return Access.NAMELESS
    try:
        member = await bot.get_chat_member(chat.id, user.id)
    except BadRequest:
        return Access.DENIED  # Telegram does not know this person there
    admin = isinstance(member, ChatMemberOwner | ChatMemberAdministrator)
    return Access.GRANTED if admin else Access.DENIED
