"""The report of the worker's speed finds its place, and says what it counts."""

from __future__ import annotations

import math
from pathlib import Path

import click
import pytest

from benchmarks.load import Load
from benchmarks.pages import write_between_marks

PAGE = "before\n<!-- serving -->\nold\n<!-- /serving -->\nafter\n"


def test_a_report_takes_the_place_of_the_last_one(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    for report in ("| new |", "| newer |"):
        write_between_marks(page, "serving", report)
        assert page.read_text() == PAGE.replace("old", f"\n{report}\n")


def test_a_page_without_a_place_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing")
    with pytest.raises(click.ClickException, match="has no place"):
        write_between_marks(page, "serving", "| new |")
    assert page.read_text() == "nothing"


def test_only_verses_count_as_speed() -> None:
    load = Load(clients=2, seconds=4.0)
    assert math.isnan(load.quantile(0.5))
    for pause, seconds in ((None, 1.0), (None, 3.0), (5.0, 0.1), (0.0, 0.1)):
        load.note(pause, seconds)
    assert (load.rate, load.quantile(0.5), load.refused, load.failed) == (0.5, 2.0, 1, 1)
    load.add(Load(clients=2, seconds=4.0, latencies=[1.0, 1.0]))
    assert load.rate == 0.5
