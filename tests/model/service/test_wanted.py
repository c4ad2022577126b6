"""That work stops between verses when nobody waits for it any more."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING

import pytest

from model.service.errors import DeadlinePassed
from model.service.queue import Wanted, Work
from tests.model.service.conftest import Worker
from tests.model.service.poet import LONG

if TYPE_CHECKING:
    from model.poet import Poet


class Gone(Exception):
    """What the work raises when it stops; nobody ever sees it."""


class LongWork:
    """Many verses of a hundredth of a second."""

    verses = 500

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.ended = threading.Event()
        self.written = 0

    def __call__(self, _poet: Poet, wanted: Wanted) -> None:
        self.begun.set()
        try:
            while self.written < self.verses:
                if not wanted():
                    raise Gone
                time.sleep(0.01)
                self.written += 1
        finally:
            self.ended.set()


async def test_a_deadline_that_passes_ends_it(worker: Worker) -> None:
    long = LongWork()
    with pytest.raises(DeadlinePassed):
        await worker.engine.run(Work(500, long), deadline=time.monotonic() + 0.5)
    assert await asyncio.to_thread(long.ended.wait, 5)
    assert 0 < long.written < 200
    assert await worker.metric("qibu_worker_expired_total") == 1


async def test_a_caller_that_leaves_ends_it(worker: Worker) -> None:
    long = LongWork()
    asking = asyncio.create_task(worker.engine.run(Work(500, long), deadline=time.monotonic() + 60))
    assert await asyncio.to_thread(long.begun.wait, 5)
    asking.cancel()
    assert await asyncio.to_thread(long.ended.wait, 5)
    assert long.written < 200
    assert await worker.metric("qibu_worker_cancelled_total") == 1
    assert (await worker.http.post("/v1/compose", json={})).status_code == 200


async def test_a_request_for_many_verses_ends_with_its_deadline(worker: Worker) -> None:
    late = await worker.http.post(
        "/v1/compose", json={"theme": LONG, "count": 64}, headers={"Qibu-Deadline-Ms": "500"}
    )
    assert late.status_code == 504
    assert (await worker.http.post("/v1/compose", json={"seed": 1})).status_code == 200
    assert worker.poet.written < 40
