"""/daily in every kind of chat, and the post itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from bot import texts
from bot.app import AnyApplication
from bot.cards import CardPainter, CardStudio
from bot.pictures import Pictures
from bot.posting import DailySender
from bot.services import Services
from bot.store import ChatRecord, PoemRecord, Store
from bot.usecases.daily import DailyPoem, Dead, Migrated, Retry, Sent, Unknown
from model.verse import Script
from tests.telegram import Chat, FakeTelegram, User

pytestmark = pytest.mark.usefixtures("bot")
TODAY = date(2026, 7, 5)


async def kept(store: Store, chat: Chat) -> ChatRecord:
    found = await store.chats.get(chat.id)
    assert found is not None
    return found


async def test_setting_showing_and_ending_it_in_private(ada: User, store: Store) -> None:
    assert "by the clock of Shanghai (UTC+8)" in (await ada.asks("/daily")).text
    answer = await ada.asks("/daily 8:30 Tokyo")
    assert answer.text == ("The poem of the day will come here every day at 08:30, Tokyo (UTC+9).")
    chat = await kept(store, ada.chat)
    assert (chat.daily_at, chat.zone, chat.language) == (time(8, 30), "Asia/Tokyo", "en")
    assert "every day at 08:30, Tokyo" in (await ada.asks("/daily")).text
    assert "No more daily poems" in (await ada.asks("/daily off")).text
    assert (await kept(store, ada.chat)).daily_at is None
    assert "anyway" in (await ada.asks("/daily off")).text


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("soon", "cannot read “soon” as a time"),
        ("25:00", "cannot read “25:00”"),
        ("08:00 Berln", "Did you mean Europe/Berlin?"),
        ("08:00 Mars", "no time zone called “Mars”"),
    ],
)
async def test_what_cannot_be_read_is_explained_and_changes_nothing(
    ada: User, store: Store, words: str, expected: str
) -> None:
    assert expected in (await ada.asks(f"/daily {words}")).text
    assert (await kept(store, ada.chat)).daily_at is None


async def test_in_a_group_only_admins_set_it(
    telegram: FakeTelegram, ada: User, li: User, store: Store
) -> None:
    group = telegram.supergroup("诗社", li, ada)
    li.adds_bot_to(group)
    refused = await ada.asks("/daily@qibu_test_bot 08:00", group)
    assert refused.text == "Only the admins here can change that."
    shown = await ada.asks("/daily@qibu_test_bot", group)
    assert "/daily 08:00" in shown.text, "everybody may look"

    li.promotes(ada, group)
    assert "08:00" in (await ada.asks("/daily@qibu_test_bot 08:00", group)).text
    assert (await kept(store, group)).daily_at == time(8)


async def test_an_anonymous_admin_is_an_admin_and_a_channel_is_nobody(
    telegram: FakeTelegram, ada: User, li: User, store: Store
) -> None:
    group = telegram.supergroup("诗社", li, ada)
    channel = telegram.channel("频道", ada)
    li.adds_bot_to(group)
    as_channel = await ada.asks("/daily@qibu_test_bot 07:00", group, as_channel=channel)
    assert "in the name of a channel" in as_channel.text
    await li.asks("/daily@qibu_test_bot 08:00", group, anonymously=True)
    assert (await kept(store, group)).daily_at == time(8)


async def test_a_forum_gets_it_in_the_topic_where_it_was_asked_for(
    telegram: FakeTelegram, li: User, store: Store, bot: AnyApplication
) -> None:
    forum = telegram.supergroup("诗社", li)
    li.adds_bot_to(forum)
    topic = forum.opens_topic(li, "每日")
    answer = await li.asks("/daily@qibu_test_bot 08:00", forum, topic=topic)
    assert answer.thread_id == topic
    chat = await kept(store, forum)
    assert chat.thread_id == topic
    poem = await a_poem(li, store)
    await sender(bot, store).send_daily(chat, poem, TODAY)
    assert forum.last_answer.thread_id == topic


async def test_a_channel_is_set_up_by_its_posts(
    telegram: FakeTelegram, li: User, store: Store
) -> None:
    channel = telegram.channel("唐音", li)
    await li.asks("/start")
    li.adds_bot_to(channel)
    await telegram.settled()
    assert "多谢把我加进「唐音」！" in li.last_answer.text
    assert not channel.answers, "nothing is posted unasked"

    li.posts("/daily 早上8点 伦敦", channel)
    await telegram.settled()
    assert channel.last_answer.text.startswith("好，今后每天 08:00 在这里送上今日一诗，时间依伦敦")
    chat = await kept(store, channel)
    assert (chat.daily_at, chat.zone, chat.language) == (time(8), "Europe/London", "zh-Hans")
    li.posts("/couplet", channel)
    await telegram.settled()
    assert not channel.last_answer.asks_for_reply


async def test_a_channel_in_which_the_bot_may_not_post(
    telegram: FakeTelegram, ada: User, store: Store
) -> None:
    channel = telegram.channel("Tang", ada)
    await ada.asks("/start")
    ada.adds_bot_to(channel, without=("can_post_messages",))
    await telegram.settled()
    assert ada.last_answer.text.startswith("I am in Tang, but may not post there.")
    assert (await kept(store, channel)).state == "left"
    ada.promotes_bot_in(channel)
    await telegram.settled()
    assert ada.last_answer.text.startswith("Thank you for adding me to Tang!")
    assert (await kept(store, channel)).state == "active"


# The post


async def a_poem(user: User, store: Store) -> PoemRecord:
    message = await user.asks("/poem")
    data = message.buttons[0].data
    assert data is not None
    found = await store.poems.get(data.split(":")[1])
    assert found is not None
    return found


def sender(bot: AnyApplication, store: Store) -> DailySender:
    pictures = Pictures(CardStudio(CardPainter()))
    return DailySender(bot.bot, store, texts.load(), pictures)


async def test_the_post_is_a_page_in_the_chats_language_that_can_be_rated(
    bot: AnyApplication, store: Store, telegram: FakeTelegram, ada: User, li: User
) -> None:
    poem = await a_poem(ada, store)
    await store.ratings.rate(ada.id, poem.public_id, 4)
    channel = telegram.channel("唐音", li)
    li.adds_bot_to(channel)
    await telegram.settled()
    chat = await store.chats.set_language(channel.id, "zh-Hant", Script.TRADITIONAL)
    assert chat is not None
    outcome = await sender(bot, store).send_daily(chat, poem, TODAY)
    post = channel.last_answer
    assert outcome == Sent(post.id)
    assert post.photo is not None
    assert post.text.startswith("今日一詩 · 2026年7月5日\n")
    assert post.text.endswith(" · 得自隨機數")
    assert [len(row) for row in post.keyboard] == [5, 1], "readers cannot have the bot post more"
    assert post.keyboard[1][0].text == "★ 4.0 · 1 人評"
    click = li.clicks(post, "★5")
    await telegram.settled()
    assert click.answered


async def test_what_became_of_a_post(
    bot: AnyApplication, store: Store, telegram: FakeTelegram, ada: User
) -> None:
    poem = await a_poem(ada, store)
    chat = await kept(store, ada.chat)
    post = sender(bot, store).send_daily

    telegram.delivers_then_times_out("sendPhoto")
    assert isinstance(await post(chat, poem, TODAY), Unknown)
    telegram.drops_connection("sendPhoto")
    assert isinstance(await post(chat, poem, TODAY), Unknown)
    telegram.cannot_be_reached("sendPhoto")
    assert isinstance(await post(chat, poem, TODAY), Retry)
    for method in ("sendPhoto", "sendMessage"):
        telegram.fails_next(method, 400, "Bad Request: can't parse entities")
    assert isinstance(await post(chat, poem, TODAY), Retry), "our fault is not the chat's"
    ada.blocks_bot()
    assert isinstance(await post(chat, poem, TODAY), Dead)
    ada.unblocks_bot()
    telegram.fails_next("sendPhoto", 429, "Too Many Requests", {"retry_after": 600})
    outcome = await post(chat, poem, TODAY)
    assert isinstance(outcome, Retry)
    assert outcome.after_seconds == 600
    calls = len(telegram.calls_of("sendPhoto"))
    assert isinstance(await post(chat, poem, TODAY), Retry)
    assert len(telegram.calls_of("sendPhoto")) == calls, "a chat that must wait is not asked again"


async def test_a_group_that_became_a_supergroup_is_named(
    bot: AnyApplication, store: Store, telegram: FakeTelegram, ada: User
) -> None:
    group = telegram.group("诗社", ada)
    ada.adds_bot_to(group)
    await telegram.settled()
    chat, poem = await kept(store, group), await a_poem(ada, store)
    telegram.updates.feed(lambda _: None)  # the news of it is late
    new = group.migrates()
    assert await sender(bot, store).send_daily(chat, poem, TODAY) == Migrated(new.id)


async def test_a_tick_posts_to_whom_it_is_due_once(
    bot: AnyApplication, services: Services, store: Store, ada: User, li: User
) -> None:
    await ada.asks("/daily 08:00 UTC")
    await li.asks("/daily 20:00 UTC")
    before = len(ada.answers), len(li.answers)
    nine = datetime(2030, 3, 1, 9, tzinfo=UTC)
    for _ in range(2):
        daily = DailyPoem(store, services.poet, sender(bot, store), lambda: nine)
        await daily.tick()
    assert (len(ada.answers) - before[0], len(li.answers) - before[1]) == (1, 0)
    assert ada.last_answer.text.startswith("Poem of the day · 1 March 2030")
    assert [button.text for button in ada.last_answer.keyboard[-1]] == ["♡ Keep", "Share", "Card"]
