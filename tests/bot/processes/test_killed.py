"""`kill -9` of a running bot at each point of an answer and of a rating, and of a migration at any
statement: what was acknowledged is not lost, nothing comes twice, the uncertain is marked so."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from bot.store import Store, migrate
from tests.bot.databases import blank_database, new_poem
from tests.bot.processes.conftest import PATIENCE, Start, Until
from tests.bot.worker import LocalWorker
from tests.model.service.poet import WAITS
from tests.telegram import FakeTelegram, User

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

UNDER_WAY = {"waiting", "claimed", "sending"}


async def test_while_a_verse_is_composed_it_is_composed_again(
    telegram: FakeTelegram, start: Start, worker: LocalWorker, store: Store, until: Until
) -> None:
    ada, li = telegram.user("Ada", language_code="zh"), telegram.user("李", language_code="zh")
    with start() as qibu:
        ada.sends(f"/poem {WAITS}")
        await until(worker.poet.waiting.is_set)
        li.sends("/help")
        await until(lambda: li.answers)
        assert not [u for u in telegram.updates.pending if "poem" in str(u)], "acknowledged"
        qibu.killed()
    worker.poet.go_on.set()
    with start() as qibu:
        await until(lambda: ada.answers)
        ada.sends("/help")
        await until(lambda: len(ada.answers) == 2)
        qibu.told_to_stop()
        assert qibu.ended() == 0
    assert len(ada.answers) == 2
    assert len(li.answers) == 1
    states = await store.updates.states()
    assert states["done"] + states.get("unknown", 0) == 3
    assert states.get("unknown", 0) <= 1, "li was answered just before the kill"


async def test_when_the_answer_has_left_it_is_not_sent_again_and_marked(
    telegram: FakeTelegram, start: Start, store: Store, until: Until
) -> None:
    ada = telegram.user("Ada")
    telegram.delivers_then_times_out("sendMessage")
    ada.sends("/help")
    with start() as qibu:
        await until(lambda: ada.answers)
        qibu.killed()
    with start() as qibu:
        ada.sends("/privacy")
        await until(lambda: len(ada.answers) == 2)
        qibu.told_to_stop()
        assert qibu.ended() == 0
    assert "may be lost" in qibu.log
    states = await store.updates.states()
    assert states["unknown"] == 1
    assert len(ada.answers) == 2


@pytest.mark.parametrize("point", ["answerCallbackQuery", "editMessageReplyMarkup"])
async def test_a_rating_is_kept_once_and_its_thanks_come(
    telegram: FakeTelegram, start: Start, store: Store, point: str, until: Until
) -> None:
    ada = telegram.user("Ada")
    ada.sends("/poem")
    with start() as qibu:
        poem = (await until(lambda: ada.answers))[-1]
        telegram.delivers_then_times_out(point)
        best = next(b.data for b in poem.buttons if b.data and b.data.endswith(":5"))
        click = ada.clicks(poem, best)
        await until(lambda: telegram.calls_of(point))
        qibu.killed()
    with start() as qibu:
        again = ada.clicks(poem, best)
        await until(lambda: again.answered)
        qibu.told_to_stop()
        assert qibu.ended() == 0
    assert click.answered
    assert best is not None
    assert (await store.ratings.summary(best.split(":")[1])).stars == (0, 0, 0, 0, 1)
    assert len(ada.answers) == 1


def _have_answers(people: list[User], number: int) -> bool:
    return sum(len(person.answers) for person in people) >= number


async def _settled(store: Store, number: int) -> dict[str, int]:
    """The states of so many updates, once nobody has anything to do with them."""
    async with asyncio.timeout(PATIENCE):
        while True:
            states = await store.updates.states()
            if sum(states.values()) == number and UNDER_WAY.isdisjoint(states):
                return states
            await asyncio.sleep(0.1)


async def test_a_crowd_killed_again_and_again_gets_every_answer_once_or_is_marked(
    telegram: FakeTelegram, start: Start, store: Store, until: Until
) -> None:
    """At whatever point of a hundred answers each kill comes."""
    people = [telegram.user(f"Person {n}") for n in range(20)]
    for turn in range(4):
        for person in people:
            person.sends("/help" if turn % 2 else "/privacy")
        before = sum(len(person.answers) for person in people)
        with start() as qibu:
            enough = before + 3 + 4 * turn
            await until(partial(_have_answers, people, enough))
            qibu.killed()
    with start() as qibu:
        for person in people:
            person.sends("/top")
        states = await _settled(store, 100)
        qibu.told_to_stop()
        assert qibu.ended() == 0
    assert await store.updates.states() == states
    answers = sum(len(person.answers) for person in people)
    assert set(states) <= {"done", "unknown"}
    assert states["done"] <= answers <= 100, "no answer twice; missing at most where it is marked"


VICTIM = """
import asyncio, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from bot.store import migrate

left = int(sys.argv[2])

@event.listens_for(Engine, "before_cursor_execute")
def count(*_):
    global left
    left -= 1
    if left == 0:
        print("here", flush=True)
        while True:
            pass

asyncio.run(migrate.upgrade(sys.argv[1]))
print("done", flush=True)
"""


@pytest.fixture
async def old_url(tmp_path: Path) -> AsyncIterator[str]:
    """A database at the first version, with a poem in it."""
    async with blank_database(tmp_path) as url:
        await migrate.upgrade(url)
        store = Store.open(url)
        await store.poems.add(new_poem())
        await store.close()
        await migrate.downgrade(url, migrate.revisions()[0])
        yield url


async def test_a_migration_killed_at_any_statement_has_not_happened(old_url: str) -> None:
    first = migrate.revisions()[0]
    killed = 0
    for statement in range(3, 1000, 8):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", VICTIM, old_url, str(statement), stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        said = await process.stdout.readline()
        if said == b"done\n":
            assert await process.wait() == 0
            break
        assert said == b"here\n"
        process.kill()
        assert await process.wait() == -signal.SIGKILL
        assert await migrate.current(old_url) == first
        killed += 1
    assert killed > 3, "it was killed at many points"
    assert await migrate.drift(old_url) == []
    assert await migrate.current(old_url) == migrate.head()
