"""A text file as numbers: its characters, and the tail that is held out.

Decides what is a text worth learning from, which characters a model of it knows and how much of it
is held out; what is learnt is left to `learning`.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from model.vocabulary import Vocabulary

SHORTEST = 2000
"""Characters that a text must have."""

_LEAD = 200
_HELD_OUT = 0.1
_HELD_OUT_AT_MOST = 40_000


class TextError(Exception):
    """The file holds no text to learn from; `str()` says why."""


@dataclass(frozen=True)
class Text:
    """A text in two pieces, of ids: `train`, and its tail `held_out`, in which a character that
    `train` lacks is 0."""

    digest: str
    vocabulary: Vocabulary
    train: Tensor
    held_out: Tensor

    @property
    def counts(self) -> Tensor:
        """How often each id occurs in `train`, (V,)."""
        return torch.bincount(self.train, minlength=self.vocabulary.size)

    @property
    def reference(self) -> float:
        """Nats a character of the tail where one knows how often each occurs, and nothing else."""
        costs = -torch.log(self.counts.double() / len(self.train))
        return float(costs[self.held_out[self.held_out > 0]].mean())

    @property
    def lead(self) -> str:
        """The end of what is learnt, up to the end of a line if there is one."""
        end = self.vocabulary.decode(self.train[-_LEAD:].tolist())
        return end[: end.rfind("\n") + 1] or end

    @classmethod
    def read(cls, path: Path) -> Text:
        """Reads a file in UTF-8; ends of lines may be those of any system. Raises TextError."""
        try:
            characters = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise TextError(
                f"{path} is no text in UTF-8: if it is Chinese of another encoding, "
                f"`iconv -f GB18030 -t UTF-8 {path}` converts it"
            ) from error
        if not characters.strip():
            raise TextError(f"{path} is empty")
        if len(characters) < SHORTEST:
            raise TextError(
                f"{path} has {len(characters):,} characters: give a text of {SHORTEST:,} at least"
            )
        text = cls.of(characters)
        if not (text.held_out > 0).any():
            raise TextError(f"the end of {path} has no character of the rest, so nothing is tested")
        return text

    @classmethod
    def of(cls, characters: str) -> Text:
        """Splits a text and numbers its characters, the commonest first."""
        encoded = characters.encode("utf-32-le")
        points = np.frombuffer(encoded, dtype=np.uint32)
        tail = min(math.ceil(_HELD_OUT * len(points)), _HELD_OUT_AT_MOST)
        known, counts = np.unique(points[:-tail], return_counts=True)
        known = known[np.lexsort((known, -counts))]
        table = np.zeros(int(points.max()) + 1, dtype=np.int64)
        table[known] = np.arange(1, len(known) + 1)
        ids = torch.from_numpy(table[points])
        return cls(
            hashlib.sha256(encoded).hexdigest(),
            Vocabulary("".join(map(chr, known.tolist()))),
            ids[:-tail],
            ids[-tail:],
        )
