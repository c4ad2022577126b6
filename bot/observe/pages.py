"""The bot's pages for machines: `/metrics` and `/healthz`.

Decides how they are served and that a worker of our own, whose port nobody else knows, is seen
through them; what is counted is left to `metrics`.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator

import httpx
import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.observe.metrics import Metrics
from bot.poet import EmbeddedWorker, Endpoint, PoetUnavailable
from bot.settings import Listen

_PATIENCE = 2.0
"""Seconds for the numbers of the worker; ours do not wait longer for them."""


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves signals to the bot."""
        yield


@contextlib.asynccontextmanager
async def observed(
    listen: Listen, metrics: Metrics, endpoint: Endpoint, is_well: Callable[[], bool]
) -> AsyncIterator[None]:
    """Serves both pages as long as the context lasts; raises OSError if the port is taken."""

    async def show_metrics(_: Request) -> Response:
        numbers = metrics.render() + await _of_child(endpoint)
        return Response(numbers, media_type=CONTENT_TYPE_LATEST)

    async def show_health(_: Request) -> Response:
        well = is_well()
        return JSONResponse({"status": "ok" if well else "not serving"}, 200 if well else 503)

    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    listener = socket.create_server((listen.host, listen.port), family=family)
    routes = [Route("/metrics", show_metrics), Route("/healthz", show_health)]
    config = uvicorn.Config(
        Starlette(routes=routes),
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]), name="observe")
    try:
        yield
    finally:
        server.should_exit = True
        await serving


async def _of_child(endpoint: Endpoint) -> bytes:
    """The numbers of a worker of our own; nothing while it has none to tell."""
    if not isinstance(endpoint, EmbeddedWorker):
        return b""
    try:
        url = endpoint.address().url
        async with httpx.AsyncClient(trust_env=False, timeout=_PATIENCE) as http:
            return (await http.get(f"{url}/metrics")).raise_for_status().content
    except (PoetUnavailable, httpx.HTTPError):
        return b""
