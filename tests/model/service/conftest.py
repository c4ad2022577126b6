"""A worker in this process: the real engine and app around the tests' poet, HTTP without a net."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import httpx
import pytest

from model.service.app import create_app
from model.service.engine import Engine
from model.service.pool import Pool
from model.service.settings import WorkerSettings
from tests.model.service.poet import TinyPoet

if TYPE_CHECKING:
    from model.poet import Poet


@dataclass(frozen=True)
class Worker:
    """What a test holds in its hands."""

    poet: TinyPoet
    engine: Engine
    filling: asyncio.Task[None]
    """Fills the pool, if the test asked for one."""
    http: httpx.AsyncClient

    async def metric(self, name: str) -> float:
        """The value of one sample, labels included in the name, as /metrics shows it; 0 if none."""
        text = (await self.http.get("/metrics")).text
        for line in text.splitlines():
            if line.startswith(name + " "):
                return float(line.rpartition(" ")[2])
        return 0.0


@pytest.fixture
async def start_worker() -> AsyncIterator[Callable[..., Worker]]:
    """Makes workers, not yet ready; ends them after the test."""
    workers: list[Worker] = []

    def start(
        *,
        key: str | None = None,
        poet: TinyPoet | None = None,
        pool_size: int = 0,
        pool_choice: int = 1,
        quota: int = 0,
        **engine: float,
    ) -> Worker:
        poet = poet or TinyPoet()
        made = Engine(lambda: cast("Poet", poet), **engine)  # type: ignore[arg-type]
        pool = Pool(pool_size, pool_choice, metrics=made.metrics, rest=0.0, retry_after=0.02)
        app = create_app(
            made, WorkerSettings(_env_file=None, worker_key=key, worker_quota=quota), pool
        )
        http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://worker")
        filling = asyncio.create_task(_fill(pool, made))
        workers.append(Worker(poet, made, filling, http))
        made.start()
        return workers[-1]

    yield start
    for worker in workers:
        worker.filling.cancel()
        await asyncio.gather(worker.filling, return_exceptions=True)
        worker.poet.go_on.set()
        await worker.engine.drain()
        await worker.http.aclose()
        assert worker.engine.join(5)


async def _fill(pool: Pool, engine: Engine) -> None:
    await asyncio.wrap_future(engine.loaded)
    await pool.fill(engine)


@pytest.fixture
async def worker(start_worker: Callable[..., Worker]) -> Worker:
    """A ready worker without a key; its poet has forgotten the verses of its warming up."""
    made = start_worker()
    await asyncio.wrap_future(made.engine.loaded)
    made.poet.seeds.clear()
    return made
