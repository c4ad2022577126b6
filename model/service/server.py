"""The life of a worker process.

Decides where it listens, when it is told to leave and how it does; the queue and the poet are left
to the engine, what is answered to the app.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from types import FrameType
from typing import TYPE_CHECKING, Any

import uvicorn

from model.service.app import create_app
from model.service.engine import Engine
from model.service.pool import Pool
from model.service.settings import WorkerSettings

if TYPE_CHECKING:
    from model.poet import Poet

_log = logging.getLogger(__name__)

DRAIN_LIMIT = 30.0
"""Seconds that accepted requests have after SIGTERM, before the worker leaves without them."""


class CannotListen(Exception):
    """The worker must not, or cannot, listen where it was told to."""


def load_poet(model: str, device: str) -> Poet:
    """The poet that the settings name; imports torch, so only the compute thread calls this."""
    from model.poet import load_poet as load  # noqa: PLC0415

    return load(model, device)


def serve(
    settings: WorkerSettings,
    *,
    host: str,
    port: int,
    exit_with_parent: bool = False,
    load: Callable[[str, str], Poet] = load_poet,
) -> None:
    """Serves until SIGTERM or SIGINT; a second signal forces the end.

    With `exit_with_parent` the process also ends as soon as its standard input is closed. Raises
    CannotListen, or what prevented the poet from being loaded.
    """
    listener = _listen(host, port, has_key=settings.worker_key is not None)
    calm_torch()
    engine = Engine(lambda: load(settings.model, settings.device))
    if exit_with_parent:
        threading.Thread(target=_exit_with_parent, name="parent", daemon=True).start()
    asyncio.run(_serve(engine, settings, listener))
    if not engine.join(1.0):
        # A load or a call inside torch cannot be interrupted, and to take the interpreter down
        # around it may crash.
        _exit(0)


def _listen(host: str, port: int, *, has_key: bool) -> socket.socket:
    if not (has_key or _is_loopback(host)):
        raise CannotListen(
            f"{host} can be reached from other machines, and there is no key:"
            " set QIBU_WORKER_KEY, or listen on 127.0.0.1"
        )
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.create_server(address[:2], family=family)
    except OSError as error:
        raise CannotListen(f"cannot listen on {host}, port {port}: {error.strerror}") from None
    # Connections inherit it. Without it, of an answer the body waits 40 ms for the head's receipt.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def calm_torch() -> None:
    """One thread that never spins: beside one busy neighbour two spinning ones are 20 times slower.

    Must happen before torch loads; what the operator has set stays.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def _exit_with_parent() -> None:
    """Waits until the other end of standard input is gone: nobody is left to answer."""
    while os.read(0, 4096):
        pass
    _log.info("the parent is gone")
    _exit(0)


def _exit(status: int) -> None:
    logging.shutdown()
    os._exit(status)


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves signals alone: ours drain before HTTP goes away."""
        yield


async def _serve(engine: Engine, settings: WorkerSettings, listener: socket.socket) -> None:
    pool = Pool(settings.pool_size, settings.pool_choice, metrics=engine.metrics)
    server = _Server(
        uvicorn.Config(
            create_app(engine, settings, pool),
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=5,
        )
    )
    told_to_leave = asyncio.Event()
    loading = asyncio.wrap_future(engine.loaded)
    with _signals(told_to_leave):
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        leaving = asyncio.create_task(told_to_leave.wait())
        engine.start()
        _log.info("listening on %s, port %d; loading the poet", *listener.getsockname()[:2])
        try:
            either: set[asyncio.Future[Any]] = {loading, leaving}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if loading.done():
                poet = loading.result()
                _log.info("ready: %s on %s", poet.label, poet.device)
                async with _filled(pool, engine):
                    await leaving
            _log.info("draining")
            await _drain(engine)
        finally:
            leaving.cancel()
            loading.cancel()
            server.should_exit = True
            await serving
    _log.info("done")


@contextlib.asynccontextmanager
async def _filled(pool: Pool, engine: Engine) -> AsyncIterator[None]:
    """A block during which the pool is filled."""
    filling = asyncio.create_task(pool.fill(engine))
    try:
        yield
    finally:
        filling.cancel()
        await asyncio.gather(filling, return_exceptions=True)


async def _drain(engine: Engine) -> None:
    try:
        await asyncio.wait_for(engine.drain(), DRAIN_LIMIT)
    except TimeoutError:
        _log.warning("left with unanswered requests after %.0f seconds", DRAIN_LIMIT)


@contextlib.contextmanager
def _signals(told_to_leave: asyncio.Event) -> Iterator[None]:
    """The first signal sets the event; a second one ends the process, whatever the loop does."""
    loop = asyncio.get_running_loop()
    heard: list[int] = []

    def handle(number: int, _frame: FrameType | None) -> None:
        if heard:
            os._exit(128 + number)
        heard.append(number)
        loop.call_soon_threadsafe(told_to_leave.set)

    before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
