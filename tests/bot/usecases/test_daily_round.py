"""A daily poem for many chats: paced, in portions, taken up again, and with an end foretold."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, time, timedelta

import pytest
from telegram.ext import ExtBot

from bot import texts
from bot.cards import CardPainter, CardStudio
from bot.pacing import Pacing, Rate
from bot.pictures import Pictures
from bot.posting import DailySender
from bot.store import Store, rounds
from bot.usecases.daily import DailyPoem
from bot.usecases.daily_round import STALE, Outlook
from tests.bot.databases import new_poem
from tests.bot.usecases.daily import Clock, Sender, SmallPoet
from tests.telegram import TOKEN, FakeTelegram

DAY = date(2026, 5, 1)
FREELY = Rate(1e6, 1)


async def _wanted(store: Store, chats: list[int]) -> None:
    for number, chat_id in enumerate(chats):
        await store.chats.ensure(chat_id, "private", "", zone="UTC")
        await store.chats.set_daily(chat_id, time(7 + number % 2), "UTC")


def _watched(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The chats that were read, as they are read."""
    read: list[int] = []
    unclaimed = store.rounds.unclaimed

    async def noted(zone: str, at: time, day: date) -> AsyncIterator[int]:
        async for chat_id in unclaimed(zone, at, day):
            read.append(chat_id)
            yield chat_id

    monkeypatch.setattr(store.rounds, "unclaimed", noted)
    return read


async def test_chats_come_in_portions_each_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "PAGE", 5)
    await _wanted(store, list(range(1, 38)))
    read, sender = _watched(store, monkeypatch), Sender()
    ahead: list[int] = []

    async def before() -> None:
        ahead.append(len(read) - len(sender.posts))

    sender.before = before
    await DailyPoem(store, SmallPoet(), sender, Clock(), at_once=3).tick()
    assert Counter(post.chat_id for post in sender.posts) == dict.fromkeys(range(1, 38), 1)
    assert max(ahead) <= 3, "nobody is read before their turn"


async def test_who_has_theirs_is_not_read_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _wanted(store, list(range(1, 9)))
    sender, clock = Sender(), Clock()
    daily = DailyPoem(store, SmallPoet(), sender, clock)
    await daily.tick()
    read = _watched(store, monkeypatch)
    await _wanted(store, [9])
    clock.passes(minutes=1)
    await daily.tick()
    assert read == [9]
    clock.passes(hours=24)
    await daily.tick()
    assert sorted(read) == [*range(1, 10), 9]
    assert len(sender.posts) == 8 + 1 + 9


async def test_who_moves_to_another_zone_or_hour_gets_it_still(store: Store) -> None:
    """`daily_of` only saves looks: the deliveries say who has which date."""
    await _wanted(store, [1])
    sender, clock = Sender(), Clock()
    daily = DailyPoem(store, SmallPoet(), sender, clock)
    await daily.tick()
    await store.chats.set_daily(1, time(21), "Pacific/Kiritimati")  # it is tomorrow there
    await daily.tick()
    assert [post.date for post in sender.posts] == [DAY], "at 21:00 there it was too early"
    clock.passes(hours=23)
    await daily.tick()
    await store.chats.set_daily(1, time(7), "UTC")
    await daily.tick()
    assert [post.date for post in sender.posts] == [DAY, DAY + timedelta(days=1)]


async def test_a_long_round_tells_when_it_ends(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    await _wanted(store, list(range(1, 13)))
    sender, clock = Sender(), Clock()
    daily = DailyPoem(store, SmallPoet(), sender, clock, at_once=1, per_second=0.1)
    seen: list[Outlook | None] = []

    async def before() -> None:
        seen.append(daily.outlook)

    sender.before = before
    with caplog.at_level(logging.INFO):
        await daily.tick()
    assert (
        "12 chats wait for their poem of the day: at 0.1 a second, done at 2026-05-01 08:02 UTC"
        in caplog.messages
    )
    assert [outlook.left for outlook in seen if outlook] == list(range(11, 0, -1))
    first = seen[0]
    assert first is not None
    assert first.done_at == clock() + timedelta(seconds=110)
    assert daily.outlook is None


async def test_a_short_round_tells_nothing(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    await _wanted(store, [1, 2, 3])
    with caplog.at_level(logging.INFO):
        await DailyPoem(store, SmallPoet(), Sender(), Clock()).tick()
    assert not any("wait for their poem" in message for message in caplog.messages)


async def test_posts_keep_the_pace_and_a_killed_round_is_taken_up(
    store: Store, telegram: FakeTelegram
) -> None:
    """Over the Bot API, with the pace of one bot held so tight that it never ends."""
    people = [telegram.user(f"Reader {number}") for number in range(20)]
    for person in people:
        person.sends("/start")
    await _wanted(store, [person.id for person in people])
    await store.daily_poems.choose(DAY, await store.poems.add(new_poem()))
    clock = Clock()

    async def tick(overall: Rate) -> None:
        pacing = Pacing(overall=overall, chat=FREELY, group=FREELY)
        request = telegram.request()
        pictures = Pictures(CardStudio(CardPainter()))
        async with ExtBot(TOKEN, request=request, rate_limiter=pacing) as bot:
            try:
                sender = DailySender(bot, store, texts.load(), pictures)
                daily = DailyPoem(store, SmallPoet(), sender, clock, per_second=pacing.per_second)
                await daily.tick()
            finally:
                await pictures.aclose()

    def posts() -> Counter[int]:
        return Counter(person.id for person in people for _ in person.answers)

    killed = asyncio.create_task(tick(Rate(4, 1e6)))
    while not killed.done() and await _states(store, people) != {"sent": 4, "sending": 8}:
        await asyncio.sleep(0.01)
    killed.cancel()
    await asyncio.gather(killed, return_exceptions=True)
    assert posts().total() == 4, "the others wait for the pace"

    await tick(FREELY)
    assert await _states(store, people) == {"sent": 12, "sending": 8}
    clock.passes(seconds=STALE.total_seconds() + 1)
    await tick(FREELY)
    assert await _states(store, people) == {"sent": 12, "unknown": 8}, "marked, and not sent twice"
    assert set(posts().values()) == {1}


async def _states(store: Store, people: list) -> Counter[str]:  # type: ignore[type-arg]
    found = [await store.deliveries.of(person.id, DAY) for person in people]
    return Counter(delivery.state for delivery in found if delivery)


@pytest.fixture
def telegram() -> FakeTelegram:
    return FakeTelegram()
