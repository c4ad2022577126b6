"""The curve of a run: a line of JSON for each epoch, so that a plot needs no TensorBoard.

Decides what a line holds, and that there is one for each epoch however often the run was killed;
what is measured, and when, is the trainer's.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Point:
    """The end of an epoch: its number from 1, steps and seconds since the run began, the learning
    rate of its last step, and the loss's figures: the average of its batches, and on VALIDATION."""

    epoch: int
    step: int
    seconds: float
    learning_rate: float
    train: Mapping[str, float]
    validation: Mapping[str, float]


class Curve:
    """The file of a run that goes on after some epochs: what was written of later ones is dropped,
    for they come again."""

    def __init__(self, path: Path, epochs: int) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        points = read(path)
        kept = [point for point in points if point.epoch <= epochs]
        if path.exists():
            # Written again even if nothing is dropped: a line may have been cut short by a kill.
            partial = path.with_suffix(".partial")
            partial.write_text("".join(map(_line, kept)))
            partial.replace(path)

    def append(self, point: Point) -> None:
        """Adds an epoch; when this returns it is on disk."""
        with self._path.open("a") as file:
            file.write(_line(point))
            file.flush()
            os.fsync(file.fileno())


def read(path: Path) -> list[Point]:
    """The points of a curve, without a last line that was cut short; none if there is no file."""
    if not path.exists():
        return []
    lines = path.read_text().splitlines(keepends=True)
    return [Point(**json.loads(line)) for line in lines if line.endswith("\n")]


def _line(point: Point) -> str:
    return json.dumps(dataclasses.asdict(point)) + "\n"
