"""A worker on a loopback port of this process: the real engine and app around the tests' poet.

Decides where it listens; a bot in another process reaches it, and the test keeps its poet in hand.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

import uvicorn

from model.service.app import create_app
from model.service.engine import Engine
from model.service.settings import WorkerSettings
from tests.model.service.poet import TinyPoet

if TYPE_CHECKING:
    from model.poet import Poet


class LocalWorker:
    """A worker whose poet a test can hold back."""

    def __init__(self, key: str) -> None:
        self.poet = TinyPoet()
        self._engine = Engine(lambda: cast("Poet", self.poet))
        app = create_app(self._engine, WorkerSettings(_env_file=None, worker_key=key))
        config = uvicorn.Config(app, port=0, lifespan="off", log_level="error")
        self._server = uvicorn.Server(config)

    @property
    def url(self) -> str:
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    async def _serve(self) -> None:
        self._engine.start()
        await self._server.serve()
        await self._engine.drain()

    @contextlib.contextmanager
    def serving(self) -> Iterator[LocalWorker]:
        thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        thread.start()
        try:
            while not self._server.started:
                assert thread.is_alive(), "the worker did not start"
            self._engine.loaded.result(10)
            yield self
        finally:
            self.poet.go_on.set()
            self._server.should_exit = True
            thread.join()
