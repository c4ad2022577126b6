"""How far a training run has come, on disk, so that a run that was killed goes on.

Decides what must be kept for the run to go on as if nothing had happened; when it is kept is the
trainer's.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from model.networks.checkpoint import load_with_facts, save_atomically
from model.networks.vae import VAE
from model.training.config import Config


class ResumeError(Exception):
    """The directory holds a run of another configuration; `str()` says what to do."""


@dataclass(frozen=True)
class Progress:
    """Epochs done, batches done in the next one, steps in all, and how the bound fared.

    `measured` of the batches done are in `State.sums`; `seconds` is what the run took so far,
    without the times in which it did not run.
    """

    epoch: int = 0
    batch: int = 0
    step: int = 0
    decays: int = 0
    best_epoch: int = 0
    best_bound: float = math.inf
    measured: int = 0
    seconds: float = 0.0

    def after_batch(self, seconds: float) -> Progress:
        """One batch further, which took some seconds."""
        return dataclasses.replace(
            self,
            batch=self.batch + 1,
            step=self.step + 1,
            measured=self.measured + 1,
            seconds=self.seconds + seconds,
        )

    def after_epoch(self, bound: float, tolerance: float, seconds: float) -> Progress:
        """An epoch further; a bound that stands still counts as one decay of the rate."""
        better = bound < self.best_bound
        still = bound > self.best_bound - tolerance
        return dataclasses.replace(
            self,
            epoch=self.epoch + 1,
            batch=0,
            decays=self.decays + still,
            best_epoch=self.epoch + 1 if better else self.best_epoch,
            best_bound=min(bound, self.best_bound),
            measured=0,
            seconds=self.seconds + seconds,
        )


@dataclass(frozen=True)
class State:
    """All that changes while a run goes on, beside its progress; `sums` are the figures of the
    batches done in the next epoch, added up."""

    model: VAE
    optimisers: list[torch.optim.Optimizer]
    generator: torch.Generator
    sums: dict[str, Tensor] = field(default_factory=dict)

    def add(self, figures: Mapping[str, Tensor]) -> None:
        """Adds a batch's figures to the epoch's sums, where they are: no step waits for a GPU."""
        for name, value in figures.items():
            self.sums[name] = self.sums.get(name, 0.0) + value.double()

    def averages(self, batches: int) -> dict[str, float]:
        """The figures of so many batches, averaged."""
        return {name: float(total) / batches for name, total in self.sums.items()}


def save(path: Path, progress: Progress, config: Config, state: State) -> None:
    """Writes everything the run depends on, at once or not at all."""
    optimisers: list[dict[str, Any]] = [one.state_dict() for one in state.optimisers]
    tensors: dict[str, Tensor] = {
        f"model.{name}": tensor for name, tensor in state.model.state_dict().items()
    }
    for number, optimiser in enumerate(optimisers):
        for index, entries in optimiser["state"].items():
            for name, value in entries.items():
                tensors[f"optimiser.{number}.{index}.{name}"] = value
    tensors |= {f"sum.{name}": total for name, total in state.sums.items()}
    tensors["generator"] = state.generator.get_state()
    # Layers such as nn.Dropout draw from torch's own generators.
    tensors["torch"] = torch.get_rng_state()
    if torch.cuda.is_available():
        tensors["cuda"] = torch.cuda.get_rng_state()
    facts = {
        # JSON knows no infinity: before the first epoch there is no bound.
        "progress": dataclasses.asdict(progress)
        | {"best_bound": progress.best_bound if math.isfinite(progress.best_bound) else None},
        "config": config.model_dump(mode="json"),
        "groups": [optimiser["param_groups"] for optimiser in optimisers],
    }
    save_atomically(tensors, facts, path)


def resume(path: Path, config: Config, state: State) -> Progress:
    """Loads what `save` wrote into a state; a fresh Progress if there is nothing yet.

    Raises ResumeError if the run there is of another configuration.
    """
    if not path.exists():
        return Progress()
    tensors, facts = load_with_facts(path)
    if _what_counts(facts["config"]) != _what_counts(config.model_dump(mode="json")):
        raise ResumeError(
            f"{path.parent} holds a run of another configuration: choose another directory with "
            "--directory, or delete it"
        )
    state.model.load_state_dict(
        {n.removeprefix("model."): t for n, t in tensors.items() if n.startswith("model.")}
    )
    entries: list[dict[int, dict[str, Tensor]]] = [{} for _ in state.optimisers]
    for name, tensor in tensors.items():
        if name.startswith("optimiser."):
            _, number, index, entry = name.split(".", 3)
            entries[int(number)].setdefault(int(index), {})[entry] = tensor
    for optimiser, kept, groups in zip(state.optimisers, entries, facts["groups"], strict=True):
        optimiser.load_state_dict({"state": kept, "param_groups": groups})
    state.sums.clear()
    state.sums.update(
        {n.removeprefix("sum."): t for n, t in tensors.items() if n.startswith("sum.")}
    )
    state.generator.set_state(tensors["generator"])
    torch.set_rng_state(tensors["torch"])
    if "cuda" in tensors and torch.cuda.is_available():
        torch.cuda.set_rng_state(tensors["cuda"])
    saved = facts["progress"]
    if saved["best_bound"] is None:
        saved["best_bound"] = math.inf
    return Progress(**saved)


def _what_counts(config: dict[str, Any]) -> dict[str, Any]:
    """A configuration without what may change when a run goes on: how long it is, how it ends."""
    free = ("epochs", "cool_down", "learning_rate", "compiled")
    optimisation = {n: v for n, v in config["optimisation"].items() if n not in free}
    return config | {"optimisation": optimisation}
