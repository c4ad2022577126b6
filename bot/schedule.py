"""The minute's tick of the daily poem.

Decides when the tick runs and how it ends with the bot; what a tick does is left to
`bot.usecases.daily`, and whoever misses a tick is served by the next.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from bot.usecases.daily import DailyPoem

_log = logging.getLogger(__name__)

GRACE = 30.0
"""Seconds in which posts that have begun may end."""


class DailySchedule:
    """Ticks at each full minute, and once at the start; never twice at a time."""

    def __init__(self, daily: DailyPoem) -> None:
        self._daily = daily
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to tick, in the running loop."""
        self._scheduler.add_job(
            self._tick,
            CronTrigger(second=0, timezone=UTC),
            next_run_time=datetime.now(UTC),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,  # a late tick is as good as any
        )
        self._scheduler.start()

    async def stop(self, grace: float = GRACE) -> None:
        """Ends a running tick: posts that have begun get `grace` seconds, others wait for the next
        start."""
        self._daily.close()
        if self._scheduler.running:
            self._scheduler.pause()
        if self._running is not None:
            _, late = await asyncio.wait({self._running}, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _tick(self) -> None:
        self._running = asyncio.current_task()
        try:
            await self._daily.tick()
        except Exception:
            _log.exception("the daily tick failed; the next one tries again")
        finally:
            self._running = None
