"""What stars say of the weights of features: a Bayesian linear regression.

Decides how sure one may be after so many stars; which verse follows from it is left to `choice`.
The evidence is kept apart from the prior, so that a new prior needs no star a second time.

Source: Bishop 2006, Pattern Recognition and Machine Learning, section 3.3.
Shapes: D numbers of a description.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bot.taste.features import FEATURES, SIZE, Floats

_NOISE = 1.0
"""Standard deviation, in stars, of what one person gives the same verse on different days."""
_SPREADS = np.repeat([1.0, 0.5, 0.03], [1, len(FEATURES), SIZE - 1 - len(FEATURES)])
"""Standard deviations, in stars, of the weights among chats, (D,): of what all verses share, of
what can be named, and of the latent's shadow."""
_EASE = 0.15
"""By how much of their deviation weights are drawn: to try all that is merely possible would cost
a chat that rates little more than it ever gains (Chapelle & Li 2011, section 4)."""
_KEPT = 0.985
"""What is left of the weight of all earlier ratings after one more: tastes change, and of what was
said a hundred ratings ago a fifth still counts."""
MIDDLE = 3.0
"""The stars from which liking is measured."""
LONGEST = 300
"""Ratings after which the first has no weight worth counting: so many, the last ones, give the
evidence again."""


@dataclass(frozen=True)
class Evidence:
    """The sums by which stars are remembered, whatever their number.

    `precision` is Σφφᵀ / σ², (D, D); `pull` is Σφ(stars − 3) / σ², (D,); earlier ratings weigh
    less.
    """

    precision: Floats
    pull: Floats
    ratings: int

    @classmethod
    def none(cls) -> Evidence:
        """Before the first star."""
        return cls(np.zeros((SIZE, SIZE)), np.zeros(SIZE), 0)

    @classmethod
    def of(cls, rated: Iterable[tuple[Floats, int]]) -> Evidence:
        """From descriptions and their stars, the earliest first: where one was changed or taken
        back, or descriptions have another meaning."""
        evidence = cls.none()
        for features, stars in rated:
            evidence = evidence.with_rating(features, stars)
        return evidence

    def with_rating(self, features: Floats, stars: int) -> Evidence:
        """After one more rating, of a verse so described; in constant time."""
        return Evidence(
            _KEPT * self.precision + np.outer(features, features) / _NOISE**2,
            _KEPT * self.pull + (stars - MIDDLE) * features / _NOISE**2,
            self.ratings + 1,
        )

    def to_bytes(self) -> bytes:
        """The numbers, little-endian: the upper half of the precision and the pull."""
        upper = self.precision[np.triu_indices(SIZE)]
        return np.concatenate([upper, self.pull]).astype("<f8").tobytes()

    @classmethod
    def from_bytes(cls, data: bytes, ratings: int) -> Evidence:
        """What `to_bytes` gave. Raises ValueError where the size is another."""
        numbers = np.frombuffer(data, dtype="<f8")
        rows, columns = np.triu_indices(SIZE)
        if len(numbers) != len(rows) + SIZE:
            raise ValueError("evidence of descriptions of another size")
        precision = np.zeros((SIZE, SIZE))
        precision[rows, columns] = precision[columns, rows] = numbers[: len(rows)]
        return cls(precision, numbers[len(rows) :].astype(np.float64), ratings)


@dataclass(frozen=True)
class Prior:
    """What is believed of a chat before its first star: the weights that most chats have, (D,)."""

    mean: Floats

    @classmethod
    def neutral(cls) -> Prior:
        """Nobody likes anything more than anything else."""
        return cls(np.zeros(SIZE))


@dataclass(frozen=True)
class Liking:
    """How much something is liked."""

    stars: float
    """What it adds to a verse, or takes from it."""
    deviation: float
    """How unsure that is, in stars."""

    @property
    def liked(self) -> float:
        """How likely it is liked rather than disliked, 0 to 1."""
        return 0.5 * (1 + math.erf(self.stars / (self.deviation * math.sqrt(2))))


@dataclass(frozen=True)
class Belief:
    """The posterior of a chat's weights."""

    prior: Prior
    evidence: Evidence

    @cached_property
    def precision(self) -> Floats:
        """(D, D), in 1 / stars²."""
        return np.diag(1 / _SPREADS**2) + self.evidence.precision

    @cached_property
    def mean(self) -> Floats:
        """The likeliest weights, in stars, (D,)."""
        pull = self.prior.mean / _SPREADS**2 + self.evidence.pull
        solved: Floats = np.linalg.solve(self.precision, pull)
        return solved

    @cached_property
    def deviation(self) -> Floats:
        """How unsure each weight is, in stars, (D,)."""
        deviation = np.sqrt(np.diag(np.linalg.inv(self.precision)))
        return deviation.astype(np.float64)

    def draw(self, chance: np.random.Generator) -> Floats:
        """Weights as they may be, (D,): the surer a weight, the closer to its mean."""
        root = np.linalg.cholesky(self.precision)
        noise = np.linalg.solve(root.T, chance.standard_normal(SIZE))
        drawn: Floats = self.mean + _EASE * noise
        return drawn

    def liking(self) -> dict[str, Liking]:
        """Of each feature that can be named, how much it is liked."""
        named = slice(1, 1 + len(FEATURES))
        rows = zip(FEATURES, self.mean[named], self.deviation[named], strict=True)
        return {feature.name: Liking(float(mean), float(dev)) for feature, mean, dev in rows}
