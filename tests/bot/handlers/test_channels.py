"""Channels: settled in private by whoever added the bot, and what happens to its rights there."""

from __future__ import annotations

from datetime import time

import pytest

from bot.store import ChatRecord, Store
from tests.telegram import Channel, Chat, FakeTelegram, Message, User

pytestmark = pytest.mark.usefixtures("bot")


async def kept(store: Store, chat: Chat) -> ChatRecord:
    found = await store.chats.get(chat.id)
    assert found is not None
    return found


@pytest.fixture
def channel(telegram: FakeTelegram, ada: User, li: User) -> Channel:
    return telegram.channel("Tang & Song", ada, li)


async def asked(user: User, channel: Channel) -> Message:
    """The question that a person gets who adds the bot."""
    await user.asks("/start")
    user.adds_bot_to(channel)
    await user.telegram.settled()
    return user.last_answer


async def pressed(user: User, message: Message, button: str) -> str:
    """Presses a button; the notice it is answered with."""
    click = user.clicks(message, button)
    await user.telegram.settled()
    return click.answer


async def test_a_time_by_a_button(ada: User, channel: Channel, store: Store) -> None:
    question = await asked(ada, channel)
    assert question.text.startswith("Thank you for adding me to Tang & Song!")
    assert "by the clock of Shanghai (UTC+8)" in question.text
    assert [b.text for b in question.buttons[:6]] == [
        "07:00", "08:00", "09:00", "12:00", "18:00", "21:00",
    ]  # fmt: skip
    assert not channel.answers, "nothing is posted unasked"
    chat = await kept(store, channel)
    assert (chat.added_by, chat.daily_at, chat.language) == (ada.id, None, "en")

    await pressed(ada, question, "09:00")
    assert question.text.startswith(
        "The poem of the day comes to Tang & Song every day at 09:00, Shanghai (UTC+8), from "
    )
    assert (await kept(store, channel)).daily_at == time(9)

    await pressed(ada, question, "Another time")
    await pressed(ada, question, "21:00")
    assert (await kept(store, channel)).daily_at == time(21)
    await pressed(ada, question, "No daily poem")
    assert question.text.startswith("Very well, I post nothing to Tang & Song.")
    assert (await kept(store, channel)).daily_at is None
    assert await store.chats.unsettled(ada.id) == [], "nobody is asked again"
    await pressed(ada, question, "Choose a time")
    await pressed(ada, question, "07:00")
    chat = await kept(store, channel)
    assert (chat.daily_at, chat.added_by) == (time(7), ada.id)


async def test_another_clock_by_buttons(ada: User, channel: Channel, store: Store) -> None:
    question = await asked(ada, channel)
    await pressed(ada, question, "Another clock")
    assert "By which clock" in question.text
    await pressed(ada, question, "Back")
    await pressed(ada, question, "Another clock")
    await pressed(ada, question, "London")
    assert "by the clock of London" in question.text
    await pressed(ada, question, "08:00")
    chat = await kept(store, channel)
    assert (chat.daily_at, chat.zone) == (time(8), "Europe/London")


@pytest.mark.parametrize("as_reply", [True, False])
async def test_a_time_in_words(ada: User, channel: Channel, store: Store, as_reply: bool) -> None:
    question = await asked(ada, channel)
    answer = await ada.asks("8:30 Lisbon", reply_to=question if as_reply else None)
    assert answer.text.startswith("The poem of the day comes to Tang & Song every day at 08:30")
    chat = await kept(store, channel)
    assert (chat.daily_at, chat.zone) == (time(8, 30), "Europe/Lisbon")
    private = await store.chats.get(ada.id)
    assert private is not None
    assert private.daily_at is None, "the channel's, not theirs"


async def test_in_chinese_too(telegram: FakeTelegram, li: User, store: Store) -> None:
    channel = telegram.channel("唐音", li)
    question = await asked(li, channel)
    assert question.text.startswith("多谢把我加进「唐音」！")
    answer = await li.asks("早上八点半 东京")
    assert "每天 08:30 在「唐音」发今日一诗，时间依东京（UTC+9）" in answer.text
    assert (await kept(store, channel)).daily_at == time(8, 30)


async def test_words_that_are_no_time_or_no_zone_are_asked_about(
    ada: User, channel: Channel, store: Store
) -> None:
    question = await asked(ada, channel)
    answer = await ada.asks("in the <b>morning", reply_to=question)
    assert "cannot read “in the <b>morning”" in answer.text
    answer = await ada.asks("08:15 Berln", reply_to=question)
    assert "no time zone called “Berln”" in answer.text
    assert answer.buttons[0].text.startswith("Berlin")
    assert (await kept(store, channel)).daily_at is None
    await pressed(ada, answer, "Berlin")
    chat = await kept(store, channel)
    assert (chat.daily_at, chat.zone) == (time(8, 15), "Europe/Berlin"), "the time is not lost"


async def test_verse_is_verse_while_a_channel_waits(ada: User, channel: Channel) -> None:
    await asked(ada, channel)
    assert "second lines" in (await ada.asks("一点芭蕉一")).text
    assert "cannot read" not in (await ada.asks("白日依山尽")).text


