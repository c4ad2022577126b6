"""What the worker promises under load and trouble, seen through its doors.

The poet's theme WAITS holds the compute thread until the test lets it go, so that what happens in
the queue meanwhile is no matter of luck.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import httpx
import pytest

from model.service.engine import Engine
from tests.model.service.conftest import Worker
from tests.model.service.poet import DEADLY, POISONED, WAITS, PatientPoet, TinyPoet

if TYPE_CHECKING:
    from model.poet import Poet

BLOCKER = 1
"""The seed of the request that occupies the poet."""


class SlowPoet(TinyPoet):
    """Needs a tenth of a second a verse, until it is told to go on."""

    def compose(self, form: Any, count: int = 1, **given: Any) -> Any:
        if given.get("theme") != WAITS:
            self.go_on.wait(0.1 * count)
        return super().compose(form, count, **given)


async def compose(worker: Worker, *, deadline_ms: int | None = None, **request: Any) -> Any:
    headers = {} if deadline_ms is None else {"Qibu-Deadline-Ms": str(deadline_ms)}
    return await worker.http.post("/v1/compose", json=request, headers=headers)


async def occupy(worker: Worker, **request: Any) -> asyncio.Task[httpx.Response]:
    """Returns when the poet is busy with a request that only `go_on` ends."""
    task = asyncio.create_task(compose(worker, theme=WAITS, seed=BLOCKER, **request))
    assert await asyncio.to_thread(worker.poet.waiting.wait, 5)
    return task


async def queue_holds(worker: Worker, verses: int) -> None:
    async with asyncio.timeout(5):
        while await worker.metric("qibu_worker_queue_verses") != verses:
            await asyncio.sleep(0.001)


async def ready(worker: Worker) -> Worker:
    await asyncio.wrap_future(worker.engine.loaded)
    worker.poet.seeds.clear()
    return worker


def problem_type(response: httpx.Response) -> str:
    return str(response.json()["type"]).removeprefix("urn:qibu:problem:")


async def test_full_is_counted_in_verses(start_worker: Callable[..., Worker]) -> None:
    worker = await ready(start_worker(capacity=64))
    blocker = await occupy(worker)
    waiting = [asyncio.create_task(compose(worker, count=count)) for count in (40, 20)]
    await queue_holds(worker, 60)

    refused = await compose(worker, count=5)
    assert (refused.status_code, problem_type(refused)) == (503, "busy")
    assert int(refused.headers["Retry-After"]) == refused.json()["retry_after"] >= 1
    fits = asyncio.create_task(compose(worker, count=4))
    await queue_holds(worker, 64)
    assert await worker.metric('qibu_worker_rejected_total{reason="busy"}') == 1

    worker.poet.go_on.set()
    answers = await asyncio.gather(blocker, *waiting, fits)
    assert [len(answer.json()["verses"]) for answer in answers] == [1, 40, 20, 4]
    await queue_holds(worker, 0)


async def test_retry_after_follows_the_measured_rate(start_worker: Callable[..., Worker]) -> None:
    """A poet that needs 0.1 s a verse, and 40 verses ahead, is worth another try in 4 s."""

    worker = await ready(start_worker(capacity=40, poet=SlowPoet()))
    blocker = await occupy(worker)
    waiting = asyncio.create_task(compose(worker, count=40))
    await queue_holds(worker, 40)
    refused = await compose(worker, count=39)
    assert 3 <= refused.json()["retry_after"] <= 30
    worker.poet.go_on.set()
    await asyncio.gather(blocker, waiting)


async def test_what_cannot_begin_in_time_is_refused_at_once(
    start_worker: Callable[..., Worker],
) -> None:
    """Better told to come back than kept waiting for nothing."""
    worker = await ready(start_worker(poet=SlowPoet()))
    blocker = await occupy(worker)
    waiting = [asyncio.create_task(compose(worker)) for _ in range(60)]
    await queue_holds(worker, 60)
    refused = await compose(worker, deadline_ms=2000)
    assert (refused.status_code, problem_type(refused)) == (503, "busy")
    assert refused.json()["retry_after"] >= 3
    patient = asyncio.create_task(compose(worker))
    await queue_holds(worker, 61)
    worker.poet.go_on.set()
    await asyncio.gather(blocker, *waiting, patient)


async def test_a_request_larger_than_the_queue_finds_room_alone(
    start_worker: Callable[..., Worker],
) -> None:
    worker = await ready(start_worker(capacity=8))
    assert (await compose(worker, count=64)).status_code == 200


async def test_expired_work_never_reaches_the_poet(worker: Worker) -> None:
    blocker = await occupy(worker)
    expired = await compose(worker, seed=2, count=3, deadline_ms=30)
    assert (expired.status_code, problem_type(expired)) == (504, "deadline-passed")
    await queue_holds(worker, 0)
    for past in (0, -5):
        assert (await compose(worker, seed=2, deadline_ms=past)).status_code == 504
    worker.poet.go_on.set()
    await blocker
    await compose(worker, seed=3)
    assert worker.poet.seeds == [BLOCKER, 3]
    assert await worker.metric("qibu_worker_expired_total") == 3


async def test_a_deadline_during_the_writing_is_kept(worker: Worker) -> None:
    late = await compose(worker, theme=WAITS, deadline_ms=30)
    assert late.status_code == 504
    worker.poet.go_on.set()
    assert (await compose(worker)).status_code == 200


async def test_a_deadline_that_is_no_number_names_its_header(worker: Worker) -> None:
    response = await worker.http.post("/v1/compose", json={}, headers={"Qibu-Deadline-Ms": "soon"})
    assert (response.status_code, response.json()["field"]) == (422, "Qibu-Deadline-Ms")


async def test_abandoned_work_never_reaches_the_poet(worker: Worker) -> None:
    blocker = await occupy(worker)
    abandoned = asyncio.create_task(compose(worker, seed=2, count=7))
    await queue_holds(worker, 7)
    abandoned.cancel()
    await queue_holds(worker, 0)
    worker.poet.go_on.set()
    await blocker
    await compose(worker, seed=3)
    assert worker.poet.seeds == [BLOCKER, 3]
    assert await worker.metric("qibu_worker_cancelled_total") == 1


async def test_a_poisoned_request_fails_alone(worker: Worker) -> None:
    blocker = await occupy(worker)
    poisoned = asyncio.create_task(compose(worker, theme=POISONED))
    others = [asyncio.create_task(compose(worker, seed=seed)) for seed in range(31)]
    worker.poet.go_on.set()
    assert (await poisoned).status_code == 500
    assert {response.status_code for response in await asyncio.gather(blocker, *others)} == {200}


async def test_the_same_seed_gives_the_same_verse_in_any_company(worker: Worker) -> None:
    alone = (await compose(worker, seed=11, count=3)).json()
    company = await asyncio.gather(*(compose(worker, seed=seed, count=3) for seed in range(20)))
    assert company[11].json() == alone


async def test_after_thousands_of_mixed_calls_nothing_is_left(worker: Worker) -> None:
    numbers = random.Random(5)

    async def call() -> None:
        kind = numbers.randrange(4)
        if kind == 0:
            await compose(worker, theme=POISONED)
        elif kind == 1:
            task = asyncio.create_task(compose(worker, count=numbers.randint(1, 8)))
            await asyncio.sleep(numbers.random() * 0.01)
            task.cancel()
            await asyncio.wait({task})
        elif kind == 2:
            await compose(worker, deadline_ms=numbers.randrange(10))
        else:
            await compose(worker, count=numbers.randint(1, 8))

    for _ in range(40):
        await asyncio.gather(*(call() for _ in range(50)))
    await queue_holds(worker, 0)
    assert await worker.metric("qibu_worker_running_verses") == 0
    assert (await compose(worker)).status_code == 200


async def test_live_is_not_ready(start_worker: Callable[..., Worker]) -> None:
    """The first verse of the warming up decides, not that the poet is there."""
    go_on = asyncio.Event()
    poet = TinyPoet()
    first, loop = poet.compose, asyncio.get_running_loop()

    def held_back(*given: Any, **named: Any) -> Any:
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(5)
        return first(*given, **named)

    poet.compose = held_back  # type: ignore[method-assign]
    worker = start_worker(poet=poet)
    assert (await worker.http.get("/healthz")).status_code == 200
    for refused in (
        await worker.http.get("/readyz"),
        await worker.http.get("/v1/model"),
        await compose(worker),
    ):
        assert (refused.status_code, problem_type(refused)) == (503, "not-ready")
        assert int(refused.headers["Retry-After"]) >= 1
    go_on.set()
    await ready(worker)
    assert (await worker.http.get("/readyz")).status_code == 200


async def test_whoever_waits_for_the_poet_finds_it_ready() -> None:
    engine = Engine(lambda: cast("Poet", TinyPoet()))
    found: list[bool] = []
    engine.loaded.add_done_callback(lambda _: found.append(engine.ready))
    engine.start()
    await asyncio.wrap_future(engine.loaded)
    await engine.drain()
    assert found == [True]


async def test_draining_finishes_what_was_accepted_and_takes_no_more(worker: Worker) -> None:
    blocker = await occupy(worker)
    waiting = [asyncio.create_task(compose(worker)) for _ in range(5)]
    await queue_holds(worker, 5)
    draining = asyncio.create_task(worker.engine.drain())
    await asyncio.sleep(0)

    refused = await compose(worker)
    assert (refused.status_code, problem_type(refused)) == (503, "not-ready")
    assert (await worker.http.get("/readyz")).status_code == 503
    assert (await worker.http.get("/healthz")).status_code == 200
    assert not draining.done()

    worker.poet.go_on.set()
    answers = await asyncio.gather(blocker, *waiting)
    assert {answer.status_code for answer in answers} == {200}
    await draining


async def test_a_dead_compute_thread_is_not_live_and_leaves_nobody_waiting(
    worker: Worker,
) -> None:
    blocker = await occupy(worker)
    deadly = asyncio.create_task(compose(worker, theme=DEADLY))
    behind = asyncio.create_task(compose(worker))
    await queue_holds(worker, 2)
    worker.poet.go_on.set()
    assert [(await task).status_code for task in (blocker, deadly, behind)] == [200, 500, 500]
    assert (await worker.http.get("/healthz")).status_code == 503
    assert (await worker.http.get("/readyz")).status_code == 503
    assert (await compose(worker)).status_code == 503
    assert await worker.metric("qibu_worker_ready") == 0
    assert await worker.metric("qibu_worker_queue_verses") == 0


async def test_a_stuck_compute_thread_is_not_live(start_worker: Callable[..., Worker]) -> None:
    worker = await ready(start_worker(stuck_after=0.05))
    blocker = await occupy(worker)
    async with asyncio.timeout(5):
        while (await worker.http.get("/healthz")).status_code == 200:
            await asyncio.sleep(0.01)
    worker.poet.go_on.set()
    await blocker
    assert (await worker.http.get("/healthz")).status_code == 200


class BusyPoet(TinyPoet):
    """Computes without a sign of progress until it is told to go on."""

    def compose(self, form: Any, count: int = 1, **given: Any) -> Any:
        if given.get("theme") == WAITS:
            self.prepare()
            self.waiting.set()
            while not self.go_on.is_set():
                hashlib.pbkdf2_hmac("sha256", b"", b"", 10_000)  # others have the interpreter
        return super().compose(form, count, **given)

    def prepare(self) -> None:
        """Called before."""


async def test_a_compute_thread_that_computes_without_an_end_is_not_live(
    start_worker: Callable[..., Worker],
) -> None:
    worker = await ready(start_worker(stuck_after=0.2, poet=BusyPoet()))
    blocker = await occupy(worker)
    async with asyncio.timeout(60):
        while (await worker.http.get("/healthz")).status_code == 200:
            await asyncio.sleep(0.01)
    worker.poet.go_on.set()
    await blocker


class StarvedPoet(BusyPoet):
    """Gives way to whatever else wants its core."""

    core = 0

    def prepare(self) -> None:
        os.sched_setaffinity(0, {self.core})  # of this thread alone
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


@pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="needs Linux")
async def test_a_compute_thread_that_is_kept_from_its_core_is_live(
    start_worker: Callable[..., Worker],
) -> None:
    poet = StarvedPoet()
    poet.core = min(os.sched_getaffinity(0))
    worker = await ready(start_worker(stuck_after=0.5, poet=poet))
    neighbour = await asyncio.create_subprocess_exec(sys.executable, "-c", "while True: pass")
    try:
        os.sched_setaffinity(neighbour.pid, {poet.core})
        blocker = await occupy(worker)
        for _ in range(30):
            assert (await worker.http.get("/healthz")).status_code == 200
            await asyncio.sleep(0.05)
    finally:
        neighbour.kill()
        await neighbour.wait()
    poet.go_on.set()
    await blocker


class SteadyPoet(PatientPoet):
    """Takes longer than a stuck one may, and is seen to get on."""

    def write(self, pieces: Any, progress: Callable[[], object]) -> Any:
        for _ in range(20):
            self.go_on.wait(0.05)
            progress()
        return super().write(pieces, progress)


async def test_a_compute_thread_that_gets_on_is_live_however_long_it_takes(
    start_worker: Callable[..., Worker],
) -> None:
    worker = await ready(start_worker(stuck_after=0.4, poet=SteadyPoet()))
    answer = asyncio.create_task(compose(worker))
    while not answer.done():
        assert (await worker.http.get("/healthz")).status_code == 200
        await asyncio.sleep(0.01)
    assert (await answer).status_code == 200


async def test_who_stops_waiting_for_the_poet_does_not_stop_the_poet() -> None:
    may_load = threading.Event()

    def load() -> Poet:
        may_load.wait(10)
        return cast("Poet", TinyPoet())

    engine = Engine(load)
    engine.start()
    impatient = asyncio.wrap_future(engine.loaded)
    impatient.cancel()
    await asyncio.sleep(0)
    may_load.set()
    await asyncio.wrap_future(engine.loaded)
    assert engine.ready
    await engine.drain()


async def test_a_poet_that_cannot_be_loaded_is_told(start_worker: Callable[..., Worker]) -> None:
    poet = TinyPoet()
    poet.forms = ()
    worker = start_worker(poet=poet)
    with pytest.raises(IndexError):
        await asyncio.wrap_future(worker.engine.loaded)
    assert (await worker.http.get("/healthz")).status_code == 503
