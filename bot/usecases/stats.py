"""`/stats`: how the bot is doing, for its owner.

Decides what is worth telling, and that a poet who does not answer keeps nothing else from being
told; how it reads is left to the pages.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.due import local_date
from bot.poet import Load, PoetClient, PoetUnavailable
from bot.store import Census, Store
from bot.usecases.daily_round import Outlook
from model.service.protocol import ModelAnswer

_PATIENCE = 3.0
"""Seconds for each question to the worker."""


@dataclass(frozen=True)
class Worker:
    """A poet that answers."""

    model: ModelAnswer
    load: Load


@dataclass(frozen=True)
class Report:
    """What `/stats` tells."""

    day: date
    """Today, on the owner's calendar; the census counts the daily poems of this date."""
    uptime: timedelta
    census: Census
    worker: Worker | PoetUnavailable
    outlook: Outlook | None = None
    """Of the daily poems that leave now, by the owner's clock; None where none do."""


class Stats:
    """Asks store and worker."""

    def __init__(
        self,
        store: Store,
        poet: PoetClient,
        clock: Callable[[], datetime],
        outlook: Callable[[], Outlook | None] = lambda: None,
    ) -> None:
        self._store = store
        self._poet = poet
        self._clock = clock
        self._outlook = outlook
        self._since = clock()

    async def __call__(self, zone: str) -> Report:
        """The state of things now; `zone` says which day it is."""
        now = self._clock()
        day, outlook = local_date(ZoneInfo(zone), now), self._outlook()
        if outlook is not None:
            outlook = replace(outlook, done_at=outlook.done_at.astimezone(ZoneInfo(zone)))
        return Report(
            day=day,
            uptime=now - self._since,
            census=await self._store.censuses.of(day),
            worker=await self._worker(),
            outlook=outlook,
        )

    async def _worker(self) -> Worker | PoetUnavailable:
        try:
            model = await self._poet.model(deadline=_PATIENCE)
            return Worker(model, await self._poet.load(deadline=_PATIENCE))
        except PoetUnavailable as error:
            return error
