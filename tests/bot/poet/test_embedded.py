"""The embedded worker: real child processes, started, killed, hung and orphaned."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bot.poet import EmbeddedWorker, PoetClient, PoetUnavailable
from model.service.protocol import ComposeRequest
from tests.model.service.poet import SLOW, WAITS
from tests.model.service.process import COMMAND


@pytest.fixture
async def worker() -> AsyncIterator[EmbeddedWorker]:
    made = EmbeddedWorker(command=COMMAND)
    yield made
    await made.stop()


@pytest.fixture
async def client(worker: EmbeddedWorker) -> AsyncIterator[PoetClient]:
    made = PoetClient(worker)
    yield made
    await made.aclose()


async def gone(pid: int) -> None:
    """Returns when there is no such process (one that nobody has reaped counts as none)."""
    async with asyncio.timeout(10):
        while _exists(pid):
            await asyncio.sleep(0.02)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


async def not_ready(worker: EmbeddedWorker) -> None:
    async with asyncio.timeout(10):
        while worker.state == "ready":
            await asyncio.sleep(0.01)


async def test_it_starts_serves_and_stops(worker: EmbeddedWorker, client: PoetClient) -> None:
    await worker.start()
    with pytest.raises(PoetUnavailable) as caught:
        await client.compose(ComposeRequest())
    assert caught.value.reason == "starting"

    await worker.wait_ready(60)
    assert (await client.compose(ComposeRequest())).verses
    async with httpx.AsyncClient(trust_env=False) as stranger:
        assert (await stranger.get(worker.address().url + "/v1/model")).status_code == 401

    pid = worker.pid
    assert pid
    accepted = asyncio.create_task(client.compose(ComposeRequest(theme=SLOW)))
    await asyncio.sleep(0.02)
    await worker.stop()
    assert (await accepted).verses
    await gone(pid)
    with pytest.raises(PoetUnavailable):
        await client.compose(ComposeRequest())


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hung"])
async def test_a_lost_child_is_replaced(
    worker: EmbeddedWorker, client: PoetClient, how: signal.Signals
) -> None:
    await worker.start()
    await worker.wait_ready(60)
    first = worker.pid
    assert first
    os.kill(first, how)
    await not_ready(worker)
    with pytest.raises(PoetUnavailable) as caught:
        await client.compose(ComposeRequest())
    assert caught.value.reason == "starting"

    await worker.wait_ready(60)
    assert worker.pid != first
    assert worker.restarts == 1
    assert (await client.compose(ComposeRequest())).verses
    await gone(first)


@pytest.mark.slow
async def test_a_child_whose_poet_is_stuck_is_replaced(
    worker: EmbeddedWorker, client: PoetClient
) -> None:
    """It still answers that it lives no more: its event loop is well, its compute thread is not."""
    await worker.start()
    await worker.wait_ready(60)
    first = worker.pid
    lost = asyncio.create_task(client.compose(ComposeRequest(theme=WAITS), deadline=60))
    async with asyncio.timeout(60):
        while worker.state == "ready":
            await asyncio.sleep(0.01)
    with pytest.raises(PoetUnavailable):
        await lost
    await worker.wait_ready(60)
    assert worker.pid != first
    assert (await client.compose(ComposeRequest())).verses


async def test_the_shipped_poet_serves_by_default() -> None:
    worker = EmbeddedWorker()
    client = PoetClient(worker)
    await worker.start()
    try:
        await worker.wait_ready(90)
        first = (await client.compose(ComposeRequest(), deadline=60)).verses[0]
        again = ComposeRequest(seed=first.seed)
        assert (await client.compose(again, deadline=60)).verses[0] == first
    finally:
        await client.aclose()
        await worker.stop()


async def test_the_child_ends_when_its_parent_is_killed() -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bot.poet.parent", stdout=PIPE
    )
    assert parent.stdout
    pid = int(await asyncio.wait_for(parent.stdout.readline(), 60))
    parent.kill()
    await parent.wait()
    await gone(pid)


async def test_a_child_that_never_comes_up_is_broken_in_the_end() -> None:
    worker = EmbeddedWorker(command=[sys.executable, "-c", "raise SystemExit(3)"])
    await worker.start()
    async with asyncio.timeout(30):
        while worker.state != "broken":
            await asyncio.sleep(0.02)
    with pytest.raises(PoetUnavailable) as caught:
        worker.address()
    assert caught.value.reason == "broken"
    await worker.stop()
    assert worker.pid is None


async def test_a_command_that_does_not_exist_is_told_at_once() -> None:
    with pytest.raises(FileNotFoundError):
        await EmbeddedWorker(command=["/nowhere/qibu"]).start()


async def test_the_child_knows_a_key_and_no_secret_of_the_bot(tmp_path: Path) -> None:
    told = tmp_path / "environment.json"
    script = f"import json,os;open({str(told)!r},'w').write(json.dumps(dict(os.environ)))"
    worker = EmbeddedWorker(
        command=[sys.executable, "-c", script],
        environment={**os.environ, "QIBU_TELEGRAM_TOKEN": "1:secret", "QIBU_MODEL": "other"},
    )
    await worker.start()
    async with asyncio.timeout(30):
        while not (told.exists() and told.read_text()):
            await asyncio.sleep(0.02)
    await worker.stop()
    environment = json.loads(told.read_text())
    assert "QIBU_TELEGRAM_TOKEN" not in environment
    assert environment["QIBU_MODEL"] == "other"
    assert len(environment["QIBU_WORKER_KEY"]) >= 32
