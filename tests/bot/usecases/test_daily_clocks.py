"""Clocks that jump, bots whose clocks differ, zones that change their rules, and hours in which no
bot ran: no date comes twice, and none is skipped that was shown for long enough."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from importlib import resources
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo, reset_tzpath

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


@pytest.fixture
def rules(tmp_path: Path) -> Iterator[Callable[[str, str], None]]:
    """Gives a zone the rules of another, as a new version of the zones' database may."""

    def give(zone: str, other: str) -> None:
        file = tmp_path / "zones" / zone
        file.parent.mkdir(parents=True, exist_ok=True)
        known = resources.files("tzdata").joinpath("zoneinfo", *other.split("/"))
        file.write_bytes(known.read_bytes())
        reset_tzpath([tmp_path / "zones"])
        ZoneInfo.clear_cache()  # as a restart does

    yield give
    reset_tzpath()
    ZoneInfo.clear_cache()


NOTHING_IS_DUE = {*range(4), *range(10, 27), *range(38, 51)}
"""Hours of night in all the zones of the next test."""


async def test_a_zone_that_changes_its_rules_neither_repeats_nor_loses_a_date(
    store: Store, other_store: Store, rules: Callable[[str, str], None]
) -> None:
    """Two hours ahead of UTC, then one to three hours off that, from before, at or after 08:00."""
    changes = {
        f"Test/{later}-{hour}": (f"Etc/GMT{later}", hour)
        for later in ("-4", "-3", "-1", "+1")
        for hour in (28, 29, 30, 31, 34)
    }
    for number, zone in enumerate(changes, start=1):
        rules(zone, "Etc/GMT-2")
        await store.chats.ensure(-number, "group", zone, zone=zone)
        await store.chats.set_daily(-number, time(8), zone)
    sender, clock = Sender(), Clock(datetime(2026, 5, 1, tzinfo=UTC))
    bots = [DailyPoem(one, SmallPoet(), sender, clock) for one in (store, other_store)]
    for hour in range(60):
        for zone, (later, change) in changes.items():
            if hour == change:
                rules(zone, later)
        if hour not in NOTHING_IS_DUE:
            await asyncio.gather(*(bot.tick() for bot in bots))
        clock.passes(hours=1)
    posts = Counter((post.chat_id, post.date.day) for post in sender.posts)
    assert posts == Counter((-n, day) for n in range(1, len(changes) + 1) for day in (1, 2, 3))


@pytest.mark.parametrize(
    ("before", "after", "days"),
    [("Etc/GMT+11", "Etc/GMT-13", [30, 1, 3, 4, 5]), ("Etc/GMT-13", "Etc/GMT+11", [1, 2, 3, 4])],
    ids=["skipped", "lived twice"],
)
async def test_a_zone_that_crosses_the_date_line(
    store: Store, rules: Callable[[str, str], None], before: str, after: str, days: list[int]
) -> None:
    rules("Test/Island", before)
    await store.chats.ensure(-1, "group", "an island", zone="Test/Island")
    await store.chats.set_daily(-1, time(8), "Test/Island")
    sender, clock = Sender(), Clock(datetime(2026, 4, 30, 15, tzinfo=UTC))
    daily = DailyPoem(store, SmallPoet(), sender, clock)
    while clock.now < datetime(2026, 5, 4, 20, tzinfo=UTC):
        if clock.now == datetime(2026, 5, 2, tzinfo=UTC):
            rules("Test/Island", after)
        await daily.tick()
        clock.passes(hours=1)
    assert [post.date.day for post in sender.posts] == days


AWAY = {
    "an ordinary day": ("UTC", "12:00", "2026-05-01T12:00"),
    "in the gap": ("Europe/Berlin", "02:30", "2026-03-29T01:00"),
    "in the fold": ("Europe/Berlin", "02:30", "2026-10-25T00:30"),
    "a day that begins at one": ("Africa/Cairo", "00:15", "2026-04-23T22:00"),
}


@pytest.mark.parametrize(("zone", "at", "came"), AWAY.values(), ids=AWAY)
@pytest.mark.parametrize(("minutes", "in_time"), [(1, True), (179, True), (180, False)])
async def test_after_an_outage_across_the_hour_it_comes_late_once_or_not_at_all(
    store: Store, other_store: Store, zone: str, at: str, came: str, minutes: int, in_time: bool
) -> None:
    await store.chats.ensure(-1, "group", "friends", zone="UTC")
    await store.chats.set_daily(-1, time.fromisoformat(at), zone)
    moment = datetime.fromisoformat(came).replace(tzinfo=UTC)
    sender, clock = Sender(), Clock(moment - timedelta(minutes=1))
    await DailyPoem(store, SmallPoet(), sender, clock).tick()
    assert not sender.posts
    clock.now = moment + timedelta(minutes=minutes)
    bots = [DailyPoem(one, SmallPoet(), sender, clock) for one in (store, other_store)]
    for _ in range(2):
        await asyncio.gather(*(bot.tick() for bot in bots))
        clock.passes(minutes=10)
    assert len(sender.posts) == in_time
    clock.now = moment + timedelta(hours=26)
    await asyncio.gather(*(bot.tick() for bot in bots))
    assert len(sender.posts) == in_time + 1, "the next day's comes, with or without the hour"
