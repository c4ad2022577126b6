"""What most chats like, of those that agreed to be learnt from.

Decides that every chat has one voice of limited strength, however much it rates and however
extremely: no chat can steer what all others are shown. How voices are gathered is left to the
store.
Shapes: D numbers of a description.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from bot.taste.belief import Belief, Evidence, Prior
from bot.taste.features import SIZE, Floats

_LOUDEST = 0.5
"""Stars to which each weight of a voice is cut."""
_SILENT = 20
"""Chats without any liking that are counted in: few voices move little."""


@dataclass(frozen=True)
class Voice:
    """What one chat likes, by its own stars alone, (D,)."""

    weights: Floats

    @classmethod
    def of(cls, evidence: Evidence) -> Voice:
        """The likeliest weights under a neutral prior, each cut to what one chat may say."""
        mean = Belief(Prior.neutral(), evidence).mean
        return cls(np.clip(mean, -_LOUDEST, _LOUDEST))

    def to_bytes(self) -> bytes:
        """The numbers, little-endian."""
        return self.weights.astype("<f4").tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> Voice:
        """What `to_bytes` gave. Raises ValueError where the size is another."""
        weights = np.frombuffer(data, dtype="<f4").astype(np.float64)
        if len(weights) != SIZE:
            raise ValueError("a voice of descriptions of another size")
        return cls(weights)


@dataclass(frozen=True)
class Population:
    """The mean of all voices, (D,)."""

    mean: Floats
    voices: int

    @classmethod
    def of(cls, voices: Iterable[Voice]) -> Population:
        """One chat moves no weight by more than `_LOUDEST` / (chats + `_SILENT`)."""
        total, count = np.zeros(SIZE), 0
        for voice in voices:
            total += voice.weights
            count += 1
        return cls(total / (count + _SILENT), count)

    @property
    def prior(self) -> Prior:
        """What is believed of a chat that has not rated yet."""
        return Prior(self.mean)

    def stars(self, described: Floats) -> Floats:
        """What verses (N, D) gain or lose by what most chats like, in stars, (N,)."""
        gained: Floats = described @ self.mean
        return gained
