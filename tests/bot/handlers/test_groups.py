"""Groups as Telegram has them: topics, slow mode, restrictions, discussions, nameless senders."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time
from typing import Any

import pytest
from telegram import Update

from bot.app import AnyApplication
from bot.cards import CardPainter, CardStudio
from bot.pictures import Pictures
from bot.posting import DailySender
from bot.services import Services
from bot.store import ChatRecord, Store
from bot.usecases.daily import DailyPoem
from tests.telegram import Chat, FakeTelegram, Supergroup, User

pytestmark = pytest.mark.usefixtures("bot")
AT = "@qibu_test_bot"


@pytest.fixture
async def group(telegram: FakeTelegram, li: User, ada: User) -> Supergroup:
    group = telegram.supergroup("诗社", li, ada)
    await li.asks("/start")
    li.adds_bot_to(group)
    await telegram.settled()
    return group


async def kept(store: Store, chat: Chat) -> ChatRecord:
    found = await store.chats.get(chat.id)
    assert found is not None
    return found


class Days:
    """Lets days pass, each with a tick at nine."""

    def __init__(self, bot: AnyApplication, services: Services) -> None:
        self._pictures = Pictures(CardStudio(CardPainter()))
        store, texts = services.store, services.texts
        self.today = datetime(2030, 3, 1, 9, tzinfo=UTC)
        sender = DailySender(bot.bot, store, texts, self._pictures)
        self._daily = DailyPoem(store, services.poet, sender, lambda: self.today)

    async def tick(self) -> None:
        await self._daily.tick()
        self.today = self.today.replace(day=self.today.day + 1)

    async def aclose(self) -> None:
        await self._pictures.aclose()


@pytest.fixture
async def days(bot: AnyApplication, services: Services) -> AsyncIterator[Days]:
    days = Days(bot, services)
    yield days
    await days.aclose()


# Topics


async def test_a_topic_that_closes_rests_the_poem_until_it_is_open_again(
    group: Supergroup, li: User, store: Store, days: Days
) -> None:
    topic = group.opens_topic(li, "每日")
    await li.asks(f"/daily{AT} 08:00 UTC", group, topic=topic)
    group.closes_topic(topic)
    await li.telegram.settled()
    assert li.last_answer.text.startswith("「诗社」里送今日一诗的话题关闭了")
    before, told = len(group.answers), len(li.answers)
    for _ in range(5):
        await days.tick()
    chat = await kept(store, group)
    assert (chat.state, chat.strikes, chat.thread_id) == ("active", 0, topic)
    assert (len(group.answers), len(li.answers)) == (before, told)
    group.reopens_topic(topic)
    await days.tick()
    assert group.last_answer.thread_id == topic


async def test_who_may_manage_topics_posts_in_closed_ones(
    group: Supergroup, li: User, days: Days
) -> None:
    li.promotes_bot_in(group)
    topic = group.opens_topic(li, "每日")
    await li.asks(f"/daily{AT} 08:00 UTC", group, topic=topic)
    told = len(li.answers)
    group.closes_topic(topic)
    await days.tick()
    assert group.last_answer.thread_id == topic
    assert len(li.answers) == told


async def test_another_topic_that_closes_is_no_news(group: Supergroup, li: User) -> None:
    daily, other = group.opens_topic(li, "每日"), group.opens_topic(li, "闲谈")
    await li.asks(f"/daily{AT} 08:00 UTC", group, topic=daily)
    told = len(li.answers)
    group.closes_topic(other)
    await li.telegram.settled()
    assert len(li.answers) == told


async def test_a_topic_that_is_deleted_leaves_the_poem_to_the_general_one(
    group: Supergroup, li: User, store: Store, days: Days
) -> None:
    topic = group.opens_topic(li, "每日")
    group.opens_topic(li, "闲谈")
    await li.asks(f"/daily{AT} 08:00 UTC", group, topic=topic)
    group.deletes_topic(topic)
    await days.tick()
    assert group.last_answer.text.startswith("今日一诗")
    assert group.last_answer.thread_id is None
    assert (await kept(store, group)).thread_id is None
    assert li.last_answer.text.startswith("「诗社」里送今日一诗的话题已经没有了")
    told = len(li.answers)
    await days.tick()
    assert len(li.answers) == told, "told once"
    assert len([m for m in group.answers if m.text.startswith("今日一诗")]) == 2


async def test_an_answer_into_a_topic_that_is_gone_is_nobodys(group: Supergroup, ada: User) -> None:
    topic = group.opens_topic(ada, "闲谈")
    group.opens_topic(ada, "每日")
    before = len(group.answers)
    ada.sends(f"/help{AT}", group, topic=topic)
    group.deletes_topic(topic)
    await ada.telegram.settled()
    assert len(group.answers) == before


# Rights and pace


async def test_rights_that_members_lose_are_told_of_when_a_poem_is_refused(
    group: Supergroup, li: User, store: Store, days: Days
) -> None:
    await li.asks(f"/daily{AT} 08:00 UTC", group)
    group.forbidden = frozenset({"can_send_messages", "can_send_photos"})
    await days.tick()
    assert li.last_answer.text.startswith("我不能再在「诗社」发消息了")
    told = len(li.answers)
    for _ in range(3):
        await days.tick()
    assert len(li.answers) == told, "once is enough"
    chat = await kept(store, group)
    assert (chat.state, chat.daily_at) == ("dead", time(8)), "left alone, its settings kept"


async def test_a_silenced_bot_tells_and_comes_back(
    group: Supergroup, li: User, store: Store
) -> None:
    await li.asks(f"/daily{AT} 08:00 UTC", group)
    li.silences_bot_in(group)
    await li.telegram.settled()
    assert li.last_answer.text.startswith("我不能再在「诗社」发消息了")
    assert (await kept(store, group)).state == "left"
    li.promotes_bot_in(group)
    await li.telegram.settled()
    assert li.last_answer.text.startswith("我又能在「诗社」发消息了")
    assert not li.last_answer.buttons, "a group is not settled in private"


async def test_who_asks_where_the_bot_may_not_write_is_told_in_private_once(
    group: Supergroup, li: User, ada: User
) -> None:
    await ada.asks("/start")
    bo = ada.telegram.user("Bo")
    group.members[bo.id] = group.membership(ada.id)
    verse = await ada.asks(f"/poem{AT}", group)
    ada.telegram.fails_next("sendMessage", 400, "Bad Request: not enough rights to send text "
                            "messages to the chat", times=None, in_chat=group)  # fmt: skip
    for _ in range(3):
        ada.sends(f"/help{AT}", group)
        bo.sends(f"/help{AT}", group)
    await ada.telegram.settled()
    assert ada.last_answer.text.startswith("I may not write in 诗社, so I cannot answer you there.")
    assert len(ada.answers) == 2
    assert not bo.answers, "somebody who never wrote to the bot cannot be told"
    click = ada.clicks(verse, "Another")
    await ada.telegram.settled()
    assert click.answer.startswith("I may not write in 诗社") or len(ada.answers) == 2


async def test_in_slow_mode_who_gets_no_answer_learns_when_there_may_be_one(
    group: Supergroup, ada: User, li: User
) -> None:
    await ada.asks("/start")
    await li.asks(f"/help{AT}", group)
    group.slow_mode = 300
    before = len(group.answers)
    ada.sends(f"/help{AT}", group)
    await ada.telegram.settled()
    assert len(group.answers) == before
    assert "诗社 lets me write again in 300 seconds only." in ada.last_answer.text
    li.promotes_bot_in(group)


async def test_a_daily_poem_waits_for_slow_mode(
    group: Supergroup, li: User, days: Days, store: Store
) -> None:
    await li.asks(f"/daily{AT} 08:00 UTC", group)
    group.slow_mode = 60
    before = len(group.answers)
    await days.tick()
    assert len(group.answers) == before
    delivery = await store.deliveries.of(group.id, datetime(2030, 3, 1).date())
    assert delivery is not None
    assert delivery.state == "retry"
    assert (await kept(store, group)).strikes == 0


async def test_a_group_in_which_nobody_may_write_is_not_greeted_but_known(
    telegram: FakeTelegram, li: User, store: Store
) -> None:
    group = telegram.supergroup("静堂", li)
    group.forbidden = frozenset({"can_send_messages"})
    await li.asks("/start")
    li.adds_bot_to(group)
    await telegram.settled()
    assert not group.answers
    assert li.last_answer.text.startswith("我在「静堂」里，却还不能发消息。")
    assert (await kept(store, group)).added_by == li.id


# Discussions, and who has no name


async def test_a_post_and_its_copy_in_the_discussion_are_answered_once(
    telegram: FakeTelegram, group: Supergroup, li: User
) -> None:
    channel = telegram.channel("唐音", li)
    channel.discusses_in(group)
    li.promotes_bot_in(group)
    li.adds_bot_to(channel)
    await telegram.settled()
    before = len(group.answers)
    li.posts(f"/poem{AT} 明月", channel)
    await telegram.settled()
    assert len(channel.answers) == 1
    assert [len(row) for row in channel.last_answer.keyboard] == [5]
    assert len(group.answers) == before, "the copies of question and answer ask nothing"
    copies = [m for m in group.messages if m.original is not None]
    assert len(copies) == 2
    comment = await li.asks(f"/poem{AT}", group, reply_to=copies[1])
    assert comment.reply_to is not None
    assert comment.reply_to.sender is li


async def test_nameless_senders_get_verse_and_a_clear_sentence_about_settings(
    telegram: FakeTelegram, group: Supergroup, li: User, ada: User, store: Store
) -> None:
    channel = telegram.channel("频道", ada)
    verse = await ada.asks(f"/poem{AT}", group, as_channel=channel)
    assert verse.buttons
    refused = await ada.asks(f"/daily{AT} 08:00", group, as_channel=channel)
    assert "in the name of a channel" in refused.text or "以频道的名义" in refused.text
    assert (await kept(store, group)).daily_at is None
    assert (await li.asks(f"/poem{AT}", group, anonymously=True)).buttons
    await li.asks(f"/daily{AT} 08:00", group, anonymously=True)
    assert (await kept(store, group)).daily_at == time(8)


async def test_an_anonymous_admin_who_adds_the_bot_is_nobody_to_tell(
    telegram: FakeTelegram, bot: AnyApplication, li: User, store: Store
) -> None:
    channel = telegram.channel("唐音", li)
    await li.asks("/start")
    told, heard = len(li.answers), list[dict[str, Any]]()
    telegram.updates.feed(heard.append)
    li.adds_bot_to(channel)
    heard[0]["my_chat_member"]["from"] = telegram.group_bot.json()
    await bot.update_queue.put(Update.de_json(heard[0], bot.bot))
    await telegram.settled()
    assert len(li.answers) == told
    assert (await kept(store, channel)).added_by is None


async def test_presses_in_groups_are_answered_in_reply_to_the_message(
    group: Supergroup, ada: User
) -> None:
    verse = await ada.asks(f"/poem{AT}", group)
    ada.clicks(verse, "Another")
    await ada.telegram.settled()
    assert group.last_answer.reply_to is verse
