"""Verse to learn a judgement from: the corpus's own, and as much that the poet composed unranked.

Decides that both keep the same rules, so that nothing can be told by tone, rhyme or repetition;
what is learnt from them is left to `refine`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from model.corpus.encode import Corpus, Ids
from model.corpus.poems import Part
from model.poet.decoding import derive_seed, seeded
from model.poet.drafting import Drafter, Wish
from model.verse import Form, Pattern

_BATCH = 512


@dataclass(frozen=True)
class Specimens:
    """Verses of one form as ids, (verses, L) each, in no order."""

    real: Tensor
    composed: Tensor


def composed(
    drafter: Drafter, form: Form, count: int, seed: int, done: Callable[[int], object]
) -> Ids:
    """Verses as the poet drafts them where nothing is asked for, (count, L); `done` is told how
    many there are after each batch."""
    wish, rows = Wish(Pattern.open(form)), []
    for batch in range(-(-count // _BATCH)):
        generator = seeded(derive_seed(seed, batch), drafter.device)
        with torch.inference_mode():
            ids, _ = drafter.candidates(wish, _BATCH, generator)
        rows.append(ids.cpu().numpy().astype(np.uint16))
        done(len(ids))
    return np.concatenate(rows)[:count]


def real(drafter: Drafter, corpus: Corpus, form: Form, part: Part, characters: int) -> Ids:
    """The verses of a part of the corpus that keep the rules the poet writes by, (verses, L)."""
    verses = corpus.known(form, part, characters)
    chunks = np.array_split(verses, max(1, len(verses) // _BATCH))
    kept = [
        drafter.kept(form, torch.from_numpy(rows.astype(np.int64)).to(drafter.device)).cpu()
        for rows in chunks
    ]
    rows: Ids = verses[torch.cat(kept).numpy()]
    return rows
