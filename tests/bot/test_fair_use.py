"""Fair use: the policy alone, by a clock of its own."""

from __future__ import annotations

import asyncio

import pytest

from bot.fair_use import PRESS, FairUse, Patience
from bot.settings import Allowance

ADA, LI, GROUP = 1, 2, -5
SIX = Allowance(6, 60)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(asyncio.get_running_loop(), "time", clock)
    return clock


async def test_eagerness_is_served_and_a_flood_is_told_once(clock: Clock) -> None:
    fair = FairUse(SIX, None)
    assert [await fair.ask(ADA, None) for _ in range(6)] == [None] * 6
    assert await fair.ask(ADA, None) == Patience(20, is_news=True)
    clock.now += 5
    assert await fair.ask(ADA, None) == Patience(15, is_news=False)
    assert await fair.ask(LI, None) is None, "nobody else is concerned"
    clock.now += 15
    assert [await fair.ask(ADA, None) for _ in range(2)] == [None] * 2, "as it was promised"
    assert await fair.ask(ADA, None) == Patience(20, is_news=True), "another flood"


async def test_whoever_asks_now_and_then_is_always_served(clock: Clock) -> None:
    fair = FairUse(SIX, SIX)
    for _ in range(1000):
        assert await fair.ask(ADA, GROUP) is None
        clock.now += 10


async def test_presses_cost_less(clock: Clock) -> None:
    fair = FairUse(SIX, None)
    assert [await fair.ask(ADA, None, PRESS) for _ in range(12)] == [None] * 12
    assert await fair.ask(ADA, None, PRESS) == Patience(20, is_news=True)


async def test_a_chat_is_asked_together(clock: Clock) -> None:
    fair = FairUse(SIX, SIX)
    assert [await fair.ask(person, GROUP) for person in (ADA, LI) * 3] == [None] * 6
    assert await fair.ask(ADA, GROUP) == Patience(20, is_news=True, of_chat=True)
    assert await fair.ask(LI, GROUP) == Patience(20, is_news=False, of_chat=True)
    assert [await fair.ask(ADA, None) for _ in range(3)] == [None] * 3, (
        "what was not served is not counted, and private chats are none of it"
    )
    assert await fair.ask(None, GROUP - 1) is None


async def test_the_owner_may_and_off_is_off(clock: Clock) -> None:
    fair = FairUse(SIX, SIX, exempt=ADA)
    assert {await fair.ask(ADA, GROUP) for _ in range(100)} == {None}
    assert {await FairUse(None, None).ask(LI, GROUP) for _ in range(100)} == {None}


async def test_200_000_chats_leave_nothing_behind(clock: Clock) -> None:
    fair = FairUse(SIX, SIX, remembered=1000)
    for number in range(200_000):
        await fair.ask(number, -number)
    assert len(fair) == 2000


async def test_a_flood_is_remembered_while_others_come_and_go(clock: Clock) -> None:
    fair = FairUse(SIX, None, remembered=10)
    for _ in range(7):
        await fair.ask(ADA, None)
    for number in range(100, 5000):
        await fair.ask(number, None)
        if number % 5 == 0:
            assert await fair.ask(ADA, None) == Patience(20, is_news=False)
