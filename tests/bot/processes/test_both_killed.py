"""`kill -9` of a bot and its worker together, as by a machine that loses its power: its own worker
and one apart, while they compose, post and rate."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest

from bot.store import Store
from tests.bot.process import Qibu, killed_at_once, running_qibu
from tests.bot.processes.conftest import KEY, PATIENCE, Until
from tests.model.service.poet import WAITS
from tests.telegram import FakeServer, FakeTelegram, User

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

_LISTENING = re.compile(r"listening on 127\.0\.0\.1, port (\d+)")
_WRITTEN = re.compile(r"^qibu_worker_running_verses ([1-9])", re.MULTILINE)


@dataclass(frozen=True)
class Both:
    """A bot and its worker."""

    bot: Qibu
    worker: Qibu | None
    """None: the bot's own child."""
    theme: str
    """Asks for verse that takes a while."""

    def killed(self) -> None:
        killed_at_once(self.bot, *([self.worker] if self.worker else []))

    def stopped(self) -> None:
        self.bot.told_to_stop()
        assert self.bot.ended() == 0

    def are_composing(self) -> bool:
        """Whether the worker writes verse."""
        *_, port = _LISTENING.findall((self.worker or self.bot).log) or [None]
        if port is None:
            return False
        try:
            metrics = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
        except httpx.TransportError:
            return False
        return bool(_WRITTEN.search(metrics))


Running = Callable[[], AbstractContextManager[Both]]


@pytest.fixture
def usual(telegram: FakeTelegram, server: FakeServer, database_url: str) -> dict[str, str]:
    return {
        "QIBU_TELEGRAM_TOKEN": telegram.token,
        "QIBU_TELEGRAM_API": server.url,
        "QIBU_DATABASE_URL": database_url,
    }


@pytest.fixture
def its_own(usual: dict[str, str], tmp_path: Path) -> Running:
    """`qibu run`: the poet that ships, as a child of the bot."""

    @contextlib.contextmanager
    def running() -> Iterator[Both]:
        with running_qibu(tmp_path, "run", QIBU_POOL_SIZE="0", **usual) as bot:
            yield Both(bot, None, "明月")

    return running


@pytest.fixture
def apart(usual: dict[str, str], tmp_path: Path, ports: list[int]) -> Running:
    """`qibu bot` and a worker with the tests' poet: what it has begun it ends in its second life
    only."""
    directory, url = tmp_path / "worker", f"http://127.0.0.1:{ports[1]}"
    directory.mkdir()
    arguments = ("--port", str(ports[1]))
    module, go_on = "tests.model.service.worker", directory / "go on"
    root = Path(__file__).parents[3]  # others call a package of theirs `tests`, too
    ours = {"QIBU_WORKER_KEY": KEY, "QIBU_TEST_GO_ON_AFTER": str(go_on), "PYTHONPATH": str(root)}

    @contextlib.contextmanager
    def running() -> Iterator[Both]:
        with running_qibu(directory, *arguments, module=module, **ours) as worker:
            _wait_until_ready(url, worker)
            where = {"QIBU_WORKER_URL": url, "QIBU_WORKER_KEY": KEY}
            with running_qibu(tmp_path, "bot", **usual, **where) as bot:
                yield Both(bot, worker, WAITS)
                go_on.touch()

    return running


@pytest.fixture(params=["its_own", "apart"])
def running(request: pytest.FixtureRequest) -> Running:
    found: Running = request.getfixturevalue(request.param)
    return found


def _wait_until_ready(url: str, worker: Qibu) -> None:
    patience = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/readyz", trust_env=False).status_code == 200:
                return
        assert worker.process.poll() is None, worker.log
        assert time.monotonic() < patience, "the worker does not become ready"
        time.sleep(0.05)


async def _settled(store: Store, number: int) -> dict[str, int]:
    """The states of the updates, once so many are done or given up."""
    async with asyncio.timeout(PATIENCE):
        while True:
            states = await store.updates.states()
            if states.get("done", 0) + states.get("unknown", 0) == number:
                return states
            await asyncio.sleep(0.2)


