"""The fake Bot API keeps Telegram's rules for groups, forums, channels and reactions."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import Bot, ChatMemberRestricted, Update
from telegram.error import BadRequest, RetryAfter

from tests.telegram import FakeTelegram, Supergroup, User
from tests.telegram.reactions import CUSTOM, PAID, tell_counts

REACTIONS = ["message", "my_chat_member", "message_reaction", "message_reaction_count"]


@pytest.fixture
def group(telegram: FakeTelegram, ada: User) -> Supergroup:
    group = telegram.supergroup("诗社", ada)
    ada.adds_bot_to(group)
    return group


async def received(bot: Bot, kind: str) -> list[Any]:
    updates = await bot.get_updates(allowed_updates=REACTIONS)
    await bot.get_updates(offset=updates[-1].update_id + 1 if updates else None)
    return [getattr(update, kind) for update in updates if getattr(update, kind)]


async def test_slow_mode_makes_members_wait_and_no_admins(
    bot: Bot, telegram: FakeTelegram, ada: User, group: Supergroup
) -> None:
    group.slow_mode = 60
    first = await bot.send_message(group.id, "白日")
    telegram.clock.advance(seconds=20)
    with pytest.raises(RetryAfter, match="40"):
        await bot.send_message(group.id, "依山")
    await bot.edit_message_text("黄河", group.id, first.message_id)
    telegram.clock.advance(seconds=40)
    await bot.send_message(group.id, "依山")
    ada.promotes_bot_in(group)
    await bot.send_message(group.id, "尽")
    assert len(group.answers) == 3
    chat = await bot.get_chat(group.id)
    assert chat.slow_mode_delay is not None


async def test_what_members_may_not_do_the_bot_may_not(
    bot: Bot, ada: User, group: Supergroup
) -> None:
    group.forbidden = frozenset({"can_send_messages"})
    with pytest.raises(BadRequest, match="ot enough rights to send text messages to the chat"):
        await bot.send_message(group.id, "白日")
    ada.promotes_bot_in(group)
    await bot.send_message(group.id, "白日")
    ada.silences_bot_in(group)
    group.forbidden = frozenset()
    with pytest.raises(BadRequest, match="ot enough rights"):
        await bot.send_message(group.id, "白日")
    me = await bot.get_chat_member(group.id, bot.id)
    assert isinstance(me, ChatMemberRestricted)
    assert not me.can_send_messages


async def test_topics_are_closed_reopened_and_deleted(
    bot: Bot, telegram: FakeTelegram, ada: User, group: Supergroup
) -> None:
    topic = group.opens_topic(ada, "每日")
    group.closes_topic(topic)
    with pytest.raises(BadRequest, match="opic_closed"):
        await bot.send_message(group.id, "白日", message_thread_id=topic)
    group.reopens_topic(topic)
    await bot.send_message(group.id, "白日", message_thread_id=topic)
    group.general_open = False
    with pytest.raises(BadRequest, match="opic_closed"):
        await bot.send_message(group.id, "白日")
    ada.promotes_bot_in(group)
    await bot.send_message(group.id, "白日")
    told = await received(bot, "message")
    assert [bool(m.forum_topic_closed) for m in told[-2:]] == [True, False]
    assert [bool(m.forum_topic_reopened) for m in told[-2:]] == [False, True]
    assert told[-1].message_thread_id == topic
    group.deletes_topic(topic)
    with pytest.raises(BadRequest, match="thread not found"):
        await bot.send_message(group.id, "白日", message_thread_id=topic)
    assert await received(bot, "message") == [], "of a deletion no bot is told"


async def test_a_channels_posts_are_copied_to_its_discussion(
    bot: Bot, telegram: FakeTelegram, ada: User, group: Supergroup
) -> None:
    channel = telegram.channel("唐音", ada)
    channel.discusses_in(group)
    ada.adds_bot_to(channel)
    ada.promotes_bot_in(group)
    post = await bot.send_message(channel.id, "白日")
    [copy] = [m for m in await received(bot, "message") if m.text == "白日"]
    assert copy.is_automatic_forward
    assert (copy.chat.id, copy.sender_chat.id) == (group.id, channel.id)
    assert copy.forward_origin.message_id == post.message_id


async def test_people_are_known_by_their_reactions_and_channels_by_totals(
    bot: Bot, telegram: FakeTelegram, ada: User, group: Supergroup
) -> None:
    await bot.get_updates(allowed_updates=REACTIONS)
    li = telegram.user("李")
    channel = telegram.channel("唐音", ada, li)
    ada.adds_bot_to(channel)
    sent = {}
    for chat in (ada.chat, group, channel):
        await bot.send_message(chat.id, "白日")
        sent[chat] = chat.last_answer
        ada.reacts(sent[chat], "👍")
    [private] = await received(bot, "message_reaction")
    assert private.chat.id == ada.id, "in groups only admins hear of them"
    assert private.user.id == ada.id

    ada.promotes_bot_in(group)
    ada.premium = True
    ada.reacts(sent[group], "❤", CUSTOM + "53")
    ada.reacts(sent[group], "❤", CUSTOM + "53")
    ada.reacts(sent[group])
    ada.reacts(sent[group], "🔥", anonymously=True)
    changes = await received(bot, "message_reaction")
    assert [len(change.new_reaction) for change in changes] == [2, 0, 1]
    assert changes[0].old_reaction[0].emoji == "👍"
    assert (changes[2].user, changes[2].actor_chat.id) == (None, group.id)

    li.reacts(sent[channel], "👍")
    ada.reacts(sent[channel], "👍", PAID)
    assert await received(bot, "message_reaction_count") == [], "totals are late"
    tell_counts(channel)
    [totals] = await received(bot, "message_reaction_count")
    assert [(one.type.type, one.total_count) for one in totals.reactions] == [
        ("emoji", 2),
        ("paid", 1),
    ]


def test_reactions_are_those_that_telegram_has(ada: User, telegram: FakeTelegram) -> None:
    message = ada.sends("hello")
    with pytest.raises(AssertionError, match="premium"):
        ada.reacts(message, "👍", "🔥")
    with pytest.raises(AssertionError, match="no reaction"):
        ada.reacts(message, "★")
    ada.reacts(message, "👍")
    kinds = [kind for kind, _ in telegram.updates.withheld]
    assert kinds == ["message_reaction"], "bots that do not ask for reactions get none"
    assert Update.MESSAGE_REACTION in REACTIONS
