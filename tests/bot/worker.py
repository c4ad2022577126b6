"""A worker on a loopback port of this process: the real engine and app around the tests' poet.

Decides where it listens; a bot in another process reaches it, and the test keeps its poet in hand.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import uvicorn

from model.poet import UnsupportedForm
from model.service.app import create_app
from model.service.engine import Engine
from model.service.settings import WorkerSettings
from model.verse import Form, Verse
from tests.model.service.poet import TinyPoet

if TYPE_CHECKING:
    from model.poet import Poet, Reconstruction, Written


class HeadedPoet(TinyPoet):
    """Writes all forms, and heads where they are asked for."""

    def __init__(self, forms: tuple[Form, ...]) -> None:
        super().__init__(forms)
        self.forms_asked: list[tuple[Form, int]] = []
        """Form and count of every call to compose, in order."""

    def compose(self, form: Form, count: int = 1, **wish: Any) -> list[Written]:
        self.forms_asked.append((form, count))
        heads = wish.get("acrostic")
        self._must_know(heads or "")
        written = super().compose(form, count, **wish)
        return [replace(one, verse=_headed(one.verse, heads)) for one in written]

    def reconstruct(self, verse: Verse, variations: int = 0, *, seed: int) -> Reconstruction:
        if verse.form not in self.forms:
            raise UnsupportedForm(verse.form, self.forms)
        return super().reconstruct(verse, variations, seed=seed)


def _headed(verse: Verse, heads: str | None) -> Verse:
    if heads is None:
        return verse
    lines = [head + line[1:] for head, line in zip(heads, verse.lines, strict=True)]
    return Verse(verse.form, tuple(lines))


class LocalWorker:
    """A worker whose poet a test can hold back."""

    def __init__(self, key: str, forms: tuple[Form, ...] = tuple(Form)) -> None:
        self.poet = HeadedPoet(forms)
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
