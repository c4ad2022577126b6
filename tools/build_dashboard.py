"""Writes the Grafana dashboard: `python -m tools.build_dashboard`.

Decides which panels there are, what each asks Prometheus, and where it stands; what the numbers
mean is theirs who count them, `bot.observe.metrics` and `model.service.metrics`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DASHBOARD = Path(__file__).parent.parent / "ops" / "grafana" / "dashboards" / "qibu.json"

_SOURCE = {"type": "prometheus", "uid": "${source}"}
_COLUMNS, _WIDTH, _HEIGHT = 24, 8, 7


@dataclass(frozen=True)
class Panel:
    """A graph: `queries` are pairs of PromQL and the legend of what it finds."""

    title: str
    queries: tuple[tuple[str, str], ...]
    unit: str = "short"
    description: str = ""
    stacked: bool = False


def _rate(metric: str, by: str) -> tuple[str, str]:
    return f"sum by ({by}) (rate({metric}[$__rate_interval]))", f"{{{{{by}}}}}"


def _quantiles(histogram: str, *named: float) -> tuple[tuple[str, str], ...]:
    rate = f"sum by (le) (rate({histogram}_bucket[$__rate_interval]))"
    return tuple((f"histogram_quantile({q}, {rate})", f"p{q * 100:.0f}") for q in named)


def _mean(histogram: str) -> str:
    return (
        f"sum(rate({histogram}_sum[$__rate_interval]))"
        f" / sum(rate({histogram}_count[$__rate_interval]))"
    )


ROWS: dict[str, tuple[Panel, ...]] = {
    "People": (
        Panel(
            "Time to the first answer",
            _quantiles("qibu_bot_answer_seconds", 0.5, 0.95),
            "s",
            "From an update's arrival to the first message, edit or notice that Telegram took.",
        ),
        Panel("Updates", (_rate("qibu_bot_updates_total", "kind"),), "reqps", stacked=True),
        Panel("Answers", (_rate("qibu_bot_answers_total", "kind"),), "reqps", stacked=True),
        Panel(
            "Updates that failed",
            (("sum by (kind) (increase(qibu_bot_errors_total[$__rate_interval]))", "{{kind}}"),),
            description="poet_…: no verse was to be had; telegram_…: no answer; own: our fault.",
        ),
        Panel(
            "Errors of Telegram",
            (
                (
                    "sum by (family) (increase(qibu_bot_telegram_errors_total[$__rate_interval]))",
                    "{{family}}",
                ),
            ),
            description="By what follows: wait, unsent, unknown, migrated, dead, unchanged, "
            "permanent.",
        ),
        Panel(
            "Daily poems, last 24 hours",
            (("sum by (state) (increase(qibu_bot_deliveries_total[24h]))", "{{state}}"),),
        ),
    ),
    "Poet": (
        Panel("Verses given", (_rate("qibu_worker_verses_total", "form"),), "reqps", stacked=True),
        Panel("Wait in the queue", _quantiles("qibu_worker_queue_wait_seconds", 0.5, 0.95), "s"),
        Panel("Time of the poet", _quantiles("qibu_worker_compute_seconds", 0.5, 0.95), "s"),
        Panel(
            "Verses in a batch",
            (
                (_mean("qibu_worker_batch_verses"), "mean"),
                *_quantiles("qibu_worker_batch_verses", 0.95),
            ),
        ),
        Panel(
            "Verses in the worker",
            (
                ("sum(qibu_worker_queue_verses)", "waiting"),
                ("sum(qibu_worker_running_verses)", "being written"),
            ),
        ),
        Panel(
            "Requests that got no verse",
            (
                _rate("qibu_worker_rejected_total", "reason"),
                ("sum(rate(qibu_worker_expired_total[$__rate_interval]))", "expired"),
                ("sum(rate(qibu_worker_cancelled_total[$__rate_interval]))", "cancelled"),
            ),
            "reqps",
        ),
        Panel(
            "Answers of the worker",
            (
                (
                    "sum by (endpoint, status) (rate("
                    'qibu_worker_requests_total{endpoint=~"/v1/.*"}[$__rate_interval]))',
                    "{{endpoint}} {{status}}",
                ),
            ),
            "reqps",
        ),
        Panel("Verses composed ahead", (("sum by (form) (qibu_worker_pool_verses)", "{{form}}"),)),
        Panel(
            "Found ahead",
            (
                (
                    "sum(rate(qibu_worker_pool_hits_total[$__rate_interval])) / ("
                    "sum(rate(qibu_worker_pool_hits_total[$__rate_interval]))"
                    " + sum(rate(qibu_worker_pool_misses_total[$__rate_interval])))",
                    "share",
                ),
            ),
            "percentunit",
            "Of the requests that a verse composed ahead could answer, those for which one was "
            "there.",
        ),
    ),
    "Processes": (
        Panel(
            "Ready",
            (
                ("qibu_worker_ready", "worker {{instance}}"),
                ("qibu_bot_worker_up", "embedded worker of {{instance}}"),
                ('up{job="bot"}', "bot {{instance}}"),
            ),
        ),
        Panel("Models", (("count by (model) (qibu_worker_model_info)", "{{model}}"),)),
        Panel(
            "Embedded workers replaced",
            (("increase(qibu_bot_worker_restarts_total[1h])", "{{instance}}, last hour"),),
        ),
        Panel(
            "Memory",
            (
                ("qibu_bot_process_resident_memory_bytes", "bot {{instance}}"),
                ("qibu_worker_process_resident_memory_bytes", "worker {{instance}}"),
            ),
            "bytes",
        ),
        Panel(
            "Cores",
            (
                (
                    "rate(qibu_bot_process_cpu_seconds_total[$__rate_interval])",
                    "bot {{instance}}",
                ),
                (
                    "rate(qibu_worker_process_cpu_seconds_total[$__rate_interval])",
                    "worker {{instance}}",
                ),
            ),
        ),
        Panel(
            "Updates that wait",
            (("sum by (instance) (qibu_bot_updates_waiting)", "{{instance}}"),),
        ),
    ),
}


def dashboard() -> dict[str, Any]:
    """The dashboard as Grafana reads it."""
    return {
        "uid": "qibu",
        "title": "Qibu 七步",
        "schemaVersion": 39,
        "timezone": "browser",
        "time": {"from": "now-6h", "to": "now"},
        "refresh": "30s",
        "graphTooltip": 1,
        "templating": {
            "list": [
                {"name": "source", "label": "Source", "type": "datasource", "query": "prometheus"}
            ]
        },
        "panels": list(_panels()),
    }


def _panels() -> Iterator[dict[str, Any]]:
    number, y = 1, 0
    for title, panels in ROWS.items():
        yield {
            "id": number,
            "type": "row",
            "title": title,
            "gridPos": {"x": 0, "y": y, "w": _COLUMNS, "h": 1},
            "panels": [],
        }
        number, y, x = number + 1, y + 1, 0
        for panel in panels:
            yield _graph(panel, number, x, y)
            number, x = number + 1, x + _WIDTH
            if x == _COLUMNS:
                x, y = 0, y + _HEIGHT
        y += _HEIGHT if x else 0


def _graph(panel: Panel, number: int, x: int, y: int) -> dict[str, Any]:
    custom = {
        "fillOpacity": 20 if panel.stacked else 0,
        "stacking": {"mode": "normal" if panel.stacked else "none"},
        "showPoints": "never",
    }
    return {
        "id": number,
        "type": "timeseries",
        "title": panel.title,
        "description": panel.description,
        "datasource": _SOURCE,
        "gridPos": {"x": x, "y": y, "w": _WIDTH, "h": _HEIGHT},
        "fieldConfig": {
            "defaults": {"unit": panel.unit, "min": 0, "custom": custom},
            "overrides": [],
        },
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}},
        "targets": [
            {"refId": chr(ord("A") + i), "datasource": _SOURCE, "expr": query, "legendFormat": name}
            for i, (query, name) in enumerate(panel.queries)
        ],
    }


def text() -> str:
    """The file."""
    return json.dumps(dashboard(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    DASHBOARD.write_text(text())
