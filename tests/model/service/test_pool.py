"""What is composed ahead, and which requests it answers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from model.service.protocol import VersesAnswer
from model.verse import Form
from tests.model.service.conftest import Worker
from tests.model.service.poet import WAITS, TinyPoet

CLASSIC = "白日依山尽，黄河入海流。"


class GatedPoet(TinyPoet):
    """Writes a plain verse only when the test lets it, after those of its warming up."""

    def __init__(self) -> None:
        super().__init__((Form.COUPLET5,))
        self.gate = threading.Semaphore(1)
        self.begun = 0

    def compose(self, form: Form, count: int = 1, **given: Any) -> Any:
        if given.get("theme") is None:
            self.begun += 1
            assert self.gate.acquire(timeout=10)
        return super().compose(form, count, **given)


class FailingPoet(TinyPoet):
    """Cannot write while it is told to fail, once it has warmed up."""

    failing = False

    def compose(self, form: Form, count: int = 1, **given: Any) -> Any:
        if self.failing and given.get("theme") is None:
            raise RuntimeError("out of ink")
        return super().compose(form, count, **given)


async def compose(worker: Worker, **request: Any) -> list[Any]:
    response = await worker.http.post("/v1/compose", json=request)
    assert response.status_code == 200, response.text
    return VersesAnswer.model_validate(response.json()).verses


async def pool_holds(worker: Worker, verses: int, form: Form = Form.COUPLET5) -> None:
    async with asyncio.timeout(10):
        while await worker.metric(f'qibu_worker_pool_verses{{form="{form.value}"}}') != verses:
            await asyncio.sleep(0.001)


async def filled(worker: Worker, verses: int) -> Worker:
    """The worker, when its pool is full and its poet has forgotten what it wrote until then."""
    for form in worker.poet.forms:
        await pool_holds(worker, verses, form)
    worker.poet.seeds.clear()
    return worker


async def first_verse_begins(poet: GatedPoet) -> None:
    async with asyncio.timeout(5):
        while poet.begun < 2:
            await asyncio.sleep(0.001)


async def queue_holds(worker: Worker, verses: int) -> None:
    async with asyncio.timeout(5):
        while await worker.metric("qibu_worker_queue_verses") != verses:
            await asyncio.sleep(0.001)


async def counted(worker: Worker, what: str, form: Form = Form.COUPLET5) -> float:
    return await worker.metric(f'qibu_worker_pool_{what}_total{{form="{form.value}"}}')


async def test_an_idle_worker_fills_it_for_every_form_and_then_rests(
    start_worker: Callable[..., Worker],
) -> None:
    worker = start_worker(poet=TinyPoet(tuple(Form)), pool_size=3, pool_choice=2)
    for form in Form:
        await pool_holds(worker, 3, form)
        assert await counted(worker, "composed", form) == 6
    written = len(worker.poet.seeds)
    await asyncio.sleep(0.05)
    assert len(worker.poet.seeds) == written == 1 + 3 * 2 * len(Form)
    assert len(set(worker.poet.seeds)) == written


async def test_plain_requests_get_what_was_composed_ahead_once(
    start_worker: Callable[..., Worker],
) -> None:
    worker = await filled(start_worker(pool_size=8), 8)
    first = await compose(worker, count=3)
    second = await compose(worker, form="couplet5")
    texts = [verse.text for verse in first + second]
    assert len(set(texts)) == len(texts) == 4
    assert (await counted(worker, "hits"), await counted(worker, "misses")) == (2, 0)
    await filled(worker, 8)
    third = await compose(worker, count=8)
    assert not {verse.text for verse in third} & set(texts)


async def test_it_is_given_though_the_poet_is_busy(start_worker: Callable[..., Worker]) -> None:
    worker = await filled(start_worker(pool_size=2), 2)
    busy = asyncio.create_task(compose(worker, theme=WAITS))
    assert await asyncio.to_thread(worker.poet.waiting.wait, 5)
    assert len(await compose(worker, count=2)) == 2
    assert not busy.done()
    worker.poet.go_on.set()
    await busy


async def test_its_verses_come_again_with_their_own_seeds(
    start_worker: Callable[..., Worker],
) -> None:
    worker = await filled(start_worker(pool_size=4, pool_choice=3), 4)
    for verse in await compose(worker, count=4, form="couplet7"):
        again = await compose(worker, form="couplet7", seed=verse.seed)
        assert again == [verse]
        assert verse.seed in worker.poet.seeds


async def test_it_keeps_the_best_of_several(start_worker: Callable[..., Worker]) -> None:
    poet = TinyPoet((Form.COUPLET5,))
    worker = start_worker(poet=poet, pool_size=1, pool_choice=5)
    await pool_holds(worker, 1)
    tried = poet.seeds[1:]
    candidates = [poet.compose(Form.COUPLET5, seed=seed)[0].score for seed in tried]
    assert (len(candidates), len(set(candidates))) > (5, 1)
    assert (await compose(worker))[0].score == max(candidates)


@pytest.mark.parametrize(
    "wish",
    [
        {"seed": 5},
        {"theme": "春"},
        {"acrostic": "春江"},
        {"temperature": 0.5},
        {"near": {"verse": CLASSIC}},
    ],
)
async def test_a_seed_or_a_wish_goes_to_the_poet(
    start_worker: Callable[..., Worker], wish: dict[str, Any]
) -> None:
    worker = await filled(start_worker(pool_size=2), 2)
    await compose(worker, **wish)
    assert len(worker.poet.seeds) == 1
    assert (await counted(worker, "hits"), await counted(worker, "misses")) == (0, 0)
    await pool_holds(worker, 2)


async def test_nothing_said_is_said_with_null(start_worker: Callable[..., Worker]) -> None:
    worker = await filled(start_worker(pool_size=2), 2)
    await compose(worker, seed=None, theme=None, near=None)
    assert await counted(worker, "hits") == 1


async def test_what_it_lacks_is_composed_now(start_worker: Callable[..., Worker]) -> None:
    worker = await filled(start_worker(pool_size=2), 2)
    assert len(await compose(worker, count=3)) == 3
    assert len(worker.poet.seeds) == 1
    assert (await counted(worker, "hits"), await counted(worker, "misses")) == (0, 1)
    refused = await worker.http.post("/v1/compose", json={"form": "jueju7"})
    assert refused.json()["type"] == "urn:qibu:problem:unsupported-form"


async def test_a_request_goes_first(start_worker: Callable[..., Worker]) -> None:
    """It waits for the verse that is being written, and for no other."""
    poet = GatedPoet()
    worker = start_worker(poet=poet, pool_size=4, pool_choice=2)
    await first_verse_begins(poet)
    requests = []
    for waiting, theme in enumerate("春江花", start=1):  # one by one: each has its own connection
        requests.append(asyncio.create_task(compose(worker, theme=theme)))
        await queue_holds(worker, waiting)
    assert await worker.metric("qibu_worker_running_verses") == 0
    poet.gate.release()
    await asyncio.gather(*requests)
    assert [asked["theme"] for asked in poet.asked] == [None, None, "春", "江", "花"]
    poet.gate.release(100)
    await pool_holds(worker, 4)


async def test_it_takes_no_room_in_the_queue(start_worker: Callable[..., Worker]) -> None:
    poet = GatedPoet()
    worker = start_worker(poet=poet, pool_size=4, capacity=4)
    await first_verse_begins(poet)
    requests = [asyncio.create_task(compose(worker, theme="春", count=2)) for _ in range(2)]
    await queue_holds(worker, 4)
    refused = await worker.http.post("/v1/compose", json={"theme": "春"})
    assert (refused.status_code, refused.json()["type"]) == (503, "urn:qibu:problem:busy")
    poet.gate.release(100)
    await asyncio.gather(*requests)


async def test_zero_turns_it_off(start_worker: Callable[..., Worker]) -> None:
    worker = start_worker(pool_size=0)
    await asyncio.wait_for(worker.filling, 5)
    worker.poet.seeds.clear()
    await compose(worker)
    assert len(worker.poet.seeds) == 1
    assert (await counted(worker, "hits"), await counted(worker, "misses")) == (0, 0)


async def test_a_failure_is_told_once_and_harms_nobody(
    start_worker: Callable[..., Worker], caplog: pytest.LogCaptureFixture
) -> None:
    poet = FailingPoet()
    poet.failing = False
    worker = await filled(start_worker(poet=poet, pool_size=2), 2)
    poet.failing = True
    await compose(worker, count=2)
    await asyncio.sleep(0.2)
    told = [record for record in caplog.records if record.name == "model.service.pool"]
    assert len(told) == 1
    assert told[0].exc_info
    assert (await worker.http.get("/healthz")).status_code == 200
    assert await compose(worker, theme="春")
    poet.failing = False
    await pool_holds(worker, 2)


async def test_it_gives_nothing_too_early_or_too_late(start_worker: Callable[..., Worker]) -> None:
    worker = await filled(start_worker(pool_size=2), 2)

    async def status(deadline_ms: str) -> httpx.Response:
        return await worker.http.post(
            "/v1/compose", json={}, headers={"Qibu-Deadline-Ms": deadline_ms}
        )

    assert (await status("0")).status_code == 504
    await worker.engine.drain()
    refused = await status("1000")
    assert (refused.status_code, refused.json()["type"]) == (503, "urn:qibu:problem:not-ready")


async def test_draining_does_not_wait_for_what_nobody_asked_for(
    start_worker: Callable[..., Worker],
) -> None:
    poet = GatedPoet()
    worker = start_worker(poet=poet, pool_size=100)
    await first_verse_begins(poet)
    await asyncio.wait_for(worker.engine.drain(), 5)
    assert not worker.engine.join(0)
    poet.gate.release()
    assert await asyncio.to_thread(worker.engine.join, 5)
    await asyncio.wait_for(worker.filling, 5)
    assert poet.begun == 2


async def test_draining_waits_for_a_request_behind_it(start_worker: Callable[..., Worker]) -> None:
    poet = GatedPoet()
    worker = start_worker(poet=poet, pool_size=100)
    await first_verse_begins(poet)
    request = asyncio.create_task(compose(worker, theme="春"))
    await queue_holds(worker, 1)
    draining = asyncio.create_task(worker.engine.drain())
    await asyncio.sleep(0.01)
    assert not draining.done()
    poet.gate.release()
    assert await request
    await asyncio.wait_for(draining, 5)
    assert poet.begun == 2


async def test_a_pool_that_is_cancelled_leaves_nothing_waiting(
    start_worker: Callable[..., Worker],
) -> None:
    poet = GatedPoet()
    worker = start_worker(poet=poet, pool_size=100)
    await first_verse_begins(poet)
    worker.filling.cancel()
    await asyncio.gather(worker.filling, return_exceptions=True)
    poet.gate.release(100)
    assert await compose(worker, theme="春")
    assert poet.begun == 2
