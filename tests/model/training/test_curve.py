"""The curve of a run: a line of JSON for each epoch, however often the run was killed."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from model.corpus.encode import Corpus
from model.training.curve import Curve, Point, read
from tests.model.training.runs import config, fast_clock, run


def point(epoch: int) -> Point:
    return Point(epoch, 10 * epoch, 1.5 * epoch, 1e-3, {"bound": 3.25}, {"bound": 3.5, "rate": 1.0})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "curve.jsonl"


def test_what_is_appended_can_be_read(path: Path) -> None:
    assert read(path) == []
    curve = Curve(path, 0)
    for epoch in (1, 2):
        curve.append(point(epoch))
    assert read(path) == [point(1), point(2)]
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines == [dataclasses.asdict(point(1)), dataclasses.asdict(point(2))]


@pytest.mark.parametrize("epochs", [0, 1, 2, 3])
def test_a_run_that_goes_on_drops_what_comes_again(path: Path, epochs: int) -> None:
    before = Curve(path, 0)
    for epoch in (1, 2, 3):
        before.append(point(epoch))
    curve = Curve(path, epochs)
    curve.append(point(epochs + 1))
    assert read(path) == [point(epoch) for epoch in range(1, epochs + 2)]
    assert [file.name for file in path.parent.iterdir()] == ["curve.jsonl"]


def test_a_line_cut_short_by_a_kill_is_dropped(path: Path) -> None:
    before = Curve(path, 0)
    for epoch in (1, 2):
        before.append(point(epoch))
    path.write_bytes(path.read_bytes()[:-20])
    assert read(path) == [point(1)]
    Curve(path, 1).append(point(2))
    assert read(path) == [point(1), point(2)]


def test_a_run_writes_what_it_measured(corpus: Corpus, tmp_path: Path) -> None:
    lines: list[str] = []
    chosen = config(epochs=2, schedule="trapezoid", warm_up=0, cool_down=1)
    run(corpus, tmp_path, chosen, fast_clock(), lines.append)
    points = read(tmp_path / "curve.jsonl")
    assert [(one.epoch, one.step) for one in points] == [(1, 13), (2, 26)]
    # By this clock a batch and the judging of an epoch take a thousand seconds each.
    assert [one.seconds for one in points] == [14_000, 28_000]
    assert [one.learning_rate for one in points] == pytest.approx([0.01 * 14 / 26, 0.01 / 26])
    for one, line in zip(points, lines, strict=True):
        assert f"bound {one.validation['bound']:.3f}, " in line
        assert one.train.keys() == one.validation.keys() == {"bound", "distortion", "rate"}
        parts = one.train["distortion"] + one.train["rate"]
        assert one.train["bound"] == pytest.approx(parts)
    assert points[1].train["bound"] < points[0].train["bound"]
