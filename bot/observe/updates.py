"""An update's way through the bot, from its arrival to its end.

Decides the name under which both sides log it, and what is measured of it; the order in which
updates are handled stays `bot.ordering`'s.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from telegram import Update

from bot.observe.metrics import Metrics
from bot.ordering import OneAtATimePerChat
from qibu import caller, request_id

_log = logging.getLogger(__name__)


@dataclass
class Arrival:
    """When an update came, and whether its sender has seen anything of us since."""

    kind: str
    at: float
    answered: bool = False


current: ContextVar[Arrival | None] = ContextVar("arrival", default=None)
"""The update that is being handled here, if one is."""


class ObservedUpdates(OneAtATimePerChat):
    """Names, counts, times and logs each update; the log has its kind and nothing it says."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self._metrics = metrics

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Handles the update in its turn."""
        arrival = Arrival(_kind(update), time.monotonic())
        self._metrics.updates.labels(arrival.kind).inc()
        current.set(arrival)  # each update has a task of its own, which ends with it
        with request_id.named(request_id.new()), caller.on_behalf_of(_asker(update)):
            try:
                await super().do_process_update(update, coroutine)
            finally:
                seconds = time.monotonic() - arrival.at
                self._metrics.handling.labels(arrival.kind).observe(seconds)
                _log.info(
                    "%s handled in %.0f ms",
                    arrival.kind,
                    seconds * 1000,
                    extra={"kind": arrival.kind, "seconds": round(seconds, 4)},
                )


def _asker(update: object) -> int | None:
    """Whose update it is: a person's, or else a chat's."""
    if not isinstance(update, Update):
        return None
    whose = update.effective_user or update.effective_chat
    return whose.id if whose else None


def _kind(update: object) -> str:
    if not isinstance(update, Update):
        return "other"
    return next((name for name in Update.ALL_TYPES if getattr(update, name)), "other")
