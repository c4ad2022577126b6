"""What is not kept for ever.

Decides when the words that people gave for their verse are removed; how is left to the store, and
for how long they are kept to QIBU_SEED_DAYS.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta

from bot.store import Store

_log = logging.getLogger(__name__)

_ROUND_SECONDS = 3600.0


@contextlib.asynccontextmanager
async def forgetting_seeds(
    store: Store, days: int | None, clock: Callable[[], datetime]
) -> AsyncIterator[None]:
    """Removes such words every hour once they are so many days old, as long as the context lasts;
    with None they are kept until somebody asks to be forgotten."""
    if days is None:
        yield
        return
    task = asyncio.create_task(_forget(store, timedelta(days=days), clock), name="retention")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _forget(store: Store, age: timedelta, clock: Callable[[], datetime]) -> None:
    while True:
        try:
            removed = await store.poems.forget_seeds(clock() - age)
        except Exception:
            _log.exception("old words cannot be removed; trying again in an hour")
        else:
            if removed:
                _log.info("the words given for %d poems were removed", removed)
        await asyncio.sleep(_ROUND_SECONDS)
