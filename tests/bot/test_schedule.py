"""The tick's beginning and its end."""

from __future__ import annotations

import asyncio
from datetime import time

import pytest

from bot.schedule import DailySchedule
from bot.store import Store
from bot.usecases.daily import DailyPoem
from tests.bot.usecases.daily import Clock, Sender, SmallPoet


@pytest.fixture
async def wanted(store: Store) -> None:
    for chat_id in (-1, -2, -3):
        await store.chats.ensure(chat_id, "group", "friends", zone="UTC")
        await store.chats.set_daily(chat_id, time(8), "UTC")


def _schedule(store: Store, sender: Sender) -> DailySchedule:
    return DailySchedule(DailyPoem(store, SmallPoet(), sender, Clock(), at_once=1))


@pytest.mark.usefixtures("wanted")
async def test_it_ticks_at_the_start_and_stops(store: Store) -> None:
    all_sent = asyncio.Event()
    sender = Sender()

    async def after() -> None:
        if len(sender.posts) == 3:
            all_sent.set()

    sender.after = after
    schedule = _schedule(store, sender)
    schedule.start()
    await all_sent.wait()
    await schedule.stop()
    await schedule.stop()
    assert len(sender.posts) == 3


@pytest.mark.usefixtures("wanted")
async def test_the_end_waits_for_a_post_that_has_begun_and_begins_no_other(store: Store) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    sender = Sender()

    async def before() -> None:
        begun.set()
        await go_on.wait()

    sender.before = before
    schedule = _schedule(store, sender)
    schedule.start()
    await begun.wait()
    stopping = asyncio.create_task(schedule.stop())
    done, _ = await asyncio.wait({stopping}, timeout=0.1)
    assert not done
    go_on.set()
    await stopping
    assert len(sender.posts) == 1
    deliveries = [await store.deliveries.of(post.chat_id, post.date) for post in sender.posts]
    assert [delivery.state for delivery in deliveries if delivery] == ["sent"]


@pytest.mark.usefixtures("wanted")
async def test_the_end_does_not_wait_for_ever(store: Store) -> None:
    begun = asyncio.Event()
    sender = Sender()

    async def before() -> None:
        begun.set()
        await asyncio.Event().wait()

    sender.before = before
    schedule = _schedule(store, sender)
    schedule.start()
    await begun.wait()
    await schedule.stop(grace=0.05)
    assert sender.posts == []


async def test_an_end_without_a_beginning(store: Store) -> None:
    await _schedule(store, Sender()).stop()
