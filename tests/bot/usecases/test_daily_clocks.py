"""Clocks that jump, and two bots whose clocks differ: no date comes twice, and none is skipped that
was shown for long enough."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from random import Random

import pytest

from bot.store import Store
from bot.usecases.daily import DailyPoem
from tests.bot.usecases.daily import Clock, Sender, SmallPoet

CHATS = {-1: ("Europe/Berlin", "02:30"), -2: ("Africa/Cairo", "00:15"), -3: ("UTC", "12:00")}
STARTS = {
    "into the gap": datetime(2026, 3, 28, 0, tzinfo=UTC),
    "over a fold": datetime(2026, 10, 24, 0, tzinfo=UTC),
    "Cairo's gap at midnight": datetime(2026, 4, 23, 0, tzinfo=UTC),
}


async def _subscribe(store: Store) -> None:
    for chat_id, (zone, at) in CHATS.items():
        await store.chats.ensure(chat_id, "group", f"chat {chat_id}", zone="UTC")
        await store.chats.set_daily(chat_id, time.fromisoformat(at), zone)


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
async def test_a_clock_that_is_set_back_and_forth_brings_no_date_twice(
    store: Store, other_store: Store, start: datetime
) -> None:
    """One bot's clock is right; the other's is set anew by up to three hours at every tick."""
    await _subscribe(store)
    chance, sender, right, wrong = Random(7), Sender(), Clock(start), Clock(start)
    one = DailyPoem(store, SmallPoet(), sender, right)
    other = DailyPoem(other_store, SmallPoet(), sender, wrong)
    for _ in range(72):
        right.passes(hours=1)
        wrong.now = right.now + timedelta(minutes=chance.randint(-180, 180))
        for bot in chance.sample([one, other], 2):
            await bot.tick()
    posts = Counter((post.chat_id, post.date) for post in sender.posts)
    assert set(posts.values()) == {1}
    days = {(start + timedelta(days=n)).date() for n in range(1, 3)}
    for chat_id in CHATS:
        assert days <= {day for chat, day in posts if chat == chat_id}, "and no date is missing"


async def test_after_a_jump_of_days_only_the_date_that_is_due_comes(store: Store) -> None:
    await _subscribe(store)
    sender, clock = Sender(), Clock(datetime(2026, 5, 1, 12, tzinfo=UTC))
    daily = DailyPoem(store, SmallPoet(), sender, clock)
    await daily.tick()
    for jump in (timedelta(days=40), timedelta(days=-41), timedelta(days=1)):
        clock.now += jump
        await daily.tick()
    dates = [post.date.isoformat() for post in sender.posts if post.chat_id == -3]
    assert dates == ["2026-05-01", "2026-06-10", "2026-04-30"], "the first of May came already"
