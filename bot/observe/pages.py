"""What operators see of a running bot: `/metrics` and `/healthz`.

Decides what is counted and when the bot calls itself well; that it is asked at all is left to
QIBU_METRICS_LISTEN.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from telegram import Update
from telegram.error import TelegramError
from telegram.ext import ContextTypes, TypeHandler
from telegram.request import HTTPXRequest

from bot.app import AnyApplication
from bot.settings import Listen

_BEFORE_ALL = -100
"""The group of handlers in which updates are counted; it stops none of them."""
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """Counts of one bot, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.updates = Counter(
            "qibu_bot_updates", "Updates from Telegram", ["kind"], registry=self.registry
        )
        self.errors = Counter(
            "qibu_bot_errors", "Updates whose handling failed", registry=self.registry
        )
        self.requests = Histogram(
            "qibu_bot_request_seconds",
            "Requests to Telegram; outcome is a status, or what went wrong on the way",
            ["method", "outcome"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.last_contact = Gauge(
            "qibu_bot_last_contact_timestamp_seconds",
            "When Telegram last answered a request",
            registry=self.registry,
        )

    def watch(self, application: AnyApplication) -> None:
        """Counts what comes to an application and what fails in it."""
        application.add_handler(TypeHandler(Update, self._count, block=False), _BEFORE_ALL)
        application.add_error_handler(self._count_error)

    async def _count(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        kind = next((name for name in Update.ALL_TYPES if getattr(update, name)), "other")
        self.updates.labels(kind).inc()

    async def _count_error(self, _: object, __: ContextTypes.DEFAULT_TYPE) -> None:
        self.errors.inc()


class MeasuredRequest(HTTPXRequest):
    """Requests to Telegram, each of them measured."""

    def __init__(self, metrics: Metrics, **timeouts: Any) -> None:
        super().__init__(**timeouts)
        self._metrics = metrics

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Makes the request; the method's name is the last part of the address."""
        address = str(args[0] if args else kwargs["url"])
        began, outcome = time.monotonic(), "cancelled"
        try:
            status, body = await super().do_request(*args, **kwargs)
            outcome = str(status)
        except TelegramError as error:
            outcome = type(error).__name__
            raise
        else:
            self._metrics.last_contact.set_to_current_time()
            return status, body
        finally:
            method = address.rsplit("/", 1)[-1]
            self._metrics.requests.labels(method, outcome).observe(time.monotonic() - began)


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves signals to the bot."""
        yield


@contextlib.asynccontextmanager
async def observed(
    listen: Listen, metrics: Metrics, is_well: Callable[[], bool]
) -> AsyncIterator[None]:
    """Serves both pages as long as the context lasts; raises OSError if the port is taken."""

    async def show_metrics(_: Request) -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

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
