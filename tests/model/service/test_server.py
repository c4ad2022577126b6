"""The life of a worker process: how it comes up, how it leaves."""

from __future__ import annotations

import asyncio
import random
import signal
import socket
from asyncio.subprocess import DEVNULL
from pathlib import Path

import httpx
import pytest

from model.service.server import CannotListen, serve
from model.service.settings import WorkerSettings
from tests.model.service.poet import POISONED, WAITS
from tests.model.service.process import WorkerProcess, worker_process
from tests.promptness import kept_and_fresh


def settings(key: str | None = None) -> WorkerSettings:
    return WorkerSettings(_env_file=None, worker_key=key)


async def compose(worker: WorkerProcess, theme: str) -> httpx.Response:
    return await worker.http.post("/v1/compose", json={"theme": theme})


async def compose_plainly(worker: WorkerProcess) -> int:
    """How many requests were answered with what was composed ahead, after one more."""
    assert (await worker.http.post("/v1/compose", json={})).status_code == 200
    return int(await worker.number('qibu_worker_pool_hits_total{form="couplet5"}'))


async def test_it_is_live_while_it_loads_and_ready_after(tmp_path: Path) -> None:
    signal_file = tmp_path / "load"
    async with worker_process(environment={"QIBU_TEST_LOAD_AFTER": str(signal_file)}) as worker:
        await worker.comes_to("/healthz", 200)
        assert await worker.status("/readyz") == 503
        signal_file.touch()
        await worker.comes_to("/readyz", 200)


async def test_an_answer_on_a_kept_connection_does_not_wait_for_a_receipt() -> None:
    async with worker_process() as worker:
        await worker.comes_to("/readyz", 200)
        kept, fresh = await kept_and_fresh(f"{worker.http.base_url}/v1/model")
    assert kept < 3 * fresh


async def test_sigterm_loses_nothing_that_was_accepted(tmp_path: Path) -> None:
    go_on = tmp_path / "go on"
    async with worker_process(environment={"QIBU_TEST_GO_ON_AFTER": str(go_on)}) as worker:
        await worker.comes_to("/readyz", 200)
        accepted = [asyncio.create_task(compose(worker, WAITS)) for _ in range(30)]
        await worker.accepts(30)
        worker.process.send_signal(signal.SIGTERM)
        await worker.comes_to("/readyz", 503)
        late = await compose(worker, WAITS)
        assert late.status_code == 503
        assert late.json()["type"] == "urn:qibu:problem:not-ready"
        assert not any(task.done() for task in accepted)
        go_on.touch()
        assert {answer.status_code for answer in await asyncio.gather(*accepted)} == {200}
        assert await worker.ends() == 0


async def test_a_second_signal_forces_the_end() -> None:
    async with worker_process() as worker:
        await worker.comes_to("/readyz", 200)
        lost = asyncio.create_task(compose(worker, WAITS))
        await asyncio.sleep(0.1)
        worker.process.send_signal(signal.SIGTERM)
        await worker.comes_to("/readyz", 503)
        worker.process.send_signal(signal.SIGTERM)
        assert await worker.ends() == 128 + signal.SIGTERM
        with pytest.raises(httpx.TransportError):
            await lost


