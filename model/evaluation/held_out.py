"""The held-out verse of one form, as the corpus has it and as a model reads it.

Decides which verses of TEST and VALIDATION figures are taken of when not of all; what is measured
of them is left to `evaluate`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from model.corpus.encode import COUPLETS, Corpus
from model.corpus.poems import Part
from model.verse import Form, Verse
from model.vocabulary import Vocabulary

Ids = npt.NDArray[np.integer]
"""Ids of the corpus, (verses, characters a verse)."""


@dataclass(frozen=True)
class HeldOut:
    """Verse of one form that no model has seen, in an order of chance that the seed decides."""

    corpus: Corpus
    form: Form
    seed: int

    def ids(self, part: Part, count: int | None = None) -> Ids:
        """So many verses of a part; by default, and if there are not so many, all."""
        every: Ids = self.chance().permutation(self.corpus.verses[self.form, part])
        return every[:count]

    def verses(self, ids: Ids) -> list[Verse]:
        """As text."""
        return [self.corpus.text(self.form, row) for row in ids]

    def shuffled(self, ids: Ids) -> Ids:
        """Each line dealt to another verse, in its place, its characters mixed."""
        chance = self.chance()
        lines = ids.reshape(len(ids), -1, self.form.line_length)
        dealt = np.stack([chance.permutation(lines[:, i]) for i in range(lines.shape[1])], axis=1)
        return chance.permuted(dealt, axis=2).reshape(ids.shape)

    def parallel(self, count: int) -> Ids | None:
        """Couplets of TEST that custom demands be parallel; None for quatrains."""
        if self.form not in COUPLETS:
            return None
        every: Ids = self.chance().permutation(self.corpus.parallel[self.form, Part.TEST])
        return every[:count]

    def known(self, ids: Ids, vocabulary: Vocabulary) -> Ids:
        """The verses all of whose characters a model knows."""
        return ids[(self._translation(vocabulary)[ids] > 0).all(axis=1)]

    def encoded(self, ids: Ids, vocabulary: Vocabulary) -> Tensor:
        """Verses in the ids of a model, which need not be the corpus'; 0 for what it ignores."""
        return torch.from_numpy(self._translation(vocabulary)[ids])

    def chance(self, *purpose: int) -> np.random.Generator:
        """Random numbers that depend on the seed, the form and the purpose alone."""
        return np.random.default_rng((self.seed, self.form.size, *purpose))

    def _translation(self, vocabulary: Vocabulary) -> npt.NDArray[np.int64]:
        ids = {c: i for i, c in enumerate(vocabulary.characters, start=1)}
        return np.array([0, *(ids.get(c, 0) for c in self.corpus.characters)])
