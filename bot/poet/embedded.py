"""The embedded worker: `qibu worker` as a supervised child process.

Decides how the child is started, watched, restarted and ended; what it serves is left to the child,
which is the same program that serves from another machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import socket
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from enum import StrEnum

import httpx
from pydantic import SecretStr

from bot.poet.address import WorkerAddress
from bot.poet.errors import PoetUnavailable

_log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "qibu", "worker")

_HOST = "127.0.0.1"
_START_LIMIT = 120.0
"""Seconds a child may take to become ready; torch is slow to load from a cold disk."""
_READY_EVERY = 0.1
_HEALTH_EVERY = 0.5
_HEALTH_LIMIT = 2.0
"""Two checks in a row must fail, lest a stall of our own loop be taken for one of the child; with
the interval before them, a hang is noticed within five seconds."""
_STABLE_AFTER = 30.0
"""A child that served as long starts the back-off anew."""
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 30.0
_STOP_LIMIT = 10.0
_BROKEN_AFTER = 3
"""Children in a row that did not last, after which `starting` is no longer honest."""
_NOT_FOR_CHILD = ("QIBU_TELEGRAM_TOKEN", "QIBU_WEBHOOK_SECRET", "QIBU_DATABASE_URL")
STDERR = 2


class State(StrEnum):
    """Where the embedded worker stands."""

    STOPPED = "stopped"
    STARTING = "starting"
    READY = "ready"
    BROKEN = "broken"
    """It does not come up; it is tried again and again nevertheless."""


class EmbeddedWorker:
    """Runs the worker next to the bot, for as long as its owner wants; the endpoint of itself.

    Each child listens on a loopback port of its own and expects a random key. It ends when the
    pipe to its standard input closes, hence with this process, however that ends.
    """

    def __init__(
        self,
        *,
        command: Sequence[str] = COMMAND,
        environment: Mapping[str, str] | None = None,
        output: int = STDERR,
    ) -> None:
        """`output` is a file descriptor, or DEVNULL, to which the child writes its log."""
        self._command = tuple(command)
        self._environment = dict(os.environ if environment is None else environment)
        self._output = output
        self._key = SecretStr(secrets.token_urlsafe(32))
        self._state = State.STOPPED
        self._ready = asyncio.Event()
        self._url: str | None = None
        self._process: Process | None = None
        self._supervision: asyncio.Task[None] | None = None
        self._failures = 0
        self._restarts = 0

    @property
    def state(self) -> State:
        """Where the worker stands now."""
        return self._state

    @property
    def restarts(self) -> int:
        """How often a child had to be replaced."""
        return self._restarts

    @property
    def pid(self) -> int | None:
        """The process id of the child, if there is one."""
        return self._process.pid if self._process else None

    def address(self) -> WorkerAddress:
        """Where the ready child listens; raises PoetUnavailable while none is ready."""
        if self._state is State.READY and self._url is not None:
            return WorkerAddress(self._url, self._key)
        if self._state is State.STARTING:
            raise PoetUnavailable("starting", 2)
        raise PoetUnavailable("broken")

    async def wait_ready(self, timeout: float) -> None:  # noqa: ASYNC109 (a promise of its name)
        """Returns as soon as a child is ready; raises PoetUnavailable if none is in time."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ready.wait(), timeout)
        self.address()

    async def start(self) -> None:
        """Starts the child and returns without waiting for it to be ready.

        Raises OSError if the command cannot be run at all.
        """
        self._enter(State.STARTING)
        try:
            process = await self._launch()
        except OSError:
            self._enter(State.STOPPED)
            raise
        self._supervision = asyncio.create_task(self._supervise(process), name="embedded worker")

    async def stop(self) -> None:
        """Lets the child answer what it accepted, and ends it."""
        if self._supervision is not None:
            self._supervision.cancel()
            await asyncio.gather(self._supervision, return_exceptions=True)
            self._supervision = None
        self._enter(State.STOPPED)

    # Supervision

    async def _supervise(self, process: Process) -> None:
        while True:
            try:
                why = await self._watch(process)
            finally:
                await self._end(process)
            _log.warning("the worker (process %d) %s", process.pid, why)
            self._restarts += 1
            process = await self._replace()

    async def _replace(self) -> Process:
        """The next child, after a pause that doubles with each one that did not last."""
        while True:
            broken = self._failures >= _BROKEN_AFTER
            self._enter(State.BROKEN if broken else State.STARTING)
            await asyncio.sleep(min(_FIRST_PAUSE * 2**self._failures, _LONGEST_PAUSE))
            self._failures = min(self._failures + 1, 16)
            try:
                return await self._launch()
            except OSError as error:
                _log.error("the worker cannot be started: %s", error)

    async def _launch(self) -> Process:
        port = _free_port()
        self._url = f"http://{_HOST}:{port}"
        environment = {k: v for k, v in self._environment.items() if k not in _NOT_FOR_CHILD}
        environment["QIBU_WORKER_KEY"] = self._key.get_secret_value()
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            *("--host", _HOST, "--port", str(port), "--exit-with-parent"),
            stdin=asyncio.subprocess.PIPE,
            # What it says belongs to our log; our standard output is for verse alone.
            stdout=self._output,
            stderr=self._output,
            env=environment,
            # Ctrl-C in a terminal is for us; we end the child when we are done with it.
            start_new_session=True,
        )
        return self._process

    async def _watch(self, process: Process) -> str:
        """Returns what went wrong, once something did."""
        ended = asyncio.create_task(process.wait())
        watching = asyncio.create_task(self._check())
        try:
            await asyncio.wait({ended, watching}, return_when=asyncio.FIRST_COMPLETED)
            # Noticed first, whatever the cleaning up below takes.
            self._enter(State.STARTING)
            if ended.done():
                return f"ended with status {process.returncode}"
            return watching.result()
        finally:
            ended.cancel()
            watching.cancel()
            await asyncio.gather(ended, watching, return_exceptions=True)

    async def _check(self) -> str:
        """Waits until the child is ready, then returns when it no longer is well."""
        async with httpx.AsyncClient(base_url=self._url or "", trust_env=False) as http:
            began = time.monotonic()
            while not await _answers(http, "/readyz", _HEALTH_LIMIT):
                if time.monotonic() - began > _START_LIMIT:
                    return f"was not ready after {_START_LIMIT:.0f} s"
                await asyncio.sleep(_READY_EVERY)
            _log.info("the worker is ready after %.1f s", time.monotonic() - began)
            self._enter(State.READY)
            began = time.monotonic()
            while await _is_well(http):
                if time.monotonic() - began > _STABLE_AFTER:
                    self._failures = 0
                await asyncio.sleep(_HEALTH_EVERY)
            return "hangs, or says that it is broken"

    async def _end(self, process: Process) -> None:
        """Ends the child if it lives: politely when we stop, at once when it hangs."""
        try:
            if process.returncode is None and self._state is State.READY:
                process.terminate()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(process.wait(), _STOP_LIMIT)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
            self._process = None

    def _enter(self, state: State) -> None:
        self._state = state
        if state is State.READY:
            self._ready.set()
        else:
            self._ready.clear()


async def _answers(http: httpx.AsyncClient, path: str, limit: float) -> bool:
    try:
        async with asyncio.timeout(limit):
            return (await http.get(path)).status_code == 200
    except (httpx.TransportError, TimeoutError):
        return False


async def _is_well(http: httpx.AsyncClient) -> bool:
    return await _answers(http, "/healthz", _HEALTH_LIMIT) or await _answers(
        http, "/healthz", _HEALTH_LIMIT
    )


def _free_port() -> int:
    """A port that was free a moment ago; a child that finds it taken ends and gets another."""
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port
