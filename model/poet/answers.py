"""What goes into a poet and comes out of it: a place to look near, a verse, a reconstruction.

Decides what is known of a verse; how it came about is the poet's.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.prosody import Tones
from model.verse import Verse


@dataclass(frozen=True)
class Near:
    """A place in the latent space, by a verse or a latent, and how far from it to look (0 to 1)."""

    verse: Verse | None = None
    latent: tuple[float, ...] | None = None
    distance: float = 0.3


@dataclass(frozen=True)
class Written:
    """A verse and what the poet knows of it; `seed` is None where no seed gives it again."""

    verse: Verse
    seed: int | None
    latent: tuple[float, ...]
    score: float
    tones: Tones
    novel: bool


@dataclass(frozen=True)
class Reconstruction:
    """A person's verse, what its latent gives back, the share of characters in their places, and
    variations as (distance, verse)."""

    original: Written
    reconstruction: Written
    matched: float
    variations: tuple[tuple[float, Written], ...]
