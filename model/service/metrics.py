"""The numbers a worker shows to Prometheus.

Decides their names, labels and buckets; when to count is left to the engine and the app.
"""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

_REASONS = ("busy", "starting", "draining", "dead", "wrong-key", "quota")
_BATCHES = (1, 2, 4, 8, 16, 32, 64, 128)
_BUCKETS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)


class Metrics:
    """One worker's metrics, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(namespace="qibu_worker", registry=self.registry)
        self.requests = Counter(
            "qibu_worker_requests",
            "Requests answered; 499 is a caller that went away.",
            ("endpoint", "status"),
            registry=self.registry,
        )
        self.verses = Counter(
            "qibu_worker_verses", "Verses given, by form.", ("form",), registry=self.registry
        )
        self.queue_wait = Histogram(
            "qibu_worker_queue_wait_seconds",
            "Time from a request's admission until the poet turned to it.",
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.compute = Histogram(
            "qibu_worker_compute_seconds",
            "Time the poet spent on a request.",
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.batch_verses = Histogram(
            "qibu_worker_batch_verses",
            "Verses of requests that the poet wrote in one go.",
            buckets=_BATCHES,
            registry=self.registry,
        )
        self.expired = Counter(
            "qibu_worker_expired", "Requests whose deadline passed.", registry=self.registry
        )
        self.cancelled = Counter(
            "qibu_worker_cancelled",
            "Requests whose caller went away before the answer.",
            registry=self.registry,
        )
        self.rejected = Counter(
            "qibu_worker_rejected",
            f"Requests refused at the door: {', '.join(_REASONS)}.",
            ("reason",),
            registry=self.registry,
        )
        for reason in _REASONS:  # Prometheus takes no first sight for an increase
            self.rejected.labels(reason)
        self.queue_verses = Gauge(
            "qibu_worker_queue_verses", "Verses asked for and waiting.", registry=self.registry
        )
        self.running_verses = Gauge(
            "qibu_worker_running_verses", "Verses being written.", registry=self.registry
        )
        self.pool_verses = Gauge(
            "qibu_worker_pool_verses",
            "Verses composed ahead and not yet given, by form.",
            ("form",),
            registry=self.registry,
        )
        self.pool_composed = Counter(
            "qibu_worker_pool_composed",
            "Verses composed for the pool, kept or not, by form.",
            ("form",),
            registry=self.registry,
        )
        self.pool_hits = Counter(
            "qibu_worker_pool_hits",
            "Requests answered with verses composed ahead, by form.",
            ("form",),
            registry=self.registry,
        )
        self.pool_misses = Counter(
            "qibu_worker_pool_misses",
            "Requests for which too few verses were composed ahead, by form.",
            ("form",),
            registry=self.registry,
        )
        self.ready = Gauge(
            "qibu_worker_ready", "1 while the worker takes requests.", registry=self.registry
        )
        self.model = Gauge(
            "qibu_worker_model_info",
            "1, with the poet that is loaded; model is its name and the beginning of its digest.",
            ("model", "digest", "device"),
            registry=self.registry,
        )

    def render(self) -> bytes:
        """The text that Prometheus reads."""
        return generate_latest(self.registry)
