"""The poem of the day: who gets it, when, and that nobody gets two."""

from __future__ import annotations

import asyncio
from datetime import date, time, timedelta
from itertools import pairwise

import pytest

from bot.poet import PoetUnavailable
from bot.store import Store
from bot.usecases import poem_of_date
from bot.usecases.daily import (
    STRIKES,
    DailyPoem,
    Dead,
    Migrated,
    Outcome,
    Retry,
    Unknown,
)
from bot.usecases.poem_of_date import CANDIDATES, form_of
from model.service.protocol import ComposeRequest
from model.verse import Form
from tests.bot.databases import new_poem, rated
from tests.bot.usecases.daily import Clock, Sender, SmallPoet

DAY = date(2026, 5, 1)
CHAT = -5


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def poet() -> SmallPoet:
    return SmallPoet()


@pytest.fixture
def sender() -> Sender:
    return Sender()


@pytest.fixture
def daily(store: Store, poet: SmallPoet, sender: Sender, clock: Clock) -> DailyPoem:
    return DailyPoem(store, poet, sender, clock)


async def _wants(store: Store, chat_id: int = CHAT, at: str = "08:00", zone: str = "UTC") -> None:
    await store.chats.ensure(chat_id, "group", f"chat {chat_id}", zone=zone)
    await store.chats.set_daily(chat_id, time.fromisoformat(at), zone)


async def _state(store: Store, chat_id: int = CHAT, day: date = DAY) -> str | None:
    delivery = await store.deliveries.of(chat_id, day)
    return delivery.state if delivery else None


async def test_it_comes_at_its_time_and_once(
    store: Store, daily: DailyPoem, sender: Sender, clock: Clock
) -> None:
    await _wants(store)
    clock.passes(minutes=-1)
    await daily.tick()
    assert sender.posts == []
    for minutes in (1, 1, 1, 10, 60, 100, 60):
        clock.passes(minutes=minutes)
        await daily.tick()
    (post,) = sender.posts
    assert (post.chat_id, post.date) == (CHAT, DAY)
    delivery = await store.deliveries.of(CHAT, DAY)
    assert delivery is not None
    assert (delivery.state, delivery.message_id) == ("sent", 1)

    clock.passes(hours=21)
    await daily.tick()
    assert [post.date for post in sender.posts] == [DAY, DAY + timedelta(days=1)]
    assert len({post.public_id for post in sender.posts}) == 2


async def test_everybody_reads_the_same_poem_at_their_own_hour(
    store: Store, daily: DailyPoem, sender: Sender, clock: Clock
) -> None:
    await _wants(store, -1, "16:00", "Asia/Shanghai")
    await _wants(store, -2, "08:00", "UTC")
    await _wants(store, -3, "09:59", "Europe/Berlin")
    await _wants(store, -4, "10:01", "Europe/Berlin")
    await _wants(store, -6, "22:00", "Asia/Shanghai")
    await daily.tick()
    assert sorted(post.chat_id for post in sender.posts) == [-3, -2, -1]
    clock.passes(minutes=1)
    await daily.tick()
    assert sender.posts[-1].chat_id == -4
    assert {post.public_id for post in sender.posts} == {sender.posts[0].public_id}


async def test_after_an_outage_it_is_late_but_not_too_late(
    store: Store, daily: DailyPoem, sender: Sender, clock: Clock
) -> None:
    await _wants(store, -1, "05:01")
    await _wants(store, -2, "05:00")
    await daily.tick()
    assert [post.chat_id for post in sender.posts] == [-1]


async def test_the_hour_that_comes_twice_brings_one_poem(
    store: Store, daily: DailyPoem, sender: Sender, clock: Clock
) -> None:
    await _wants(store, -1, "02:30", "Europe/Berlin")
    clock.now = clock.now.replace(month=10, day=24, hour=22)
    for _ in range(48):
        clock.passes(minutes=30)
        await daily.tick()
    assert [post.date for post in sender.posts] == [date(2026, 10, 25)]


async def test_the_best_of_many_is_posted_where_nobody_rated(
    store: Store, daily: DailyPoem, poet: SmallPoet
) -> None:
    poem = await daily.poem_of(DAY)
    assert (poem.text, poem.score, poem.seed) == ("verse 1.7", 7, 7)
    assert (poem.command, poem.public, poem.user_id) == ("daily", True, None)
    assert await daily.poem_of(DAY) == poem
    assert poet.asked == [ComposeRequest(form=Form.COUPLET5, count=CANDIDATES)], (
        "a worker may have the answer to such a request ready"
    )


async def test_a_line_of_the_corpus_is_no_poem_of_a_day(
    daily: DailyPoem, poet: SmallPoet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poem_of_date, "CANDIDATES", 10)
    assert (await daily.poem_of(DAY)).score == 8, "9 is the best, and not novel"


