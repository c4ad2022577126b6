"""Looking up chats and members, and leaving.

Decides what the bot learns about a chat; who is in it is left to the chats.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.telegram.chats import Channel, Chat, Membership, PrivateChat
from tests.telegram.groups import Group
from tests.telegram.parameters import Parameters
from tests.telegram.refusals import bad_request

if TYPE_CHECKING:
    from tests.telegram.fake import FakeTelegram


def get_chat(telegram: FakeTelegram, given: Parameters) -> Any:
    chat = telegram.find_chat(given.text("chat_id"))
    chat.check_readable()
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription")
    linked = chat.discussion if isinstance(chat, Channel) else None
    slow_mode = chat.slow_mode if isinstance(chat, Group) else 0
    optional = {"slow_mode_delay": slow_mode, "linked_chat_id": linked and linked.id}
    return (
        {name: value for name, value in optional.items() if value}
        | chat.json()
        | {
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys((*gifts, "gifts_from_channels"), False),
        }
    )


def get_chat_member(telegram: FakeTelegram, given: Parameters) -> Any:
    chat = telegram.find_chat(given.text("chat_id"))
    user_id = given.integer("user_id")
    _check_members_visible(chat)
    account = telegram.accounts.get(user_id)
    if account is None:
        raise bad_request("user not found" if user_id > 0 else "invalid user_id specified")
    return chat.membership(user_id).json(account, chat)


def get_chat_administrators(telegram: FakeTelegram, given: Parameters) -> Any:
    chat = telegram.find_chat(given.text("chat_id"))
    if isinstance(chat, PrivateChat):
        raise bad_request("there are no administrators in the private chat")
    _check_members_visible(chat)
    return [
        membership.json(telegram.accounts[member], chat)
        for member, membership in chat.members.items()
        if membership.administers and not telegram.accounts[member].is_bot
    ]


def get_chat_member_count(telegram: FakeTelegram, given: Parameters) -> Any:
    chat = telegram.find_chat(given.text("chat_id"))
    _check_members_visible(chat)
    if isinstance(chat, PrivateChat):
        return 2
    return sum(membership.is_in for membership in chat.members.values())


def leave_chat(telegram: FakeTelegram, given: Parameters) -> Any:
    chat = telegram.find_chat(given.text("chat_id"))
    if isinstance(chat, PrivateChat):
        raise bad_request("chat member status can't be changed in private chats")
    chat.check_editable()
    chat.members[telegram.bot.id] = Membership("left")
    return True


def _check_members_visible(chat: Chat) -> None:
    chat.check_editable()
    if chat.kind == "channel" and not chat.bot_membership.administers:
        raise bad_request("member list is inaccessible")