async def test_a_burst_is_refused_while_the_poet_is_busy_and_leaves_nothing_behind(
    tmp_path: Path,
) -> None:
    """Refusals do not wait for the poet; and what was refused takes no room afterwards."""
    go_on = tmp_path / "go on"
    async with worker_process(environment={"QIBU_TEST_GO_ON_AFTER": str(go_on)}) as worker:
        await worker.comes_to("/readyz", 200)
        busy = asyncio.create_task(compose(worker, WAITS))
        await worker.accepts(1)

        async def ask() -> httpx.Response:
            return await worker.http.post("/v1/compose", json={"theme": "春", "count": 8})

        burst = [asyncio.create_task(ask()) for _ in range(100)]
        refused: list[httpx.Response] = []
        async with asyncio.timeout(60):
            while len(refused) < 100 - 256 // 8:
                refused = [task.result() for task in burst if task.done()]
                await asyncio.sleep(0.01)
        assert {answer.status_code for answer in refused} == {503}
        assert all(int(answer.headers["Retry-After"]) >= 1 for answer in refused)
        assert not busy.done()
        go_on.touch()
        statuses = [answer.status_code for answer in await asyncio.gather(busy, *burst)]
        assert (statuses.count(200), statuses.count(503)) == (33, 68)
        assert (await ask()).status_code == 200
        assert await worker.number("qibu_worker_queue_verses") == 0


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_ten_thousand_mixed_calls_leave_nothing_in_the_queue_and_no_memory() -> None:
    chance = random.Random(7)

    async def call(worker: WorkerProcess, kept: httpx.AsyncClient) -> None:
        kind = chance.randrange(5)
        asked = {"count": chance.randint(1, 8), "theme": POISONED if kind == 0 else "春"}
        headers = {"Qibu-User": str(chance.randrange(10**9))}
        if kind == 1:
            headers["Qibu-Deadline-Ms"] = str(chance.randrange(5))
        asking = asyncio.create_task(kept.post("/v1/compose", json=asked, headers=headers))
        if kind == 2:
            await asyncio.sleep(chance.random() * 0.005)
            asking.cancel()
        await asyncio.wait({asking})

    async with worker_process(environment={"QIBU_POOL_SIZE": "0"}, log=DEVNULL) as worker:
        await worker.comes_to("/readyz", 200)
        url = worker.http.base_url
        memory = []
        async with httpx.AsyncClient(base_url=url, timeout=60) as kept:
            for _ in range(10):
                for _ in range(50):
                    await asyncio.gather(*(call(worker, kept) for _ in range(20)))
                memory.append(await worker.number("qibu_worker_process_resident_memory_bytes"))
        async with asyncio.timeout(10):
            while await worker.number("qibu_worker_queue_verses"):
                await asyncio.sleep(0.05)
        assert await worker.number("qibu_worker_running_verses") == 0
        assert memory[-1] - memory[1] < 8 << 20, memory
        assert await worker.status("/readyz") == 200


async def test_sigterm_ends_it_while_it_loads(tmp_path: Path) -> None:
    environment = {"QIBU_TEST_LOAD_AFTER": str(tmp_path / "never")}
    async with worker_process(environment=environment) as worker:
        await worker.comes_to("/healthz", 200)
        worker.process.send_signal(signal.SIGTERM)
        assert await worker.ends() == 0


async def test_an_idle_worker_composes_ahead_until_it_is_told_to_leave() -> None:
    async with worker_process(environment={"QIBU_POOL_SIZE": "1000"}) as worker:
        await worker.comes_to("/readyz", 200)
        async with asyncio.timeout(60):
            while await compose_plainly(worker) == 0:
                await asyncio.sleep(0.01)
        worker.process.send_signal(signal.SIGTERM)
        assert await worker.ends() == 0


async def test_it_composes_nothing_ahead_where_that_is_off() -> None:
    async with worker_process(environment={"QIBU_POOL_SIZE": "0"}) as worker:
        await worker.comes_to("/readyz", 200)
        await asyncio.sleep(0.2)
        assert await compose_plainly(worker) == 0


async def test_it_ends_with_its_parent_whatever_it_does() -> None:
    async with worker_process("--exit-with-parent") as worker:
        await worker.comes_to("/readyz", 200)
        lost = asyncio.create_task(compose(worker, WAITS))
        await asyncio.sleep(0.1)
        assert worker.process.stdin
        worker.process.stdin.close()
        assert await worker.ends() == 0
        with pytest.raises(httpx.TransportError):
            await lost


async def test_a_poet_that_does_not_load_ends_it_with_the_reason() -> None:
    async with worker_process(environment={"QIBU_MODEL": "missing"}) as worker:
        _, said = await asyncio.wait_for(worker.process.communicate(), 30)
        assert worker.process.returncode == 1
        assert "no poet is called missing" in said.decode()


async def test_torch_gets_one_thread() -> None:
    """Two that spin beside a busy neighbour are slower than one, by far."""
    environment = {"QIBU_MODEL": "threads", "OMP_NUM_THREADS": ""}
    async with worker_process(environment=environment) as worker:
        _, said = await asyncio.wait_for(worker.process.communicate(), 60)
        assert "RuntimeError: 1 thread" in said.decode()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "worker.example"])
def test_it_does_not_open_to_the_world_without_a_key(host: str) -> None:
    with pytest.raises(CannotListen, match="QIBU_WORKER_KEY"):
        serve(settings(), host=host, port=0)


async def test_with_a_key_it_listens_everywhere_and_asks_for_it() -> None:
    environment = {"QIBU_WORKER_KEY": "s3cret"}
    async with worker_process("--host", "0.0.0.0", environment=environment) as worker:
        await worker.comes_to("/readyz", 200)
        assert await worker.status("/v1/model") == 401


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen, match=str(port)):
            serve(settings(), host="127.0.0.1", port=port)
