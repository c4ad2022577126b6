"""The life of a worker process: how it comes up, how it leaves."""

from __future__ import annotations

import asyncio
import signal
import socket
from pathlib import Path

import httpx
import pytest

from model.service.server import CannotListen, serve
from model.service.settings import WorkerSettings
from tests.model.service.poet import WAITS
from tests.model.service.process import WorkerProcess, worker_process


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
