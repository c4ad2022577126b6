"""Reactions to the bot's messages.

Decides whose are heard: a person's by name, a channel's readers' as totals; who reacts as a chat is
nobody in particular. What a reaction is worth is left to the use case.
"""

from __future__ import annotations

from collections.abc import Iterable

from telegram import Bot, Message, ReactionType, ReactionTypeEmoji, Update

from bot.handlers.doors import AnyHandler, Doors
from bot.handlers.house import House
from bot.pages import buttons


async def reacted(house: House, bot: Bot, update: Update) -> None:
    """Takes one person's reactions, or a post's totals."""
    if update.message_reaction is not None:
        await _person(house, update)
    else:
        await _readers(house, bot, update)


async def _person(house: House, update: Update) -> None:
    change = update.message_reaction
    assert change is not None
    if change.user is None:
        return  # an anonymous admin, or somebody in the name of a channel
    poem = await house.reactions.of_person(
        change.chat.id,
        change.message_id,
        change.user.id,
        change.user.language_code,
        _emoji(change.new_reaction),
    )
    if poem is not None:
        stars = await house.services.store.ratings.of(change.user.id, poem)
        await house.taste.hear(change.chat.id, change.user.id, poem, stars)


async def _readers(house: House, bot: Bot, update: Update) -> None:
    change = update.message_reaction_count
    assert change is not None
    totals = {
        kind.emoji: count.total_count
        for count in change.reactions
        if isinstance(kind := count.type, ReactionTypeEmoji)
    }
    poem = await house.reactions.of_readers(change.chat.id, change.message_id, totals, change.date)
    chat = await house.services.store.chats.get(change.chat.id)
    if poem is None or chat is None or chat.kind != "channel":
        return
    say = house.services.texts.for_language(chat.language)
    # Telegram does not show us the post; but below one in a channel stand the stars alone.
    stars = buttons.rating(say, {poem: None})
    post = Message(change.message_id, change.date, change.chat, reply_markup=stars)
    post.set_bot(bot)
    house.averages.refresh(post, say)


def _emoji(reactions: Iterable[ReactionType]) -> list[str]:
    return [one.emoji for one in reactions if isinstance(one, ReactionTypeEmoji)]


def setup(doors: Doors) -> list[AnyHandler]:
    """The doors of this module."""
    return [doors.reaction(reacted)]