async def test_what_people_liked_is_posted_first(
    store: Store, daily: DailyPoem, poet: SmallPoet, clock: Clock
) -> None:
    liked = await rated(store, [5, 5, 4])
    await rated(store, [2, 2])
    await rated(store, [5] * 9, new_poem(public=False))
    clock.now = liked.created_at
    assert await daily.poem_of(DAY) == liked
    assert poet.asked == []
    assert (await daily.poem_of(DAY + timedelta(days=1))).command == "daily"


async def test_what_people_liked_long_ago_is_not(
    store: Store, daily: DailyPoem, clock: Clock
) -> None:
    liked = await rated(store, [5, 5, 4])
    clock.now = liked.created_at + timedelta(days=31)
    assert await daily.poem_of(DAY) != liked


async def test_each_form_has_its_day(daily: DailyPoem, poet: SmallPoet) -> None:
    poet.forms = list(Form)
    found = [(await daily.poem_of(DAY + timedelta(days=day))).form for day in range(8)]
    assert set(found[:4]) == set(Form)
    assert found[:4] == found[4:]
    assert all({a.line_count, b.line_count} == {2, 4} for a, b in pairwise(found)), "in turn"


@pytest.mark.parametrize(
    "offered", [[Form.COUPLET5], [Form.JUEJU7], [Form.COUPLET5, Form.JUEJU7], [*Form][:3]]
)
def test_a_poet_of_few_forms_has_one_for_each_day(offered: list[Form]) -> None:
    found = {form_of(DAY + timedelta(days=day), offered) for day in range(4)}
    assert found == set(offered)


async def test_today_is_what_the_chats_calendar_shows(
    store: Store, daily: DailyPoem, clock: Clock
) -> None:
    clock.now = clock.now.replace(hour=20)
    await _wants(store, -1, zone="UTC")
    await _wants(store, -2, zone="Asia/Shanghai")
    here, there = await store.chats.get(-1), await store.chats.get(-2)
    assert here is not None
    assert there is not None
    assert await daily.today(here) == await daily.poem_of(DAY)
    assert await daily.today(there) == await daily.poem_of(DAY + timedelta(days=1))


async def test_many_who_ask_at_once_cost_one_composing(daily: DailyPoem, poet: SmallPoet) -> None:
    found = await asyncio.gather(*(daily.poem_of(DAY) for _ in range(10)))
    assert len({poem.id for poem in found}) == 1
    assert len(poet.asked) == 1


async def test_without_a_poet_nothing_is_claimed_and_the_next_tick_tries(
    store: Store, daily: DailyPoem, poet: SmallPoet, sender: Sender, clock: Clock
) -> None:
    await _wants(store)
    poet.asleep = True
    await daily.tick()
    assert await _state(store) is None
    with pytest.raises(PoetUnavailable):
        await daily.poem_of(DAY)
    poet.asleep = False
    clock.passes(minutes=1)
    await daily.tick()
    assert len(sender.posts) == 1


async def test_later_means_later(
    store: Store, daily: DailyPoem, sender: Sender, clock: Clock
) -> None:
    await _wants(store)
    sender.answers(CHAT, Retry(600, "too many requests"))
    await daily.tick()
    delivery = await store.deliveries.of(CHAT, DAY)
    assert delivery is not None
    assert (delivery.state, delivery.why) == ("retry", "too many requests")
    clock.passes(seconds=599)
    await daily.tick()
    assert (sender.posts, sender.tries) == ([], 1)
    clock.passes(seconds=1)
    await daily.tick()
    assert (len(sender.posts), await _state(store)) == (1, "sent")


async def test_an_outage_is_waited_out_with_growing_patience_but_not_for_ever(
    store: Store, daily: DailyPoem, sender: Sender, clock: Clock
) -> None:
    await _wants(store)
    sender.answers(CHAT, *[Retry(1, "no network")] * 500)
    tried = []
    for minute in range(0, 200, 2):
        before = sender.tries
        await daily.tick()
        if sender.tries > before:
            tried.append(minute)
        clock.passes(minutes=2)
    pauses = [later - earlier for earlier, later in pairwise(tried)]
    assert pauses == sorted(pauses)
    assert 2 == pauses[0] < max(pauses) <= 16
    assert tried[-1] < 180
    assert await _state(store) == "dead"


async def test_what_may_have_arrived_is_not_sent_again(
    store: Store, daily: DailyPoem, sender: Sender, clock: Clock
) -> None:
    await _wants(store)
    sender.answers(CHAT, Unknown("timed out"))
    for _ in range(20):
        await daily.tick()
        clock.passes(minutes=10)
    assert (sender.tries, await _state(store)) == (1, "unknown")


async def test_an_error_of_the_sender_counts_as_unknown_and_hurts_no_other_chat(
    store: Store, daily: DailyPoem, sender: Sender, clock: Clock
) -> None:
    for chat_id in (-1, -2, -3):
        await _wants(store, chat_id)

    async def once() -> None:
        sender.after = None
        raise RuntimeError("a mistake")

    sender.after = once
    for _ in range(4):
        await daily.tick()
        clock.passes(minutes=10)
    assert sorted(post.chat_id for post in sender.posts) == [-3, -2, -1]
    states = sorted([str(await _state(store, chat_id)) for chat_id in (-1, -2, -3)])
    assert states == ["sent", "sent", "unknown"]


