"""How pieces become ranked candidates, many of them in one batch.

Decides how large a batch may be and that a piece does not depend on its company; how candidates are
drafted and read is left to `drafting` and `reading`, which of them is taken to the poet.

A piece depends on the model, its wish and its seed alone. Its chance is drawn from a generator of
its own before anything is computed, and whatever is computed, is for each row by itself. What
remains is arithmetic: kernels are chosen by the size of a batch, and another kernel adds up in
another order. On CPUs a row of a product has the same bits in all batches of whole groups of eight
rows, in which every piece begins and ends. On GPUs nothing of that kind holds, so all batches have
one size. Where it does not hold after all, `warm_up` finds out, and no piece shares a batch.
Shapes: B candidates, L characters a verse.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from model.poet.decoding import seeded
from model.poet.drafting import Draft, Drafter, Progress, Wish, no_progress
from model.poet.known_lines import KnownLines
from model.poet.pieces import Candidate, Piece, Ranked
from model.poet.reading import Reader
from model.verse import Form, Pattern, Verse
from model.vocabulary import Vocabulary

_ROWS_ON_CPU = 128
"""Candidates in a batch, at most: with more of them a core writes no faster."""
_GROUP = 8
_ROWS_ON_GPU = 2048


@dataclass(frozen=True)
class WarmUp:
    """What is known of a machine once a poet has written on it."""

    shares: bool
    """Whether pieces may share a batch: they come out the same alone and in company."""
    seconds: float
    """Of a candidate, in a full batch."""


class Writer:
    """Writes and ranks pieces; all calls block while torch computes."""

    def __init__(
        self,
        drafter: Drafter,
        reader: Reader,
        vocabulary: Vocabulary,
        known_lines: KnownLines,
        rows: int | None = None,
    ) -> None:
        """A batch has at most `rows` candidates, or one piece; by default as many as pay on the
        drafter's device."""
        on_cpu = drafter.device.type == "cpu"
        self.rows = rows or (_ROWS_ON_CPU if on_cpu else _ROWS_ON_GPU)
        self._fewest = 0 if on_cpu else self.rows
        self._drafter = drafter
        self._reader = reader
        self._vocabulary = vocabulary
        self._known_lines = known_lines

    def warm_up(self) -> tuple[WarmUp, Piece, Ranked]:
        """Writes one piece alone, which also pays for what torch sets up lazily, and among others;
        if it does not come out the same, no pieces share a batch from now on."""
        quarter = max(1, self.rows // 4)
        wish = Wish(Pattern.open(self._drafter.forms[0]))
        one, *others = (Piece(wish, seed, quarter) for seed in range(4))
        (alone,) = self.write([one])
        begun = time.monotonic()
        together = self.write([others[0], one, *others[1:]])
        seconds = (time.monotonic() - begun) / (4 * quarter)
        same = together[1] == alone
        if not same:
            self.rows = 1
        return WarmUp(same, seconds), one, alone

    @torch.inference_mode()
    def write(self, pieces: Sequence[Piece], progress: Progress = no_progress) -> list[Ranked]:
        """The ranked candidates of pieces of one form; `progress` is called with each character."""
        form = pieces[0].form
        drafts = [self._draft(piece) for piece in pieces]
        ids = self._drafter.write(drafts, self._fewest, progress)  # (≥ ΣB, L)
        scores = self._reader.scores(form, ids)
        found, begin = [], 0
        for piece, draft in zip(pieces, drafts, strict=True):
            end = begin + piece.rows
            regular = draft.regular[: piece.rows].tolist()
            found.append(self._ranked(form, ids[begin:end], regular, scores[begin:end].tolist()))
            begin += len(draft.patterns)
        return found

    def _draft(self, piece: Piece) -> Draft:
        """Of whole groups, the last of which may hold more than is asked for."""
        rows = math.ceil(piece.rows / _GROUP) * _GROUP
        return self._drafter.draft(piece.wish, rows, seeded(piece.seed, self._drafter.device))

    def _ranked(self, form: Form, ids: Tensor, regular: list[bool], scores: list[float]) -> Ranked:
        """Best is what is regular, of new lines, and has a high score."""
        candidates = [
            Candidate(self._vocabulary.decode(row), score)
            for row, score in zip(ids.tolist(), scores, strict=True)
        ]
        lines = [
            line for one in candidates for line in Verse.of_characters(form, one.characters).lines
        ]
        known = self._known_lines.among(lines).reshape(len(candidates), -1).sum(axis=1).tolist()

        def worth(i: int) -> tuple[bool, int, float]:
            return regular[i], -known[i], scores[i]

        order = sorted(range(len(candidates)), key=worth, reverse=True)
        return Ranked(tuple(candidates[i] for i in order))
