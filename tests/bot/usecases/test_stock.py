"""Verses composed ahead: how many, how fresh, and how little they ask of the poet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import cast

import pytest

from bot.poet import PoetClient, PoetUnavailable
from bot.store import PoemRecord, Store
from bot.usecases.form_choice import FormChoice
from bot.usecases.stock import COMMAND, Stock
from model.service.protocol import ComposeRequest, ModelAnswer, Tones, VerseAnswer, VersesAnswer
from model.verse import Form


@dataclass
class CountingPoet:
    """Writes another couplet each time, unless it is away."""

    asked: list[ComposeRequest] = field(default_factory=list)
    away: bool = False

    async def model(self, *, deadline: float | None = None) -> ModelAnswer:
        return ModelAnswer(
            model="m@1", name="m", digest="1", forms=[Form.COUPLET5], parameters=1,
            latent_sizes={Form.COUPLET5: 1}, vocabulary=1, device="cpu",
        )  # fmt: skip

    async def compose(
        self, request: ComposeRequest, *, deadline: float | None = None
    ) -> VersesAnswer:
        self.asked.append(request)
        if self.away:
            raise PoetUnavailable("starting", 1)
        first = chr(0x4E00 + len(self.asked))
        tones = Tones(lines=[], rhyme=None, regular=True)
        verse = VerseAnswer(
            text=f"{first}日依山尽，黄河入海流。", lines=[], form=request.form, seed=1,
            latent=[0.5], score=1.0, tones=tones, novel=True,
        )  # fmt: skip
        return VersesAnswer(model="m@1", verses=[verse])


@dataclass
class Clock:
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def poet() -> CountingPoet:
    return CountingPoet()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@asynccontextmanager
async def filling(
    store: Store, poet: CountingPoet, clock: Clock, *, size: int = 3, retry: float = 0
) -> AsyncIterator[Stock]:
    client = cast("PoetClient", poet)
    forms = FormChoice(client, Random(1))
    stock = Stock(store, client, forms, clock, size=size, pause=0, retry=retry)
    stock.start()
    try:
        yield stock
    finally:
        await stock.aclose()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)


def full(stock: Stock, size: int = 3) -> Callable[[], bool]:
    return lambda: len(stock._verses) == size


def ids(poems: tuple[PoemRecord, ...]) -> list[int]:
    return [poem.id for poem in poems]


async def test_it_is_filled_once_with_public_verse_of_nobody(
    store: Store, poet: CountingPoet, clock: Clock
) -> None:
    async with filling(store, poet, clock) as stock:
        await until(full(stock))
        shown = stock.show()
        await asyncio.sleep(0.02)
        assert stock.show() == shown
    assert ids(shown) == sorted(ids(shown), reverse=True), "the newest first"
    assert {(p.command, p.public, p.user_id, p.chat_id) for p in shown} == {
        (COMMAND, True, None, None)
    }
    assert poet.asked == [ComposeRequest(form=Form.COUPLET5)] * 3, "as a worker's pool has them"


async def test_what_was_taken_is_replaced(store: Store, poet: CountingPoet, clock: Clock) -> None:
    async with filling(store, poet, clock) as stock:
        await until(full(stock))
        _, middle, _ = stock.show()
        stock.take(middle.public_id)
        stock.take("nosuchpoem00")
        await until(full(stock))
        assert middle not in stock.show()
    assert len(poet.asked) == 4


async def test_only_what_people_look_at_is_kept_fresh(
    store: Store, poet: CountingPoet, clock: Clock
) -> None:
    async with filling(store, poet, clock) as stock:
        await until(full(stock))
        clock.now += timedelta(days=2)
        await asyncio.sleep(0.02)
        assert len(poet.asked) == 3, "nobody has looked"
        old = stock.show()
        assert len(old) == 3, "what is there is shown at once"
        await until(lambda: len(poet.asked) == 6)
        await until(lambda: not set(ids(old)) & set(ids(tuple(stock._verses))))


async def test_a_restart_begins_with_what_there_was(
    store: Store, poet: CountingPoet, clock: Clock
) -> None:
    async with filling(store, poet, clock) as stock:
        await until(full(stock))
        before = stock.show()
    async with filling(store, poet, clock) as stock:
        await until(full(stock))
        assert ids(stock.show()) == ids(before)
    assert len(poet.asked) == 3


async def test_a_poet_that_is_away_is_asked_again_later(
    store: Store, poet: CountingPoet, clock: Clock
) -> None:
    poet.away = True
    async with filling(store, poet, clock) as stock:
        await until(lambda: len(poet.asked) >= 2)
        assert stock.show() == ()
        poet.away = False
        await until(full(stock))