async def test_a_chat_that_refuses_is_given_up_after_some_days(
    store: Store, daily: DailyPoem, sender: Sender, clock: Clock
) -> None:
    await _wants(store)
    sender.answers(CHAT, *[Dead("bot was kicked")] * 9)
    for _ in range(STRIKES + 3):
        await daily.tick()
        clock.passes(minutes=30)
        await daily.tick()
        clock.passes(hours=23, minutes=30)
    chat = await store.chats.get(CHAT)
    assert chat is not None
    assert (sender.tries, chat.state, chat.daily_at) == (STRIKES, "dead", time(8))
    assert await _state(store) == "dead"


async def test_one_good_day_forgives(
    store: Store, daily: DailyPoem, sender: Sender, clock: Clock
) -> None:
    await _wants(store)
    for _ in range(3):
        sender.answers(CHAT, *[Dead("no rights")] * (STRIKES - 1))
        for _ in range(STRIKES):
            await daily.tick()
            clock.passes(hours=24)
    chat = await store.chats.get(CHAT)
    assert chat is not None
    assert (chat.state, chat.strikes, len(sender.posts)) == ("active", 0, 3)


async def test_a_group_that_became_a_supergroup_gets_it_there(
    store: Store, daily: DailyPoem, sender: Sender, clock: Clock
) -> None:
    await _wants(store)
    sender.answers(CHAT, Migrated(-1005))
    await daily.tick()
    assert [post.chat_id for post in sender.posts] == [-1005]
    assert await store.chats.get(CHAT) is None
    assert await _state(store, -1005) == "sent"
    clock.passes(minutes=1)
    await daily.tick()
    assert len(sender.posts) == 1


async def test_a_supergroup_that_had_it_gets_no_second(
    store: Store, daily: DailyPoem, sender: Sender
) -> None:
    await _wants(store, -1005)
    await daily.tick()
    await _wants(store)
    sender.answers(CHAT, Migrated(-1005))
    await daily.tick()
    assert [post.chat_id for post in sender.posts] == [-1005]


async def test_a_chat_that_migrates_in_circles_ends(
    store: Store, daily: DailyPoem, sender: Sender, clock: Clock
) -> None:
    await _wants(store)
    sender.answers(CHAT, Migrated(-1005), Migrated(-1005))
    sender.answers(-1005, Migrated(CHAT), Migrated(CHAT))
    await daily.tick()
    assert sender.tries == 2
    for _ in range(5):
        clock.passes(minutes=1)
        await daily.tick()
    assert len(sender.posts) == 1


async def test_who_stops_it_in_the_last_moment_gets_none(
    store: Store, daily: DailyPoem, sender: Sender, clock: Clock
) -> None:
    await _wants(store)
    sender.answers(CHAT, Retry(60))
    await daily.tick()
    await store.chats.stop_daily(CHAT)
    clock.passes(minutes=2)
    await daily.tick()
    assert sender.posts == []


async def test_no_more_than_some_posts_at_once(
    store: Store, poet: SmallPoet, sender: Sender, clock: Clock
) -> None:
    for chat_id in range(-12, 0):
        await _wants(store, chat_id)
    under_way, most = 0, 0
    together = asyncio.Barrier(3)

    async def before() -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await together.wait()

    async def after() -> None:
        nonlocal under_way
        under_way -= 1

    sender.before, sender.after = before, after
    await DailyPoem(store, poet, sender, clock, at_once=3).tick()
    assert len(sender.posts) == 12
    assert most == 3


async def test_several_bots_post_once_to_each_chat(
    store: Store, other_store: Store, poet: SmallPoet, sender: Sender, clock: Clock
) -> None:
    chats = list(range(-24, 0))
    for chat_id in chats:
        await _wants(store, chat_id)
        outcomes: list[Outcome] = [Retry(30)] if chat_id % 3 == 0 else []
        sender.answers(chat_id, *outcomes)
    sender.before = sender.after = lambda: asyncio.sleep(0.001)
    bots = [DailyPoem(one, SmallPoet(), sender, clock) for one in (store, other_store) * 2]
    for _ in range(3):
        await asyncio.gather(*(bot.tick() for bot in bots))
        clock.passes(minutes=1)
    assert sorted(post.chat_id for post in sender.posts) == chats
    assert len({post.public_id for post in sender.posts}) == 1


async def test_a_bot_that_closes_begins_nothing(
    store: Store, poet: SmallPoet, sender: Sender, clock: Clock
) -> None:
    for chat_id in range(-9, 0):
        await _wants(store, chat_id)
    daily = DailyPoem(store, poet, sender, clock, at_once=2)

    async def closes() -> None:
        daily.close()

    sender.before = closes
    await daily.tick()
    assert 1 <= len(sender.posts) <= 2
    sender.before = None
    await DailyPoem(store, poet, sender, clock).tick()
    assert sorted(post.chat_id for post in sender.posts) == list(range(-9, 0))
