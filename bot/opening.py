"""Opening what a bot is built from, and closing it again.

Decides the order: the worker outermost, the store and the poet's client inside it, the Application
inside those; what the bot does is left to `bot.app`, how long it lives to the commands.
"""

from __future__ import annotations

import time
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from bot import texts
from bot.app import AnyApplication
from bot.poet import EmbeddedWorker, Endpoint, PoetClient, PoetUnavailable, WorkerAddress
from bot.poet.embedded import STDERR
from bot.services import Services
from bot.settings import Settings
from bot.store import Store

POET_PATIENCE = 120.0
"""Seconds that a worker of our own may take to load its poet."""
_GLANCE = 1.0
"""Seconds between two looks at a worker that is not ready."""


@asynccontextmanager
async def open_worker(settings: Settings, *, quiet: bool = False) -> AsyncIterator[Endpoint]:
    """The worker that the settings name, or one of our own, which starts meanwhile.

    A quiet worker keeps its log to itself.
    """
    if settings.worker_url is not None:
        yield WorkerAddress(settings.worker_url, settings.worker_key)
        return
    worker = EmbeddedWorker(output=DEVNULL if quiet else STDERR)
    await worker.start()
    try:
        yield worker
    finally:
        await worker.stop()


async def wait_for_poet(endpoint: Endpoint, patience: float = POET_PATIENCE) -> None:
    """Returns when a worker of our own has loaded its poet; others are not waited for.

    Raises PoetUnavailable as soon as it is known to be broken, or when patience ends.
    """
    if not isinstance(endpoint, EmbeddedWorker):
        return
    deadline = time.monotonic() + patience
    ready = False
    while not ready:
        try:
            await endpoint.wait_ready(_GLANCE)
            ready = True
        except PoetUnavailable as error:
            if error.reason == "broken" or time.monotonic() > deadline:
                raise


@asynccontextmanager
async def open_services(settings: Settings, endpoint: Endpoint) -> AsyncIterator[Services]:
    """The services over a migrated database."""
    store = Store.open(settings.database_url)
    poet = PoetClient(endpoint)
    try:
        yield Services(settings, store, poet, texts.load(), _now)
    finally:
        await poet.aclose()
        await store.close()


@asynccontextmanager
async def started(application: AnyApplication) -> AsyncIterator[None]:
    """The Application at work; at the end it finishes what it has begun."""
    async with application:
        if application.post_init is not None:
            await application.post_init(application)
        await application.start()
        try:
            yield
        finally:
            await application.stop()
            if application.post_stop is not None:
                await application.post_stop(application)
    if application.post_shutdown is not None:
        await application.post_shutdown(application)


def _now() -> datetime:
    return datetime.now(UTC)
