"""What the bot's numbers say after people, Telegram and the poet did this and that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import time
from typing import cast

import pytest

from bot.app import AnyApplication
from bot.observe import Metrics, build_observed
from bot.poet import PoetClient, WorkerAddress
from bot.services import Services
from bot.store import Store
from tests.bot.handlers.conftest import ada, services, telegram, worker
from tests.bot.worker import LocalWorker
from tests.model.service.poet import WAITS
from tests.telegram import FakeTelegram, User, running

__all__ = ["ada", "services", "telegram", "worker"]


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def bot(
    services: Services, telegram: FakeTelegram, metrics: Metrics
) -> AsyncIterator[AnyApplication]:
    application = build_observed(services, metrics, telegram.request())
    async with running(application, telegram, forgiving=True):
        yield application


def value(metrics: Metrics, name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(f"qibu_bot_{name}", labels) or 0.0


def test_what_alerts_wait_for_is_there_from_the_start(metrics: Metrics) -> None:
    """Prometheus takes no first sight of a counter for an increase."""
    first = {"errors_total": {"kind": "own"}, "deliveries_total": {"state": "unknown"}}
    for name, labels in first.items():
        assert metrics.registry.get_sample_value(f"qibu_bot_{name}", labels) == 0


async def test_an_update_its_answers_and_its_time(
    bot: AnyApplication, telegram: FakeTelegram, ada: User, metrics: Metrics
) -> None:
    poem = await ada.asks("/poem")
    stars = next(b.data for b in poem.buttons if b.data and b.data.endswith(":5"))
    ada.clicks(poem, stars)
    await telegram.settled()
    assert value(metrics, "updates_total", kind="message") == 1
    assert value(metrics, "updates_total", kind="callback_query") == 1
    assert value(metrics, "answers_total", kind="message") == 1
    assert value(metrics, "answers_total", kind="notice") == 1
    for kind in ("message", "callback_query"):
        assert value(metrics, "update_seconds_count", kind=kind) == 1
        assert value(metrics, "answer_seconds_count", kind=kind) == 1, "the first answer alone"
        assert value(metrics, "answer_seconds_sum", kind=kind) <= value(
            metrics, "update_seconds_sum", kind=kind
        )
    assert value(metrics, "updates_waiting") == 0


async def test_errors_of_telegram_by_what_follows_from_them(
    bot: AnyApplication, telegram: FakeTelegram, ada: User, metrics: Metrics
) -> None:
    telegram.fails_next("sendMessage", 403, "Forbidden: bot was blocked by the user")
    ada.sends("/help")
    await telegram.settled()
    assert value(metrics, "telegram_errors_total", family="dead") == 1
    assert value(metrics, "errors_total", kind="telegram_dead") == 1
    assert value(metrics, "answers_total", kind="message") == 0
    assert value(metrics, "answer_seconds_count", kind="message") == 0


async def test_for_want_of_a_poet(
    services: Services, telegram: FakeTelegram, ada: User, metrics: Metrics
) -> None:
    nobody = PoetClient(WorkerAddress("http://127.0.0.1:9"))
    application = build_observed(replace(services, poet=nobody), metrics, telegram.request())
    async with running(application, telegram):
        await ada.asks("/poem")
    await nobody.aclose()
    assert value(metrics, "errors_total", kind="poet_broken") == 1
    assert value(metrics, "answers_total", kind="message") == 1, "it says so"


async def test_who_asks_twice_is_no_fault(
    bot: AnyApplication, telegram: FakeTelegram, worker: LocalWorker, ada: User, metrics: Metrics
) -> None:
    ada.sends(f"/poem {WAITS}")
    await telegram.until(worker.poet.waiting.is_set)
    ada.sends("/poem")
    await telegram.until(lambda: ada.answers)
    worker.poet.go_on.set()
    await telegram.settled()
    assert value(metrics, "errors_total", kind="own") == 0


async def test_our_own_fault(
    services: Services, telegram: FakeTelegram, ada: User, metrics: Metrics
) -> None:
    broken = cast("PoetClient", object())
    application = build_observed(replace(services, poet=broken), metrics, telegram.request())
    async with running(application, telegram):
        await ada.asks("/poem")
    assert value(metrics, "errors_total", kind="own") == 1


async def test_daily_poems_by_state(
    services: Services, store: Store, telegram: FakeTelegram, ada: User, metrics: Metrics
) -> None:
    reader = telegram.group("readers", ada)
    ada.adds_bot_to(reader)
    now = services.clock()
    await store.chats.ensure(reader.id, "group", "readers", zone="UTC")
    await store.chats.set_daily(reader.id, time(now.hour, now.minute), "UTC")
    application = build_observed(services, metrics, telegram.request())
    async with running(application, telegram):
        await telegram.until(lambda: value(metrics, "deliveries_total", state="sent"))
    assert value(metrics, "deliveries_total", state="sent") == 1
