"""A bot that dies while it posts, at each point where it can: never two posts, and a missing one
only where nobody can know."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, time
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store import Store
from bot.store.engine import Database, create_engine
from bot.store.store import utc_now
from bot.usecases.daily import DailyPoem, Migrated, Outcome, Retry
from tests.bot.usecases.daily import Clock, Sender, SmallPoet

DAY = date(2026, 5, 1)
CHAT, OTHER = -5, -6
NEW_ID = -1005
"""What the chat becomes in the tests with a migration."""


class Killed(BaseException):
    """The process ends here: nothing that follows happens."""


class MortalDatabase(Database):
    """Dies at one of the points before, within and after each transaction that writes."""

    def __init__(self, database_url: str, point: int) -> None:
        super().__init__(create_engine(database_url), utc_now)
        self._points_left = point
        self.dead = False

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        self._lives()
        async with super().write() as session:
            yield session
            await session.flush()
            self._lives()
        self._lives()

    def _lives(self) -> None:
        self.dead = self.dead or self._points_left == 0
        self._points_left -= 1
        if self.dead:
            raise Killed


async def _wants(store: Store, chat_id: int) -> None:
    await store.chats.ensure(chat_id, "group", f"chat {chat_id}", zone="UTC")
    await store.chats.set_daily(chat_id, time(8), "UTC")


async def _after_a_restart(database_url: str, sender: Sender, clock: Clock) -> dict[int, str]:
    """The state of every delivery of the day when another bot has had its time."""
    store = Store.open(database_url)
    daily = DailyPoem(store, SmallPoet(), sender, clock)
    for _ in range(3):
        clock.passes(minutes=6)
        await daily.tick()
    states: dict[int, str] = {}
    for chat_id in (CHAT, OTHER, NEW_ID):
        delivery = await store.deliveries.of(chat_id, DAY)
        if delivery is not None:
            states[chat_id] = delivery.state
    await store.close()
    return states


@pytest.mark.parametrize(
    "trouble", [None, Retry(30), Migrated(NEW_ID)], ids=["-", "retry", "migrated"]
)
async def test_wherever_a_bot_dies_nobody_gets_two(
    store: Store, database_url: str, trouble: Outcome | None
) -> None:
    ends = []
    for point in range(100):
        await _begin_again(store)
        sender, clock = Sender(), Clock()
        sender.answers(CHAT, *([trouble] if trouble else []))
        mortal = MortalDatabase(database_url, point)
        with contextlib.suppress(BaseExceptionGroup, Killed):
            await DailyPoem(Store(mortal), SmallPoet(), sender, clock).tick()
        await mortal.close()

        states = await _after_a_restart(database_url, sender, clock)
        (state,) = states.values()
        assert (state, len(sender.posts)) in {
            ("sent", 1),
            ("unknown", 0),  # it may have arrived, and did not
            ("unknown", 1),  # it may have arrived, and did
        }
        ends.append((state, len(sender.posts)))
        if not mortal.dead:
            break
    assert len(ends) > 12, "it was killed at many points"
    assert "unknown" in {state for state, _ in ends}, "in the middle of a post, too"
    assert ends[-1] == ("sent", 1), "and in the end it lived"


async def _begin_again(store: Store) -> None:
    """No delivery is left: forgetting a person takes their private chat with all its rows."""
    for chat_id in (CHAT, NEW_ID):
        await store.chats.ensure(chat_id, "private", "gone", zone="UTC")
        await store.users.forget(chat_id)
    await _wants(store, CHAT)


@pytest.mark.parametrize("arrived", [False, True])
async def test_a_tick_cancelled_while_it_posts(
    store: Store, database_url: str, arrived: bool
) -> None:
    await _wants(store, CHAT)
    sender, clock = Sender(), Clock()
    reached = asyncio.Event()

    async def hangs() -> None:
        reached.set()
        await asyncio.Event().wait()

    if arrived:
        sender.after = hangs
    else:
        sender.before = hangs
    tick = asyncio.create_task(DailyPoem(store, SmallPoet(), sender, clock, at_once=1).tick())
    await reached.wait()
    tick.cancel()
    with pytest.raises(asyncio.CancelledError):
        await tick
    sender.before = sender.after = None
    states = await _after_a_restart(database_url, sender, clock)
    assert states == {CHAT: "unknown"}
    assert len(sender.posts) == arrived


@pytest.mark.parametrize(
    ("stops_at", "posts", "state"),
    [
        ("composing", 1, "sent"),
        ("painting", 1, "sent"),
        ("leaving", 0, "unknown"),
        ("arrived", 1, "unknown"),
    ],
)
async def test_kill_9(
    store: Store, database_url: str, tmp_path: Path, stops_at: str, posts: int, state: str
) -> None:
    await _wants(store, CHAT)
    await _wants(store, OTHER)
    arrivals = tmp_path / "arrivals"
    arrivals.touch()
    victim = ["-m", "tests.bot.usecases.victim", database_url, str(arrivals), stops_at]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *victim, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == f"{stops_at}\n".encode()
    process.kill()
    assert await process.wait() == -signal.SIGKILL

    sender = Sender()
    clock = Clock(datetime.fromisoformat("2026-05-01T08:10:00+00:00"))
    states = await _after_a_restart(database_url, sender, clock)
    in_all = [int(line) for line in arrivals.read_text().split()]
    in_all += [post.chat_id for post in sender.posts]
    # One at a time: the bot died with one chat, and the other had not begun.
    struck = next(chat for chat in (CHAT, OTHER) if states[chat] == state)
    spared = OTHER if struck == CHAT else CHAT
    assert in_all.count(struck) == posts
    assert (states[spared], in_all.count(spared)) == ("sent", 1)
