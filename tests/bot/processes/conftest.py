"""What `qibu` in processes of their own has around it: Telegram over HTTP, a worker, a database."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

import pytest

from tests.bot.process import Qibu, running_qibu
from tests.bot.worker import LocalWorker
from tests.telegram import FakeServer, FakeTelegram

KEY = "a-key-of-the-worker"
PUBLIC = "https://qibu.example"
"""Leads to the first of the ports."""
BALANCED = "https://bots.example"
"""Leads to each of the ports in turn."""
PATIENCE = 200
"""Seconds that a bot may take to start on a machine that has much else to do."""

T = TypeVar("T")


class Start(Protocol):
    """Starts `qibu run`, with these settings besides the usual ones."""

    def __call__(self, **settings: str) -> AbstractContextManager[Qibu]: ...


class Until(Protocol):
    """Waits for what a process does."""

    async def __call__(self, condition: Callable[[], T]) -> T: ...


@pytest.fixture
def telegram() -> FakeTelegram:
    return FakeTelegram()


@pytest.fixture
def until(telegram: FakeTelegram) -> Until:
    return partial(telegram.until, within=PATIENCE)


@pytest.fixture
def ports() -> list[int]:
    """Two that are free."""
    with contextlib.ExitStack() as opened:
        probes = [opened.enter_context(socket.socket()) for _ in range(2)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


@pytest.fixture
def server(telegram: FakeTelegram, ports: list[int]) -> Iterator[FakeServer]:
    bots = [f"http://127.0.0.1:{port}" for port in ports]
    with FakeServer(telegram, {PUBLIC: bots[0], BALANCED: bots}) as server:
        yield server


@pytest.fixture
def worker() -> Iterator[LocalWorker]:
    with LocalWorker(KEY).serving() as worker:
        yield worker


@pytest.fixture
def settings(
    telegram: FakeTelegram, server: FakeServer, worker: LocalWorker, database_url: str
) -> dict[str, str]:
    """The usual ones: this Telegram, this worker, a database at the newest version."""
    return {
        "QIBU_TELEGRAM_TOKEN": telegram.token,
        "QIBU_TELEGRAM_API": server.url,
        "QIBU_DATABASE_URL": database_url,
        "QIBU_WORKER_URL": worker.url,
        "QIBU_WORKER_KEY": KEY,
    }


@pytest.fixture
def start(settings: dict[str, str], tmp_path: Path) -> Start:
    return lambda **others: running_qibu(tmp_path, "run", **settings | others)
