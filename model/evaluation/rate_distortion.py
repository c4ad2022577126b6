"""The rate-distortion line of a model: what verse costs given latents of more and more noise.

Decides at which noises a model is looked at and which of them is its working point; how a bound is
estimated at one of them is left to `bounds`.

Source: Alemi et al. 2018, Fixing a Broken ELBO (arXiv:1711.00464).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from model.evaluation.batches import in_batches
from model.evaluation.bounds import evidence
from model.networks.vae import VAE

NOISES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0)
"""From next to none, where the rate is highest, to all, where nothing is told."""


@dataclass(frozen=True)
class Point:
    """A model at one noise, in nats a character; `noise` is None if it cannot be told any."""

    noise: float | None
    distortion: float
    rate: float

    @property
    def bound(self) -> float:
        """−ELBO."""
        return self.distortion + self.rate


def at(model: VAE, noise: float | None) -> VAE:
    """The model at the noise of a point."""
    return model if noise is None else model.at(noise)


def rate_distortion(
    model: VAE, ids: Tensor, generator: torch.Generator, what: str
) -> tuple[Point, ...]:
    """The points of verses (B, L), one alone for a model that is the same at every noise; `what`
    names them on the progress bar."""
    noises: Sequence[float | None] = (None,) if model.at(1.0) is model else NOISES
    points = []
    for noise in noises:
        title = what if noise is None else f"{what}, noise {noise:g}"
        whole = evidence(at(model, noise), in_batches(ids, title), generator)
        size = ids.shape[1]
        points.append(Point(noise, whole.distortion / size, whole.rate / size))
    return tuple(points)


def working_point(points: Sequence[Point]) -> Point:
    """The point of the lowest bound."""
    return min(points, key=lambda point: point.bound)
