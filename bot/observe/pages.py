"""The bot's pages for machines: `/metrics` and `/healthz`.

Decides how they are served and that a worker of our own, whose port nobody else knows, is seen
through them; what is counted is left to `metrics`.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable

import httpx
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.listening import listening
from bot.observe.metrics import Metrics
from bot.poet import EmbeddedWorker, Endpoint, PoetUnavailable
from bot.settings import Listen

_PATIENCE = 2.0
"""Seconds for the numbers of the worker; ours do not wait longer for them."""


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

    routes = [Route("/metrics", show_metrics), Route("/healthz", show_health)]
    async with listening(listen, Starlette(routes=routes)):
        yield


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
