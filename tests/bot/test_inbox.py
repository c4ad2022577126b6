"""The whole bot behind its inbox: whoever dies or sleeps, each update is answered once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from pydantic import SecretStr
from telegram import Update

from bot import texts
from bot.app import AnyApplication, build_application
from bot.inbox import Inbox, Patience
from bot.opening import started
from bot.poet import PoetClient, WorkerAddress
from bot.services import Services
from bot.settings import Settings
from bot.store import Arrival, Store
from tests.bot.worker import LocalWorker
from tests.model.service.poet import WAITS
from tests.telegram import TOKEN, FakeTelegram

KEY = "a-key-of-the-worker"
QUICK = Patience(look=0.02, beat=0.05, stale=0.5)


@pytest.fixture
def worker() -> Iterator[LocalWorker]:
    with LocalWorker(KEY).serving() as worker:
        yield worker


@pytest.fixture
def telegram() -> FakeTelegram:
    return FakeTelegram()


class Bot:
    """One of several bots of one token on one database, and what was pushed to it."""

    def __init__(self, application: AnyApplication, inbox: Inbox) -> None:
        self.application = application
        self.inbox = inbox

    async def is_given(self, *updates: dict[str, Any]) -> None:
        await self.inbox.accept(
            [Update.de_json(update, self.application.bot) for update in updates]
        )


@asynccontextmanager
async def a_bot(
    store: Store, worker: LocalWorker, telegram: FakeTelegram, **how: Any
) -> AsyncIterator[Bot]:
    poet = PoetClient(WorkerAddress(worker.url, SecretStr(KEY)))
    settings = Settings(_env_file=None, telegram_token=SecretStr(TOKEN))
    services = Services(settings, store, poet, texts.load(), lambda: datetime.now(UTC), Random(1))
    inbox = Inbox(store, **{"patience": QUICK} | how)
    application = build_application(
        services, request=telegram.request(), inbox=inbox, posts_daily=False
    )
    async with (
        inbox.open(application.bot, application.update_queue.put),
        started(application),
    ):
        yield Bot(application, inbox)
        inbox.retire()
    await poet.aclose()


def taken(telegram: FakeTelegram) -> list[dict[str, Any]]:
    """What waits at Telegram, acknowledged."""
    updates, telegram.updates.pending = telegram.updates.pending, []
    return updates


async def states(store: Store) -> dict[str, int]:
    return await store.updates.states()


async def test_an_update_pushed_to_two_bots_is_answered_once(
    store: Store, other_store: Store, worker: LocalWorker, telegram: FakeTelegram
) -> None:
    people = [telegram.user(f"Person {n}") for n in range(6)]
    async with (
        a_bot(store, worker, telegram) as one,
        a_bot(other_store, worker, telegram) as other,
    ):
        for person in people:
            person.sends("/help")
        updates = taken(telegram)
        await asyncio.gather(
            *(bot.is_given(update) for update in updates for bot in (one, other, one))
        )
        await telegram.until(lambda: all(person.answers for person in people))
    assert [len(person.answers) for person in people] == [1] * 6
    assert await states(store) == {"done": 6}


async def test_one_chats_updates_are_answered_in_order_whoever_gets_them(
    store: Store, other_store: Store, worker: LocalWorker, telegram: FakeTelegram
) -> None:
    ada, li = telegram.user("Ada"), telegram.user("李", language_code="zh")
    async with (
        a_bot(store, worker, telegram) as one,
        a_bot(other_store, worker, telegram) as other,
    ):
        for bot, words in ((one, "/start"), (other, "/help"), (one, "/language"), (other, "/top")):
            for person in (ada, li):
                person.sends(words)
            await bot.is_given(*taken(telegram))
        await telegram.until(lambda: len(ada.answers) == 4 == len(li.answers))
    async with a_bot(store, worker, telegram) as alone:
        for words in ("/start", "/help", "/language", "/top"):
            li.sends(words)
            await alone.is_given(*taken(telegram))
        await telegram.until(lambda: len(li.answers) == 8)
    first, again = li.answers[:4], li.answers[4:]
    assert [message.text for message in first] == [message.text for message in again]


async def test_who_dies_while_it_composes_is_followed_by_another(
    store: Store, other_store: Store, worker: LocalWorker, telegram: FakeTelegram
) -> None:
    """A kill, seen from outside: no sign of life, and a claim that nobody works on."""
    ada = telegram.user("Ada", language_code="zh")
    ada.sends("/poem")
    ada.sends("/help")
    async with a_bot(store, worker, telegram) as bot:
        updates = [Update.de_json(one, bot.application.bot) for one in taken(telegram)]
        arrivals = [Arrival(one.update_id, ada.id, one.to_json()) for one in updates]
        await other_store.updates.add(arrivals, "a dead one", 10)
        await telegram.until(lambda: len(ada.answers) == 2)
    assert await states(store) == {"done": 2}
    assert len(ada.answers) == 2


async def test_an_answer_that_may_have_left_is_not_repeated(
    store: Store, worker: LocalWorker, telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    ada = telegram.user("Ada")
    ada.sends("/help")
    async with a_bot(store, worker, telegram) as bot:
        (update,) = [Update.de_json(one, bot.application.bot) for one in taken(telegram)]
        await store.updates.add([Arrival(update.update_id, ada.id, update.to_json())], "gone", 10)
        await store.updates.settle("gone", {update.update_id}, set(), set())
        await telegram.until(lambda: "may be lost" in caplog.text)
    assert ada.answers == []
    assert await states(store) == {"unknown": 1}


async def test_a_bot_that_slept_learns_it_before_it_answers(
    store: Store, other_store: Store, worker: LocalWorker, telegram: FakeTelegram
) -> None:
    ada = telegram.user("Ada", language_code="zh")
    ada.sends(f"/poem {WAITS}")
    async with a_bot(store, worker, telegram, patience=Patience(look=3600)) as sleeper:
        await sleeper.is_given(*taken(telegram))
        await telegram.until(worker.poet.waiting.is_set)
        assert (await other_store.updates.abandon(sleeper.inbox.owner)).again == 1
        assert len(await other_store.updates.take("another", 10)) == 1
        worker.poet.go_on.set()
        await sleeper.application.update_queue.join()
    assert ada.answers == [], "it is the other's to answer"
    assert await states(store) == {"claimed": 1}


async def test_who_polls_is_alone_and_does_not_wait_to_go_on(
    store: Store, worker: LocalWorker, telegram: FakeTelegram
) -> None:
    ada = telegram.user("Ada")
    ada.sends("/help")
    async with a_bot(store, worker, telegram, alone=True) as bot:
        await bot.is_given(*taken(telegram))
        await telegram.until(lambda: ada.answers)
    assert await states(store) == {"done": 1}


async def test_a_crowd_waits_in_the_store_and_not_in_memory(
    store: Store, worker: LocalWorker, telegram: FakeTelegram
) -> None:
    people = [telegram.user(f"Person {n}") for n in range(12)]
    for person in people:
        person.sends("/help")
    async with a_bot(store, worker, telegram, capacity=3) as bot:
        for update in taken(telegram):
            await bot.is_given(update)
            assert bot.inbox.in_hand <= 2 * 3, "what comes and what is looked for, at most"
        await telegram.until(lambda: all(person.answers for person in people))
    assert [len(person.answers) for person in people] == [1] * 12


async def test_what_two_bots_died_over_is_answered_one_after_the_other_without_a_pause(
    store: Store, worker: LocalWorker, telegram: FakeTelegram
) -> None:
    people = [telegram.user(f"Person {n}") for n in range(5)]
    for person in people:
        person.sends("/help")
    async with a_bot(store, worker, telegram, patience=Patience(look=3600)) as bot:
        for update in taken(telegram):
            one = Update.de_json(update, bot.application.bot)
            arrival = Arrival(one.update_id, update["message"]["chat"]["id"], one.to_json())
            await store.updates.add([arrival], "the first", 10)
        await store.updates.abandon("the first")
        assert len(await store.updates.take("the second", 10)) == 5
        await store.updates.abandon("the second")
        assert not any(person.answers for person in people), "the bot has looked before"
    async with a_bot(store, worker, telegram, patience=Patience(look=3600)):
        await telegram.until(lambda: all(person.answers for person in people))
    assert await states(store) == {"done": 5}


async def test_an_update_that_cannot_be_read_does_no_harm(
    store: Store, worker: LocalWorker, telegram: FakeTelegram
) -> None:
    ada = telegram.user("Ada")
    await store.updates.add([Arrival(1, ada.id, '{"update_id": 1, "message": 5}')], "gone", 0)
    ada.sends("/help")
    async with a_bot(store, worker, telegram) as bot:
        await bot.is_given(*taken(telegram))
        await telegram.until(lambda: ada.answers)
    assert await states(store) == {"done": 2}