async def test_what_was_composed_is_composed_again(
    telegram: FakeTelegram, running: Running, store: Store, until: Until
) -> None:
    people = [telegram.user(f"Person {n}") for n in range(5)]
    with running() as both:
        for person in people:
            person.sends(f"/poem {both.theme}")
        await until(lambda: not telegram.updates.pending and both.are_composing())
        both.killed()
    before = await store.updates.states()
    assert before.get("done", 0) < len(people), "not all were answered yet"
    with running() as both:
        states = await _settled(store, len(people))
        both.stopped()
    answers = [len(person.answers) for person in people]
    assert max(answers) == 1
    assert sum(answers) >= len(people) - states.get("unknown", 0), "missing where it is marked"


async def test_a_crowd_whose_machine_fails_again_and_again(
    telegram: FakeTelegram, apart: Running, store: Store, until: Until
) -> None:
    people = [telegram.user(f"Person {n}") for n in range(12)]
    for turn in range(3):
        for person in people:
            person.sends("/poem")
        with apart() as both:
            enough = len(telegram.calls_of("sendMessage")) + 2 + 3 * turn
            await until(partial(_sent, telegram, enough))
            both.killed()
    with apart() as both:
        states = await _settled(store, 3 * len(people))
        both.stopped()
    answers = sum(len(person.answers) for person in people)
    assert states["done"] <= answers <= 3 * len(people), "none twice; missing where it is marked"


def _sent(telegram: FakeTelegram, number: int) -> bool:
    return len(telegram.calls_of("sendMessage")) >= number


@pytest.mark.parametrize("arrived", [False, True], ids=["lost on the way", "arrived"])
async def test_a_daily_poem_under_way_is_not_sent_again_and_marked(
    telegram: FakeTelegram, running: Running, store: Store, until: Until, arrived: bool
) -> None:
    ada = telegram.user("Ada")
    day = await _wants_a_daily_poem(store, ada)
    telegram.suffers("sendPhoto", "lose_answer" if arrived else "swallow")
    with running() as both:
        await until(lambda: telegram.calls_of("sendPhoto"))
        both.killed()
    with running() as both:
        ada.sends("/help")
        await until(lambda: len(ada.answers) == arrived + 1)
        both.stopped()
    assert len(telegram.calls_of("sendPhoto")) == 1
    now = datetime.now(UTC)
    await store.deliveries.recover(now, now)  # as a tick does some minutes later
    delivery = await store.deliveries.of(ada.id, day)
    assert delivery is not None
    assert delivery.state == "unknown"


async def test_a_daily_poem_that_was_still_composed_comes_once(
    telegram: FakeTelegram, its_own: Running, store: Store, until: Until
) -> None:
    ada = telegram.user("Ada")
    day = await _wants_a_daily_poem(store, ada)
    with its_own() as both:
        await until(both.are_composing)
        both.killed()
    assert not telegram.calls_of("sendPhoto")
    with its_own() as both:
        await until(lambda: ada.answers)
        both.stopped()
    assert len(telegram.calls_of("sendPhoto")) == len(ada.answers) == 1
    delivery = await store.deliveries.of(ada.id, day)
    assert delivery is not None
    assert delivery.state == "sent"


async def _wants_a_daily_poem(store: Store, person: User) -> date:
    """It is due at once; its date."""
    due = datetime.now(UTC) - timedelta(minutes=1)
    person.chat.started = True
    await store.chats.ensure(person.id, "private", "", zone="UTC")
    await store.chats.set_daily(person.id, due.time(), "UTC")
    return due.date()


async def test_a_rating_is_kept_once_and_its_thanks_come(
    telegram: FakeTelegram, running: Running, store: Store, until: Until
) -> None:
    ada = telegram.user("Ada")
    ada.sends("/poem")
    with running() as both:
        await until(lambda: ada.answers and ada.last_answer.keyboard)
        poem = ada.last_answer
        telegram.delivers_then_times_out("answerCallbackQuery")
        best = next(b.data for b in poem.buttons if b.data and b.data.endswith(":5"))
        click = ada.clicks(poem, best)
        await until(lambda: telegram.calls_of("answerCallbackQuery"))
        both.killed()
    with running() as both:
        again = ada.clicks(poem, best)
        await until(lambda: again.answered)
        both.stopped()
    assert click.answered
    assert (await store.ratings.summary(best.split(":")[1])).stars == (0, 0, 0, 0, 1)
    assert len(ada.answers) == 1
