"""What can be said of a set of verses without a reader: fluency, rules, parallelism, novelty.

Decides the measures and what each is a share of; where the verses come from is left to `report`.
All tables are of TRAIN, so that held-out verse is judged as a poet's is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.corpus.encode import COUPLETS, Corpus
from model.corpus.poems import Part
from model.evaluation.counts import AttestedPairs, KnownLines, Lines, Parallelism, adjacent_pairs
from model.evaluation.ngram import KneserNey
from model.prosody import couplet_keeps, line_types, rhymes
from model.verse import Verse

DISTINCT_OF = 1000
"""Distinct-n falls with the number of verses, so it is always taken of the first thousand."""


@dataclass(frozen=True)
class Measures:
    """What a set of verses of one form is like; shares are of 1."""

    verses: int
    nats: float
    """Mean cost of a character under the 4-gram; lower than real verse means bland."""
    attested: float
    """Adjacent pairs in a line that TRAIN holds five times or more."""
    lines_kept: float
    """Lines that keep the tone rule."""
    couplets_kept: float
    """Couplets that keep it, both lines opposed to each other."""
    rhymed: float | None
    """Quatrains whose even lines rhyme; None for couplets."""
    parallelism: float
    """Mean information, in nats, of characters at the same place of a couplet's lines."""
    verbatim: float
    """Lines that stand in TRAIN."""
    nearly_verbatim: float
    """Lines that stand there with at most one character replaced."""
    distinct_1: float | None
    """Kinds of characters in 1,000 verses, by all characters there; None of fewer verses."""
    distinct_2: float | None
    """Kinds of adjacent pairs likewise."""
    duplicates: int
    """Verses that stand earlier in the set already."""
    repeating: float
    """Couplets that hold some character twice."""


class Judge:
    """Measures verses against TRAIN."""

    def __init__(self, corpus: Corpus) -> None:
        """Counts TRAIN: some seconds, and 1 GB of memory, for the whole corpus."""
        couplets = [corpus.verses[form, Part.TRAIN] for form in COUPLETS]
        parallel = [corpus.parallel[form, Part.TRAIN] for form in COUPLETS]
        lines = [_cut(part, part.shape[1] // 2) for part in couplets]
        characters = len(corpus.characters)
        self._ids = {character: i + 1 for i, character in enumerate(corpus.characters)}
        self._attested = AttestedPairs(lines)
        self._parallelism = Parallelism(parallel, characters)
        self._known_lines = {part.shape[1]: KnownLines(part) for part in lines}
        self.language_model = KneserNey(couplets, characters)

    def measure(self, verses: Sequence[Verse]) -> Measures:
        """Measures verses, all of one form and at least one."""
        form = verses[0].form
        ids = np.array([[self._ids.get(c, 0) for c in verse.characters] for verse in verses])
        lines = _cut(ids, form.line_length)
        couplets = _cut(ids, 2 * form.line_length)
        texts = [line for verse in verses for line in verse.lines]
        kept = [
            couplet_keeps(first, second)
            for first, second in zip(texts[::2], texts[1::2], strict=True)
        ]
        known = self._known_lines[form.line_length]
        return Measures(
            verses=len(verses),
            nats=float(self.language_model.cost(couplets).mean()),
            attested=self._attested.share(lines),
            lines_kept=_share([bool(line_types(line)) for line in texts]),
            couplets_kept=_share(kept),
            rhymed=_share([_rhymed(verse) for verse in verses]) if form.line_count > 2 else None,
            parallelism=self._parallelism.mean(couplets),
            verbatim=float(known.verbatim(lines).mean()),
            nearly_verbatim=float(known.nearly(lines).mean()),
            distinct_1=_distinct(ids, len(verses)),
            distinct_2=_distinct(adjacent_pairs(lines).reshape(len(verses), -1), len(verses)),
            duplicates=len(verses) - len({verse.characters for verse in verses}),
            repeating=_share([len(set(row)) < len(row) for row in couplets.tolist()]),
        )


def _cut(ids: Lines, length: int) -> Lines:
    return ids.reshape(-1, length)


def _share(kept: Sequence[bool]) -> float:
    return sum(kept) / len(kept)


def _rhymed(verse: Verse) -> bool:
    return rhymes(verse.lines[1][-1], verse.lines[3][-1])


def _distinct(grams: Lines, verses: int) -> float | None:
    """Of (verses, n-grams a verse)."""
    if verses < DISTINCT_OF:
        return None
    first = grams[:DISTINCT_OF]
    return len(np.unique(first)) / first.size
