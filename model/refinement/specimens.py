"""Verse to learn a judgement from: the corpus's own, what the poet composed unranked, and real
lines that do not belong together.

Decides that all keep the same rules, so that nothing can be told by tone, rhyme or repetition;
what is learnt from them is left to `refine`.
Shapes: V verses, L characters a verse.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from model.corpus.encode import Corpus, Ids
from model.corpus.poems import Part
from model.poet.decoding import derive_seed, seeded
from model.poet.drafting import Drafter, Wish
from model.verse import Form, Pattern

_BATCH = 512
_READ_AT_ONCE = 4096
_PARTNERS = 64


@dataclass(frozen=True)
class Specimens:
    """Verses of one form as ids, (V, L) each, in no order."""

    real: Ids
    composed: Ids
    mismatched: Ids
    """First halves of real verses with second halves of others."""

    @property
    def kinds(self) -> tuple[Ids, Ids, Ids]:
        """All three, real verse first."""
        return self.real, self.composed, self.mismatched


def composed(
    drafter: Drafter, form: Form, count: int, seed: int, done: Callable[[int], object]
) -> Ids:
    """Verses as the poet drafts them where nothing is asked for, (count, L); `done` is told of each
    batch how many it brought."""
    wish, rows = Wish(Pattern.open(form)), []
    for batch in range(-(-count // _BATCH)):
        generator = seeded(derive_seed(seed, batch), drafter.device)
        with torch.inference_mode():
            ids, _ = drafter.candidates(wish, _BATCH, generator)
        rows.append(ids.cpu().numpy().astype(np.uint16))
        done(len(ids))
    return np.concatenate(rows)[:count]


def real(drafter: Drafter, corpus: Corpus, form: Form, part: Part, characters: int) -> Ids:
    """The verses of a part of the corpus that keep the rules the poet writes by, (V, L)."""
    verses = corpus.known(form, part, characters)
    return verses[_kept(drafter, form, verses)]


def mismatched(drafter: Drafter, form: Form, verses: Ids, count: int, seed: int) -> Ids:
    """First halves of `count` of the verses (V, L) with second halves of others, fewer where the
    rules allow no more.

    Partners are drawn again for halves that found none to which their tones and rhymes fit; of
    quatrains many stay without.
    """
    order, half = np.random.default_rng(seed), form.size // 2
    together = {verse.tobytes() for verse in verses}
    alone, found = order.permutation(verses)[:count], [verses[:0]]
    for _ in range(_PARTNERS):
        others = verses[order.integers(len(verses), size=len(alone))]
        pairs = np.concatenate([alone[:, :half], others[:, half:]], axis=1)
        apart = np.array([pair.tobytes() not in together for pair in pairs])
        fits = _kept(drafter, form, pairs) & apart
        found.append(pairs[fits])
        alone = alone[~fits]
        if not len(alone):
            break
    return order.permutation(np.concatenate(found))


def _kept(drafter: Drafter, form: Form, verses: Ids) -> npt.NDArray[np.bool_]:
    chunks = np.array_split(verses, max(1, len(verses) // _READ_AT_ONCE))
    kept = [
        drafter.kept(form, torch.from_numpy(rows.astype(np.int64)).to(drafter.device)).cpu()
        for rows in chunks
    ]
    answers: npt.NDArray[np.bool_] = torch.cat(kept).numpy()
    return answers
