"""That long work is done in turns: others get in between, batches are shared, and what nobody waits
for any more ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from model.verse import Form
from tests.model.service.conftest import Worker
from tests.model.service.poet import LONG, POISONED, WAITS, PatientPoet
from tests.model.service.test_engine import queue_holds

BLOCKER = 1


@pytest.fixture
async def start(start_worker: Callable[..., Worker]) -> Callable[..., Any]:
    async def ready(rows: int = 1, **engine: float) -> tuple[Worker, PatientPoet]:
        poet = PatientPoet(rows)
        worker = start_worker(poet=poet, **engine)
        await asyncio.wrap_future(worker.engine.loaded)
        poet.seeds.clear()
        return worker, poet

    return ready


async def compose(worker: Worker, *, user: str | None = None, **request: Any) -> httpx.Response:
    headers = {"Qibu-User": user} if user else {}
    return await worker.http.post("/v1/compose", json=request, headers=headers)


async def occupied(worker: Worker) -> asyncio.Task[httpx.Response]:
    task = asyncio.create_task(compose(worker, theme=WAITS, seed=BLOCKER))
    assert await asyncio.to_thread(worker.poet.waiting.wait, 5)
    return task


async def waiting(worker: Worker, requests: list[dict[str, Any]]) -> list[Any]:
    """The requests, admitted one after the other."""
    tasks, verses = [], 0
    for request in requests:
        tasks.append(asyncio.create_task(compose(worker, **request)))
        verses += request.get("count", 1)
        await queue_holds(worker, verses)
    return tasks


def themes(poet: PatientPoet) -> str:
    """What was written, in order, a character a verse."""
    return "".join(piece.theme for batch in poet.batches for piece in batch)


async def test_a_request_for_many_verses_lets_others_in_between(start: Callable[..., Any]) -> None:
    worker, poet = await start()
    blocker = await occupied(worker)
    tasks = await waiting(
        worker, [{"theme": "春", "count": 64}, {"theme": "夏"}, {"theme": "秋", "count": 2}]
    )
    poet.go_on.set()
    answers = await asyncio.gather(blocker, *tasks)
    assert themes(poet) == WAITS + "春夏秋" + "春秋" + "春" * 62
    assert [len(answer.json()["verses"]) for answer in answers] == [1, 64, 1, 2]


async def test_callers_have_turns_however_many_requests_they_make(
    start: Callable[..., Any],
) -> None:
    worker, poet = await start()
    blocker = await occupied(worker)
    many = [{"theme": "春", "user": "eager", "count": 2} for _ in range(4)]
    tasks = await waiting(worker, [*many, {"theme": "夏", "user": "modest", "count": 3}])
    poet.go_on.set()
    await asyncio.gather(blocker, *tasks)
    assert themes(poet) == WAITS + "春夏春夏春夏春春春春春"


async def test_who_comes_later_does_not_have_all_turns(start: Callable[..., Any]) -> None:
    worker, poet = await start()
    first = asyncio.create_task(compose(worker, theme=LONG, count=20, user="early"))
    while poet.written < 8:
        await asyncio.sleep(0.001)
    blocked = len(themes(poet))
    second = asyncio.create_task(compose(worker, theme="春", count=20, user="late"))
    await asyncio.gather(first, second)
    later = themes(poet)[blocked:]
    assert "春春春" not in later[: later.rindex(LONG)]


async def test_requests_share_batches_of_their_form(start: Callable[..., Any]) -> None:
    worker, poet = await start(rows=8)
    blocker = await occupied(worker)
    forms = [Form.COUPLET5, Form.JUEJU7]
    requests: list[dict[str, Any]] = [
        {"form": forms[i % 2], "count": 3, "seed": i} for i in range(2, 8)
    ]
    tasks = await waiting(worker, requests)
    poet.go_on.set()
    answers = [task.json() for task in await asyncio.gather(*tasks)]
    await blocker
    batches = [(batch[0].form, len(batch)) for batch in poet.batches[1:]]
    assert sorted(size for form, size in batches if form is Form.JUEJU7) == [1, 8]
    assert sum(size for _, size in batches) == 18
    assert await worker.metric("qibu_worker_batch_verses_count") == len(poet.batches)
    for request, answer in zip(requests, answers, strict=True):
        assert (await compose(worker, **request)).json() == answer


async def test_a_poisoned_verse_in_a_batch_of_32_fails_alone(start: Callable[..., Any]) -> None:
    worker, poet = await start(rows=32)
    blocker = await occupied(worker)
    requests = [{"theme": POISONED if i == 17 else "春"} for i in range(32)]
    tasks = await waiting(worker, requests)
    poet.go_on.set()
    answers = await asyncio.gather(*tasks)
    await blocker
    assert len(poet.batches[1]) == 32
    statuses = [answer.status_code for answer in answers]
    assert statuses == [500 if i == 17 else 200 for i in range(32)]


async def test_what_waits_is_counted_while_a_long_request_goes_on(
    start: Callable[..., Any],
) -> None:
    worker, poet = await start()
    long = asyncio.create_task(compose(worker, theme=WAITS, count=5))
    assert await asyncio.to_thread(poet.waiting.wait, 5)
    assert await worker.metric("qibu_worker_queue_verses") == 4
    assert await worker.metric("qibu_worker_running_verses") == 1
    poet.go_on.set()
    assert (await long).status_code == 200
    await queue_holds(worker, 0)


async def test_a_deadline_that_passes_ends_it(start: Callable[..., Any]) -> None:
    worker, poet = await start()
    late = await worker.http.post(
        "/v1/compose", json={"theme": LONG, "count": 64}, headers={"Qibu-Deadline-Ms": "500"}
    )
    assert late.status_code == 504
    assert (await compose(worker, seed=1)).status_code == 200
    assert 0 < poet.written < 40
    assert await worker.metric("qibu_worker_expired_total") == 1


async def test_a_caller_that_leaves_ends_it(start: Callable[..., Any]) -> None:
    worker, poet = await start()
    asking = asyncio.create_task(compose(worker, theme=LONG, count=64))
    while poet.written < 3:
        await asyncio.sleep(0.001)
    asking.cancel()
    await asyncio.wait({asking})
    written = poet.written
    assert (await compose(worker, seed=1)).status_code == 200
    assert poet.written <= written + 2 < 60
    assert await worker.metric("qibu_worker_cancelled_total") == 1
    assert await worker.metric("qibu_worker_queue_verses") == 0


async def test_what_can_begin_in_between_is_not_refused(start: Callable[..., Any]) -> None:
    """The time that a long request takes is not what a short one behind it waits."""
    worker, _ = await start()
    await compose(worker, theme=LONG, count=4)  # a twentieth of a second a verse
    long = asyncio.create_task(compose(worker, theme=LONG, count=64))
    await asyncio.sleep(0.1)
    begun = time.monotonic()
    short = await worker.http.post(
        "/v1/compose", json={"theme": "春"}, headers={"Qibu-Deadline-Ms": "2000"}
    )
    assert short.status_code == 200
    assert not long.done(), f"after {time.monotonic() - begun:.1f} s"
    long.cancel()
