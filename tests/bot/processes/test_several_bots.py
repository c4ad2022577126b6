"""Several bots of one token on one database, as processes behind one webhook."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

import pytest

from bot.store import Store
from tests.bot.process import Qibu, running_qibu
from tests.bot.processes.conftest import BALANCED, Until
from tests.telegram import FakeServer, FakeTelegram, User

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
SECRET = "a-secret-of-the-webhook"


class Start(Protocol):
    def __call__(self, number: int, **settings: str) -> AbstractContextManager[Qibu]: ...


@pytest.fixture
def start(settings: dict[str, str], tmp_path: Path, ports: list[int]) -> Start:
    def start(number: int, **others: str) -> AbstractContextManager[Qibu]:
        directory = tmp_path / f"bot {number}"
        directory.mkdir(exist_ok=True)
        webhook = {
            "QIBU_MODE": "webhook",
            "QIBU_WEBHOOK_URL": f"{BALANCED}/telegram",
            "QIBU_WEBHOOK_SECRET": SECRET,
            "QIBU_WEBHOOK_LISTEN": f"127.0.0.1:{ports[number]}",
        }
        return running_qibu(directory, "bot", **settings | webhook | others)

    return start


def _has_answers(person: User, number: int) -> bool:
    return len(person.answers) == number


async def test_they_share_the_work_and_one_is_killed(
    telegram: FakeTelegram, server: FakeServer, start: Start, store: Store, until: Until
) -> None:
    people = [telegram.user(f"Person {n}") for n in range(8)]
    asked = ["/start", "/help", "/privacy", "/top"]
    server.loses_acknowledgements = 5
    with start(0) as one, start(1) as other:
        await until(lambda: "listening" in one.log and "listening" in other.log)
        for words in asked:
            for person in people:
                person.sends(words)
        await until(lambda: all(len(person.answers) == 4 for person in people))
        one.killed()
        for person in people:
            person.sends("/help")
        await until(lambda: all(len(person.answers) == 5 for person in people))
        other.told_to_stop()
        assert other.ended() == 0
    assert not telegram.updates.pending
    assert {len(person.answers) for person in people} == {5}
    orders = {tuple(answer.text for answer in person.answers[1:4]) for person in people}
    assert len(orders) == 1, "everybody was answered in the order they asked"
    states = await store.updates.states()
    assert states["done"] + states.get("unknown", 0) == 8 * 5
    assert states.get("unknown", 0) <= 8, "answered, and not noted before the kill"
    assert SECRET not in one.log + other.log


async def test_one_poem_of_the_day_comes_to_each_chat(
    telegram: FakeTelegram, start: Start, store: Store, until: Until
) -> None:
    people = [telegram.user(f"Person {n}") for n in range(6)]
    with start(0) as one:
        for person in people:
            person.sends("/help")
        await until(lambda: all(person.answers for person in people))
        one.told_to_stop()
        assert one.ended() == 0
    a_minute_ago = (datetime.now(UTC) - timedelta(minutes=1)).time()
    for person in people:
        await store.chats.set_daily(person.id, a_minute_ago, "UTC")
    with start(0) as one, start(1) as other:
        await until(lambda: all(len(person.answers) > 1 for person in people))
        for bot in (one, other):
            bot.told_to_stop()
        assert [one.ended(), other.ended()] == [0, 0]
    assert [len(person.answers) for person in people] == [2] * 6


async def test_from_polling_to_webhook_and_back_nothing_is_lost_or_answered_twice(
    telegram: FakeTelegram, start: Start, store: Store, until: Until
) -> None:
    ada = telegram.user("Ada")
    asked = 0
    for mode in ("polling", "webhook", "polling", "webhook"):
        ada.sends("/help")  # while nobody is there
        with start(0, QIBU_MODE=mode) as bot:
            for words in ("/top", "/privacy"):
                asked += 1
                await until(partial(_has_answers, ada, asked))
                ada.sends(words)
            # What it has not taken when it leaves waits for the next, which takes it otherwise.
            bot.told_to_stop()
            assert bot.ended() == 0
        asked += 1
    with start(0) as bot:
        await until(lambda: len(ada.answers) == asked)
        bot.told_to_stop()
        assert bot.ended() == 0
    assert not telegram.updates.pending
    assert len(ada.answers) == asked
    assert await store.updates.states() == {"done": asked}
