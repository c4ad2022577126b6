"""What was measured of the models on the bench, on disk, so that nothing is measured twice.

Decides what is kept of a model and what its figures depend on; they are the evaluation's, and when
they are taken is left to `models`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from model.evaluation.evaluate import Extent
from model.evaluation.report import FormReport, Report

_Kind = TypeVar("_Kind")


@dataclass(frozen=True)
class Facts:
    """What figures depend on: weights by their digest, the configuration they were trained by, None
    of a model as it ships, of how much is measured, and among how many candidates is chosen."""

    digest: str
    config: dict[str, Any] | None
    extent: Extent
    candidates: int


@dataclass(frozen=True)
class Measured:
    """A model and what was found.

    `seconds` is what its training took of a core, None where nobody knows. `curve` has the seconds
    and −ELBO on VALIDATION, in nats a character, after each epoch; a model as it ships has none.
    `distinct_2` is by source of the report's rows.
    """

    facts: Facts
    report: Report
    seconds: float | None
    curve: tuple[tuple[float, float], ...]
    distinct_2: dict[str, float]

    @property
    def name(self) -> str:
        return self.report.name

    @property
    def form(self) -> FormReport:
        """The one form that the bench looks at."""
        return self.report.forms[0]


@dataclass(frozen=True)
class Speeds:
    """Verses a second that models write, by name and for each size of batch, all timed by turns.

    `share` of a core was theirs; much less than 1 means that the machine was busy otherwise.
    """

    digests: dict[str, str]
    rounds: int
    share: float
    verses: dict[str, tuple[float, ...]]


def load(kind: type[_Kind], path: Path) -> _Kind | None:
    """What `save` wrote; None if there is nothing, or nothing that can be read as it is now."""
    try:
        return TypeAdapter(kind).validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def save(found: Measured | Speeds, path: Path) -> None:
    """Writes a file at once or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_bytes(TypeAdapter(type(found)).dump_json(found, indent=2))
    partial.replace(path)
