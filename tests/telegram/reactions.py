"""Reactions to messages.

Decides which reactions people can give and what the bot hears of them: who it was in private and
in groups it administers, bare totals, and late, in channels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from telegram.constants import ReactionEmoji

from tests.telegram.chats import Channel, PrivateChat

if TYPE_CHECKING:
    from tests.telegram.messages import Message
    from tests.telegram.people import User

_KNOWN = frozenset(emoji.value.replace("\ufe0f", "") for emoji in ReactionEmoji)
CUSTOM = "custom:"
"""Before the id of a custom emoji, which has none that programs know."""
PAID = "paid"


def react(user: User, message: Message, given: tuple[str, ...], *, anonymously: bool) -> None:
    """Sets all reactions of a person to a message; none takes them back."""
    chat, telegram = message.chat, user.telegram
    after = [_kind(one) for one in given]
    assert len(given) <= (3 if user.premium else 1), "more than one reaction is premium's"
    assert not message.deleted and not message.service, "there is nothing to react to"
    actor = chat.id if anonymously else user.id
    before = message.reactions.get(actor, ())
    if given == before:
        return
    message.reactions[actor] = given
    if isinstance(chat, Channel):
        message.tells_reactions = True
        return
    if not isinstance(chat, PrivateChat) and not chat.bot_membership.administers:
        return
    who = {"actor_chat": chat.json()} if anonymously else {"user": user.json()}
    telegram.updates.add(
        "message_reaction",
        {
            "chat": chat.json(),
            "message_id": message.id,
            "date": telegram.clock.timestamp,
            "old_reaction": [_kind(one) for one in before],
            "new_reaction": after,
            **who,
        },
    )


def tell_counts(channel: Channel) -> None:
    """Sends the totals that changed, as Telegram does every few minutes."""
    telegram = channel.telegram
    for message in channel.messages:
        if not message.tells_reactions:
            continue
        message.tells_reactions = False
        if not channel.bot_membership.administers:
            continue
        given = [one for reactions in message.reactions.values() for one in reactions]
        counts = [
            {"type": _kind(one), "total_count": given.count(one)} for one in dict.fromkeys(given)
        ]
        telegram.updates.add(
            "message_reaction_count",
            {
                "chat": channel.json(),
                "message_id": message.id,
                "date": telegram.clock.timestamp,
                "reactions": counts,
            },
        )


def _kind(reaction: str) -> dict[str, Any]:
    if reaction == PAID:
        return {"type": "paid"}
    if reaction.startswith(CUSTOM):
        return {"type": "custom_emoji", "custom_emoji_id": reaction.removeprefix(CUSTOM)}
    assert reaction in _KNOWN, f"Telegram has no reaction {reaction!r}"
    return {"type": "emoji", "emoji": reaction}
