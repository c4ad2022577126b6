"""Dashboard and alerts ask for numbers that the programs really show."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from bot.observe import Metrics as BotMetrics
from bot.poet import EmbeddedWorker
from model.service.metrics import Metrics as WorkerMetrics
from tools.build_dashboard import DASHBOARD, ROWS, text

OPS = DASHBOARD.parents[2]
_METRIC = re.compile(r"\b(?:qibu_\w+|up)\b(?:{(?P<match>[^}]*)})?")
_GROUPED = re.compile(r"\bby \((\w+(?:, \w+)*)\)")
_LABEL = re.compile(r"(\w+)=")
_SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
_SCRAPED = {"job", "instance", "le"}
"""Labels that come from Prometheus itself, or from what a histogram is."""


def _shown(registry: CollectorRegistry) -> Iterator[tuple[str, set[str]]]:
    labels = {
        name: set(getattr(collector, "_labelnames", ()))
        for collector, names in registry._collector_to_names.items()
        for name in names
    }
    for family in registry.collect():
        for suffix in _SUFFIXES[family.type]:
            yield family.name + suffix, labels.get(family.name, set())


@pytest.fixture(scope="module")
def shown() -> dict[str, set[str]]:
    """Names of all samples with their labels."""
    bot, worker = BotMetrics(), WorkerMetrics()
    bot.watch_worker(EmbeddedWorker())
    return {"up": set(), **dict(_shown(bot.registry)), **dict(_shown(worker.registry))}


def _check(query: str, shown: dict[str, set[str]]) -> None:
    labels = set(_SCRAPED)
    for found in _METRIC.finditer(query):
        name = found[0].split("{")[0]
        assert name in shown, f"nobody shows {name}"
        labels |= shown[name]
        assert set(_LABEL.findall(found["match"] or "")) <= shown[name] | _SCRAPED, query
    for group in _GROUPED.findall(query):
        assert set(group.split(", ")) <= labels, query


def test_the_dashboard_is_what_its_builder_writes() -> None:
    assert DASHBOARD.read_text() == text(), "run `python -m tools.build_dashboard`"


@pytest.mark.parametrize("panel", [p for row in ROWS.values() for p in row], ids=lambda p: p.title)
def test_a_panel_asks_for_what_there_is(panel: object, shown: dict[str, set[str]]) -> None:
    for query, legend in panel.queries:  # type: ignore[attr-defined]
        _check(query, shown)
        named = set(re.findall(r"{{(\w+)}}", legend))
        grouped = {label for group in _GROUPED.findall(query) for label in group.split(", ")}
        assert named <= (grouped or _SCRAPED), f"{legend} would stay empty"


def test_alerts_ask_for_what_there_is(shown: dict[str, set[str]]) -> None:
    rules = (OPS / "alerts.yml").read_text()
    queries = re.findall(r"expr: (?:>\n)?(.*?)(?=\n\s+(?:for|labels):)", rules, re.DOTALL)
    assert len(queries) == rules.count("- alert:")
    for query in queries:
        _check(query, shown)


def test_every_alert_has_a_case_and_a_line_in_the_docs() -> None:
    names = set(re.findall(r"- alert: (\w+)", (OPS / "alerts.yml").read_text()))
    assert names <= set(re.findall(r"alertname: (\w+)", (OPS / "alerts_test.yml").read_text()))
    assert names <= set(
        re.findall(r"`(Qibu\w+)`", (OPS.parent / "docs" / "operations.md").read_text())
    )


@pytest.mark.skipif(shutil.which("promtool") is None, reason="needs Prometheus's promtool")
@pytest.mark.parametrize(
    "check", [("check", "config", "prometheus.yml"), ("test", "rules", "alerts_test.yml")]
)
def test_prometheus_takes_them(check: tuple[str, ...]) -> None:
    done = subprocess.run(
        ["promtool", *check], cwd=OPS, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_grafana_finds_the_dashboard() -> None:
    """Where the provider looks is where compose puts it."""
    provider = (OPS / "grafana/provisioning/dashboards/qibu.yaml").read_text()
    compose = (Path(OPS).parent / "compose.watch.yaml").read_text()
    (path,) = re.findall(r"path: (\S+?)}", provider)
    assert f"./ops/grafana/dashboards:{path}:ro" in compose
