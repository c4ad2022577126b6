"""Runs small enough for tests, and clocks by which they save often or are killed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import torch

from model.corpus.encode import Corpus
from model.training.config import Config
from model.training.trainer import Result, train

TRANSFORMER: dict[str, object] = {
    "network": "transformer",
    "forms": ["couplet5", "jueju7"],
    "optimiser": "muon",
    "schedule": "trapezoid",
    "warm_up": 4,
    "options": {
        "hidden_size": 16,
        "heads": 2,
        "encoder_layers": 1,
        "decoder_layers": 1,
        "line_latent_size": 8,
    },
}
"""Changes of `config` that make it a small flagship."""


class Killed(BaseException):
    """Stands for the end of the process."""


def config(**changes: object) -> Config:
    """A small configuration; changes may be of its own fields or of how it is optimised."""
    optimisation: dict[str, object] = {"batch_size": 16, "learning_rate": 1e-2, "epochs": 3}
    fields: dict[str, object] = {
        "name": "small",
        "network": "gcnn",
        "forms": ["couplet5"],
        "seed": 1,
        "optimisation": optimisation,
        "options": {"hidden_size": 16, "latent_size": 8},
    }
    for name, value in changes.items():
        (fields if name in Config.model_fields else optimisation)[name] = value
    return Config.model_validate(fields)


def fast_clock() -> Callable[[], float]:
    """A clock by which every batch is long enough to be followed by a save."""
    ticks = count(step=1000)
    return lambda: float(next(ticks))


def killing_clock(after: int) -> Callable[[], float]:
    """Such a clock, by which the process is killed after some looks at it.

    There is one look at the beginning, one after each batch and one after each epoch.
    """
    ticks = count()

    def look() -> float:
        tick = next(ticks)
        if tick == after:
            raise Killed
        return 1000.0 * tick

    return look


def run(
    corpus: Corpus,
    directory: Path,
    chosen: Config | None = None,
    clock: Callable[[], float] | None = None,
    show: Callable[[str], None] = lambda _: None,
) -> Result:
    return train(
        chosen or config(),
        corpus,
        directory,
        device=torch.device("cpu"),
        show=show,
        clock=clock or fast_clock(),
    )
