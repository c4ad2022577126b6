"""What is not kept for ever.

Decides when the words that people gave for their verse are removed, and when what was removed is
wiped from the disk; how is left to the store, and for how long words are kept to QIBU_SEED_DAYS.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta

from bot.store import Store

_log = logging.getLogger(__name__)

_ROUND_SECONDS = 3600.0
_SWEEP_SECONDS = 60.0


@contextlib.asynccontextmanager
async def forgetting_seeds(
    store: Store, days: int | None, clock: Callable[[], datetime]
) -> AsyncIterator[None]:
    """Removes such words every hour once they are so many days old, as long as the context lasts;
    with None they are kept until somebody asks to be forgotten."""
    if days is None:
        yield
        return
    age = timedelta(days=days)

    async def forget() -> None:
        removed = await store.poems.forget_seeds(clock() - age)
        if removed:
            _log.info("the words given for %d poems were removed", removed)

    async with _repeated("old words cannot be removed", forget, _ROUND_SECONDS):
        yield


@contextlib.asynccontextmanager
async def sweeping(store: Store) -> AsyncIterator[None]:
    """Wipes every minute what was removed, messages that are answered among it, as long as the
    context lasts."""
    async with _repeated("what was removed cannot be wiped", store.sweep, _SWEEP_SECONDS):
        yield


@contextlib.asynccontextmanager
async def _repeated(
    trouble: str, do: Callable[[], Awaitable[None]], every: float
) -> AsyncIterator[None]:
    async def repeat() -> None:
        while True:
            try:
                await do()
            except Exception:
                _log.exception("%s; trying again in %.0f s", trouble, every)
            await asyncio.sleep(every)

    task = asyncio.create_task(repeat(), name="retention")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
