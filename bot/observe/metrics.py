"""The numbers a bot shows to Prometheus.

Decides their names, labels and buckets; when to count is left to the modules beside this one and to
whoever is given a method of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from telegram.error import TelegramError
from telegram.ext import CallbackContext

from bot.handlers.errors import REACTIONS, apologise
from bot.poet import EmbeddedWorker, Endpoint, PoetUnavailable
from bot.poet.embedded import State
from bot.poet.errors import Reason
from bot.sending import Fate, judge

_OF_TELEGRAM = "telegram_{}".format
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """Counts of one bot, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(namespace="qibu_bot", registry=self.registry)
        own: dict[str, Any] = {"registry": self.registry}
        self.updates = Counter(
            "qibu_bot_updates", "Updates from Telegram, by kind.", ["kind"], **own
        )
        self.waiting = Gauge(
            "qibu_bot_updates_waiting", "Updates that arrived and were not taken up yet.", **own
        )
        self.handling = Histogram(
            "qibu_bot_update_seconds",
            "Time an update took, its wait for others of its chat included, by kind.",
            ["kind"],
            buckets=_SECONDS,
            **own,
        )
        self.answering = Histogram(
            "qibu_bot_answer_seconds",
            "Time from an update to the first answer that Telegram took, by kind of update.",
            ["kind"],
            buckets=_SECONDS,
            **own,
        )
        self.answers = Counter(
            "qibu_bot_answers",
            "Answers that Telegram took: message, picture, edit, notice or inline.",
            ["kind"],
            **own,
        )
        self.errors = Counter(
            "qibu_bot_errors",
            "Updates whose handling failed: for want of a poet, of Telegram, or by our own fault.",
            ["kind"],
            **own,
        )
        self.deliveries = Counter(
            "qibu_bot_deliveries", "Daily poems that came to a state.", ["state"], **own
        )
        self.requests = Histogram(
            "qibu_bot_request_seconds",
            "Requests to Telegram; outcome is a status, or what went wrong on the way.",
            ["method", "outcome"],
            buckets=_SECONDS,
            **own,
        )
        self.telegram_errors = Counter(
            "qibu_bot_telegram_errors",
            "Requests that Telegram refused or did not answer, by what follows from that.",
            ["family"],
            **own,
        )
        self.last_contact = Gauge(
            "qibu_bot_last_contact_timestamp_seconds",
            "When Telegram last answered a request.",
            **own,
        )

        self._begin()

    def _begin(self) -> None:
        """Shows at 0 what an alert waits for: Prometheus takes no first sight for an increase."""
        fates = [fate.name.lower() for fate in Fate]
        for family in fates:
            self.telegram_errors.labels(family)
        for kind in ("own", *(f"poet_{r}" for r in get_args(Reason)), *map(_OF_TELEGRAM, fates)):
            self.errors.labels(kind)
        for state in ("sent", "retry", "unknown", "dead"):
            self.deliveries.labels(state)

    async def count_error(self, _: object, context: CallbackContext[Any, Any, Any, Any]) -> None:
        """An update could not be handled; an error handler of an Application."""
        kind = _kind(context.error)
        if kind is not None:
            self.errors.labels(kind).inc()

    def count_deliveries(self, state: str, number: int = 1) -> None:
        """So many daily poems came to a state."""
        self.deliveries.labels(state).inc(number)

    def watch_worker(self, endpoint: Endpoint) -> None:
        """Shows how a worker of our own fares."""
        if isinstance(endpoint, EmbeddedWorker):
            self.registry.register(_Child(endpoint))

    def watch_queue(self, size: Callable[[], int]) -> None:
        """Shows how many updates wait."""
        self.waiting.set_function(size)

    def render(self) -> bytes:
        """The text that Prometheus reads."""
        return generate_latest(self.registry)


def _kind(error: Exception | None) -> str | None:
    """Whose fault it was; None where somebody only asked for something else meanwhile."""
    match error:
        case PoetUnavailable():
            return f"poet_{error.reason}"
        case TelegramError():
            return _OF_TELEGRAM(judge(error).fate.name.lower())
    assert error is not None
    reaction = next(reaction for applies, reaction in REACTIONS if applies(error))
    return "own" if reaction is apologise else None


class _Child(Collector):
    """The supervisor's own knowledge of the embedded worker, read when somebody asks."""

    def __init__(self, worker: EmbeddedWorker) -> None:
        self._worker = worker

    def collect(self) -> Iterator[Metric]:
        yield CounterMetricFamily(
            "qibu_bot_worker_restarts",
            "How often the embedded worker had to be replaced.",
            value=self._worker.restarts,
        )
        yield GaugeMetricFamily(
            "qibu_bot_worker_up",
            "1 while the embedded worker is ready.",
            value=self._worker.state is State.READY,
        )
