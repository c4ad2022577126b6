"""Serving HTTP beside the bot, on its own loop.

Decides how a listener starts and ends within the bot's life; what it answers is left to whoever
opens it.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from starlette.types import ASGIApp

from bot.settings import Listen


@contextlib.asynccontextmanager
async def listening(listen: Listen, app: ASGIApp, *, grace: int = 1) -> AsyncIterator[None]:
    """Serves an application as long as the context lasts; requests that have begun then get `grace`
    seconds. Raises OSError if the port is taken."""
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    listener = socket.create_server((listen.host, listen.port), family=family)
    # Connections inherit it. Without it, of an answer the body waits 40 ms for the head's receipt.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        timeout_graceful_shutdown=grace,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]), name=f"listening on {listen}")
    try:
        yield
    finally:
        server.should_exit = True
        await serving


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves signals to the bot."""
        yield
