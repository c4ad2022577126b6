"""Draws the panels of the dashboard from a running Prometheus.

Decides how a panel looks without Grafana; which panels there are, and what they ask, is read from
the same file that Grafana reads.

    python -m tools.draw_dashboard http://127.0.0.1:9090 docs/dashboard.png --minutes 10
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import httpx
import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, FuncFormatter, PercentFormatter

from tools.build_dashboard import DASHBOARD

_UNITS = {
    "s": EngFormatter("s"),
    "reqps": FuncFormatter(lambda x, _: f"{x:g}/s"),
    "bytes": EngFormatter("B"),
    "percentunit": PercentFormatter(1.0),
}
_LEGEND = re.compile(r"{{(\w+)}}")
_POINTS = 240
_MOST = 8
"""Curves in a legend; a panel may have more."""


@dataclass(frozen=True)
class _Span:
    """A span of time, of which Prometheus is asked; rates are taken over `interval`."""

    http: httpx.Client
    begin: float
    end: float
    interval: str

    def curves(self, target: dict[str, str]) -> list[tuple[str, dict[float, float]]]:
        """Legend, and values by time, of each series that a query finds."""
        asked = {
            "query": target["expr"].replace("$__rate_interval", self.interval),
            "start": self.begin,
            "end": self.end,
            "step": max(1.0, (self.end - self.begin) / _POINTS),
        }
        answer = self.http.get("/api/v1/query_range", params=asked).raise_for_status()
        return [
            (
                _named(target["legendFormat"], series["metric"]),
                {float(at): float(value) for at, value in series["values"] if value != "NaN"},
            )
            for series in answer.json()["data"]["result"]
        ]


def _named(legend: str, labels: dict[str, str]) -> str:
    return _LEGEND.sub(lambda found: labels.get(found[1], ""), legend)


@click.command()
@click.argument("prometheus")
@click.argument("picture", type=click.Path(path_type=Path))
@click.option("--minutes", type=click.FloatRange(1), default=10.0, show_default=True)
@click.option("--interval", default="30s", show_default=True, help="What rates are taken over.")
def main(prometheus: str, picture: Path, minutes: float, interval: str) -> None:
    """Draw the last MINUTES as PROMETHEUS, an address, has them."""
    draw(prometheus, picture, minutes, interval)


def draw(prometheus: str, picture: Path, minutes: float, interval: str) -> None:
    """The picture of the last minutes."""
    mpl.rcParams.update({"font.size": 8, "axes.titlesize": 9, "axes.spines.right": False})
    mpl.rcParams.update({"axes.spines.top": False, "axes.grid": True, "grid.alpha": 0.3})
    panels = json.loads(DASHBOARD.read_text())["panels"]
    rows = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in panels)
    figure = Figure(figsize=(15, rows * 0.42), dpi=80, layout="none")
    end = time.time()
    with httpx.Client(base_url=prometheus, trust_env=False, timeout=30) as http:
        span = _Span(http, end - 60 * minutes, end, interval)
        for panel in panels:
            place = panel["gridPos"]
            top = 1 - (place["y"] + 0.4) / rows
            if panel["type"] == "row":
                figure.text(0.015, top - 0.4 / rows, panel["title"], weight="bold", size=11)
                continue
            height = (place["h"] - 2.0) / rows
            left, width = place["x"] / 24 + 0.035, place["w"] / 24 - 0.05
            axes = figure.add_axes((left, top - 0.8 / rows - height, width, height))
            _graph(axes, panel, span)
    figure.savefig(picture, facecolor="white")


def _graph(axes: Axes, panel: dict[str, Any], span: _Span) -> None:
    axes.set_title(panel["title"], loc="left")
    defaults = panel["fieldConfig"]["defaults"]
    curves = [curve for target in panel["targets"] for curve in span.curves(target)]
    stacked = defaults["custom"]["stacking"]["mode"] == "normal"
    times = sorted({moment for _, values in curves for moment in values})
    moments = [datetime.fromtimestamp(moment, UTC) for moment in times]
    if stacked and curves:
        heights = [[values.get(moment, 0.0) for moment in times] for _, values in curves]
        axes.stackplot(moments, heights, labels=[name for name, _ in curves], alpha=0.7)
    else:
        for name, values in curves:
            axes.plot(moments, [values.get(moment, float("nan")) for moment in times], label=name)
    if curves:
        handles, names = axes.get_legend_handles_labels()
        axes.legend(handles[:_MOST], names[:_MOST], fontsize=6, frameon=False, ncols=2)
    else:
        axes.text(0.5, 0.5, "nothing happened", ha="center", transform=axes.transAxes, alpha=0.5)
    axes.set_xlim(datetime.fromtimestamp(span.begin, UTC), datetime.fromtimestamp(span.end, UTC))
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_formatter(DateFormatter("%H:%M"))
    if defaults["unit"] in _UNITS:
        axes.yaxis.set_major_formatter(_UNITS[defaults["unit"]])


if __name__ == "__main__":
    main()
