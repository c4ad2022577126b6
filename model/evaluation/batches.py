"""Verses in batches, with a progress bar on standard error.

Decides how many verses a model reads at once; fewer of the longer ones, as its time and memory grow
with their characters.
"""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor
from tqdm import tqdm

_CHARACTERS = 2560
_FEWER = 8


def in_batches(
    rows: Tensor, what: str, *, characters: int | None = None, passes: int = 1
) -> Iterator[Tensor]:
    """The rows, each a verse or the latent of one, in order; `characters` a verse, by default the
    length of a row. Where a batch costs many passes there are more and smaller ones."""
    size = max(1, _CHARACTERS // (characters or rows.shape[1]) // min(passes, _FEWER))
    starts = range(0, len(rows), size)
    for start in tqdm(starts, desc=what, unit="batch", mininterval=0.5, leave=False):
        yield rows[start : start + size]