async def test_of_several_channels_words_ask_which(
    telegram: FakeTelegram, ada: User, channel: Channel, store: Store
) -> None:
    other = telegram.channel("Song", ada)
    await asked(ada, channel)
    ada.adds_bot_to(other)
    await telegram.settled()
    which = await ada.asks("06:45 London")
    assert which.text == "For which channel is 06:45 meant?"
    assert {b.text for b in which.buttons} == {"Tang & Song", "Song"}
    await pressed(ada, which, "Song")
    chat = await kept(store, other)
    assert (chat.daily_at, chat.zone) == (time(6, 45), "Europe/London")
    assert (await kept(store, channel)).daily_at is None


async def test_who_cannot_be_told_is_asked_when_they_start_the_bot(
    ada: User, channel: Channel, store: Store
) -> None:
    ada.adds_bot_to(channel)
    await ada.telegram.settled()
    assert not ada.answers
    question = await ada.asks("/start")
    assert question.text.startswith("Thank you for adding me to Tang & Song!")
    await pressed(ada, question, "08:00")
    assert (await kept(store, channel)).daily_at == time(8)
    assert (await ada.asks("/start")).text.startswith("Qibu 七步"), "asked once"


async def test_the_clock_of_who_added_the_bot_is_the_channels(
    ada: User, channel: Channel, store: Store
) -> None:
    await ada.asks("/daily 08:00 London")
    ada.adds_bot_to(channel)
    await ada.telegram.settled()
    assert "by the clock of London" in ada.last_answer.text


async def test_every_change_asks_anew_who_may(
    telegram: FakeTelegram, ada: User, li: User, channel: Channel, store: Store
) -> None:
    question = await asked(ada, channel)
    data = question.button("08:00").data
    assert data is not None
    stranger = li.forges_click(await li.asks("/help"), data)
    await telegram.settled()
    assert stranger.answer == "这项设置只有这里的管理员能改。"
    reply = await ada.asks("21:00", reply_to=question)
    li_may = telegram.channel("Own", li)
    li.adds_bot_to(li_may)
    ada.telegram.chats[channel.id].members.pop(ada.id)
    assert await pressed(ada, reply, "Another time") == "Only the admins here can change that."
    assert (await ada.asks("07:00", reply_to=question)).text.startswith("Only the admins")
    assert (await kept(store, channel)).daily_at == time(21)

    channel.members[ada.id] = li_may.membership(li.id)
    li_may.members.clear()
    channel.members.pop(telegram.bot.id)
    gone = await pressed(ada, reply, "No daily poem")
    assert gone.startswith("I am not in Tang & Song any more.")


@pytest.mark.parametrize(
    "data",
    [
        "ct1:-1001999999999:0800",
        "ct1:-100:2460",
        "ct1:-100:9",
        "ci1:-1001999999999::Mars/Base",
        "cz1:1000001",
        "cn1:x",
    ],
)
async def test_forged_buttons_change_nothing(ada: User, channel: Channel, data: str) -> None:
    question = await asked(ada, channel)
    click = ada.forges_click(question, data)
    await ada.telegram.settled()
    assert click.answer.startswith("This button no longer works.")


async def test_a_zone_that_is_none_changes_nothing(
    ada: User, channel: Channel, store: Store
) -> None:
    question = await asked(ada, channel)
    click = ada.forges_click(question, f"ci1:{channel.id}:0800:Mars/Base")
    await ada.telegram.settled()
    assert click.answer.startswith("This button no longer works.")
    assert (await kept(store, channel)).zone == "Asia/Shanghai"


async def test_a_right_that_goes_and_comes_back(
    ada: User, li: User, channel: Channel, store: Store
) -> None:
    question = await asked(ada, channel)
    await pressed(ada, question, "08:00")
    li.telegram.chats[channel.id].members[li.id] = channel.membership(ada.id)
    li.promotes_bot_in(channel, without=("can_post_messages",))
    await li.telegram.settled()
    assert ada.last_answer.text.startswith("I may no longer post in Tang & Song")
    chat = await kept(store, channel)
    assert (chat.state, chat.daily_at) == ("left", time(8))
    assert not li.answers, "whoever added the bot is told"

    li.promotes_bot_in(channel)
    await li.telegram.settled()
    assert ada.last_answer.text.startswith("I may post in Tang & Song again: the poem of the day")
    assert (await kept(store, channel)).state == "active"

    before = len(ada.answers)
    li.removes_bot_from(channel)
    await li.telegram.settled()
    assert (await kept(store, channel)).state == "left"
    assert len(ada.answers) == before, "that needs no words"
    li.adds_bot_to(channel)
    await li.telegram.settled()
    chat = await kept(store, channel)
    assert (chat.state, chat.added_by) == ("active", li.id)


async def test_forgetting_somebody_leaves_the_channel_as_it_is(
    ada: User, channel: Channel, store: Store
) -> None:
    question = await asked(ada, channel)
    await pressed(ada, question, "08:00")
    await pressed(ada, await ada.asks("/forget"), "Yes, forget me")
    chat = await kept(store, channel)
    assert (chat.daily_at, chat.added_by) == (time(8), None)
