"""A worker in a process of its own, as tests of its life need it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx

COMMAND = (sys.executable, "-m", "tests.model.service.worker")


@dataclass(frozen=True)
class WorkerProcess:
    """The process, and a client of its doors that opens a connection for every request."""

    process: Process
    http: httpx.AsyncClient

    async def status(self, path: str) -> int:
        """The status of a GET, 0 if nothing listens."""
        try:
            return (await self.http.get(path)).status_code
        except httpx.TransportError:
            return 0

    async def comes_to(self, path: str, status: int) -> None:
        """Returns when a GET of the path has that status."""
        async with asyncio.timeout(60):
            while await self.status(path) != status:
                assert self.process.returncode is None, "the worker ended"
                await asyncio.sleep(0.02)

    async def number(self, name: str) -> float:
        """The value of one sample, labels included in the name, as /metrics shows it; 0 if none."""
        for line in (await self.http.get("/metrics")).text.splitlines():
            if line.startswith(name + " "):
                return float(line.rpartition(" ")[2])
        return 0.0

    async def accepts(self, verses: int) -> None:
        """Returns when so many requests for one verse each wait or have had their turn."""
        async with asyncio.timeout(60):
            while (
                await self.number("qibu_worker_queue_wait_seconds_count")
                + await self.number("qibu_worker_queue_verses")
                < verses
            ):
                await asyncio.sleep(0.01)

    async def ends(self) -> int:
        """The exit status, once there is one."""
        return await asyncio.wait_for(self.process.wait(), 60)


@contextlib.asynccontextmanager
async def worker_process(
    *arguments: str, environment: dict[str, str] | None = None, log: int = PIPE
) -> AsyncIterator[WorkerProcess]:
    """Starts a worker on a free port and kills it in the end; it need not be ready, or even up.

    A variable that is given as empty is unset. A worker that says much must have its `log` go to
    DEVNULL: nobody reads the pipe while it runs, and a full one stops it.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("QIBU_")}
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *("--port", str(port), *arguments),
        stdin=PIPE,
        stderr=log,
        env={k: v for k, v in {**inherited, **(environment or {})}.items() if v},
    )
    limits = httpx.Limits(max_keepalive_connections=0)
    url = f"http://127.0.0.1:{port}"
    try:
        async with httpx.AsyncClient(base_url=url, limits=limits, timeout=30) as http:
            yield WorkerProcess(process, http)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()
