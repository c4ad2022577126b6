"""How much a worker has to do.

Decides which of the numbers that it shows to Prometheus tell so; when they are asked for is left to
the client.
"""

from __future__ import annotations

from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

_WAITING = "qibu_worker_queue_verses"
_WRITING = "qibu_worker_running_verses"
_AHEAD = "qibu_worker_pool_verses"


@dataclass(frozen=True)
class Load:
    """Verses."""

    waiting: int
    """Asked for, and not begun."""
    writing: int
    ahead: int
    """Composed ahead and not yet given."""


def read_load(metrics: str) -> Load:
    """The load in a page of metrics. Raises ValueError for what is none."""
    found = dict.fromkeys((_WAITING, _WRITING, _AHEAD), 0)
    for family in text_string_to_metric_families(metrics):
        if family.name in found:
            found[family.name] = int(sum(sample.value for sample in family.samples))
    return Load(found[_WAITING], found[_WRITING], found[_AHEAD])
