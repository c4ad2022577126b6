"""Chats whose taste is known, to see how fast it is learnt.

Decides what each kind of chat likes and how it gives stars; which verses it is shown is left to
`taste`. What they like is told by characters of their own lists, not by those that are learnt from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model.verse import Form

Floats = npt.NDArray[np.float64]

_STRENGTH = 1.5
"""Stars between a verse that has what a chat likes and one that has not."""
_CRAFT = 0.3
"""Stars that a standard deviation of the poet's own score is worth to everybody."""
_MOOD = 0.8
"""Standard deviation, in stars, of the same person's answer to the same verse."""


@dataclass(frozen=True)
class Pool:
    """Verses to choose from; `craft` is the poet's score, standardised within each form, (V,)."""

    texts: tuple[str, ...]
    forms: tuple[Form, ...]
    described: Floats  # (V, D)
    craft: Floats  # (V,)


@dataclass(frozen=True)
class Chat:
    """Someone of whom it is known what a verse is worth to them."""

    kind: str
    worth: tuple[Floats, ...]
    """Expected stars of each verse of the pool, (V,), for each part of the chat's life."""
    steady: bool = True
    """Whether stars have to do with the verse at all."""

    def expected(self, at: float) -> Floats:
        """Expected stars of all verses after that share of its life, (V,)."""
        return self.worth[min(int(at * len(self.worth)), len(self.worth) - 1)]

    def stars(self, verse: int, at: float, chance: np.random.Generator) -> int:
        """What it gives a verse it is shown."""
        if not self.steady:
            return int(chance.integers(1, 6))
        given = self.expected(at)[verse] + _MOOD * chance.standard_normal()
        return int(np.clip(round(given), 1, 5))


def chats_of(pool: Pool) -> Mapping[str, Chat]:
    """One chat of each kind."""

    def has(characters: str) -> Floats:
        return np.array([bool(set(text) & set(characters)) for text in pool.texts], dtype=float)

    def liking(*signals: Floats) -> tuple[Floats, ...]:
        base = 2.5 + _CRAFT * pool.craft
        return tuple(base + _STRENGTH * signal for signal in signals)

    moon, autumn, hills = has("月"), has("秋霜菊雁"), has("山峰岭")
    quatrain = np.array([form.line_count == 4 for form in pool.forms], dtype=float)
    sad = has("愁泪恨断孤寂老悲")
    popular = has("花月酒春")
    chats = (
        Chat("a theme: the moon", liking(moon)),
        Chat("a season: autumn", liking(autumn)),
        Chat("a mood: sorrow", liking(sad)),
        Chat("a form: quatrains", liking(quatrain)),
        Chat("contrary: no flowers, moon, wine or spring", liking(1 - popular)),
        Chat("changing: the moon, then mountains", liking(moon, hills)),
        Chat("at random", liking(np.zeros(len(pool.texts))), steady=False),
    )
    return {chat.kind: chat for chat in chats}


Policy = Callable[[Floats, Sequence[float]], int]
"""From descriptions (N, D) and scores (N,) the place of the verse to show."""
