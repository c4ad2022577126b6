"""What can be said of a set of verses without a reader: fluency, rules, parallelism, novelty.

Decides the measures and what each is a share of; where the verses come from is left to `rows`.
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
from model.evaluation.rules import keeps_order, keeps_rhyme
from model.prosody import couplet_keeps, line_types
from model.verse import Verse

DISTINCT_OF = 1000
"""Distinct-n falls with the number of verses, so it is always taken of the first thousand."""

COMMON = 100
"""Of how many characters, the most frequent in TRAIN, the share is taken."""


@dataclass(frozen=True)
class Measures:
    """What a set of verses of one form is like; shares are of 1."""

    verses: int
    nats: float
    """Mean cost of a character under the 4-gram, couplet by couplet; lower than real verse means
    bland."""
    attested: float
    """Adjacent pairs in a line that TRAIN holds five times or more."""
    lines_kept: float
    """Lines that keep the tone rule."""
    couplets_kept: float
    """Couplets that keep it, both lines opposed to each other."""
    quatrains_kept: float | None
    """Quatrains that keep it in one of the four orders, whole; None for couplets."""
    rhymed: float | None
    """Quatrains that rhyme in a level group; None for couplets."""
    parallelism: float
    """Mean information, in nats, of characters at the same place of a couplet's lines."""
    verbatim: float
    """Lines that stand in what a poet may learn from: TRAIN and VALIDATION."""
    verbatim_held_out: float | None
    """Lines that stand in TEST alone, by chance; None for verse that is of TEST."""
    nearly_verbatim: float
    """Lines that stand in TRAIN or VALIDATION with at most one character replaced."""
    distinct_1: float | None
    """Kinds of characters in 1,000 verses, by all characters there; None of fewer verses."""
    distinct_2: float | None
    """Kinds of adjacent pairs likewise."""
    duplicates: int
    """Verses that stand earlier in the set already."""
    repeating: float
    """Couplets that hold some character twice."""
    repeating_verses: float
    """Verses that do; the same for couplets."""
    common: float
    """Characters that are among the 100 commonest."""


class Judge:
    """Measures verses against TRAIN; its tables are there for others that measure."""

    def __init__(self, corpus: Corpus) -> None:
        """Counts TRAIN: half a minute, and 2 GB of memory, for the whole corpus."""
        couplets = [corpus.verses[form, Part.TRAIN] for form in COUPLETS]
        parallel = [corpus.parallel[form, Part.TRAIN] for form in COUPLETS]
        characters = len(corpus.characters)
        self._ids = {character: i + 1 for i, character in enumerate(corpus.characters)}
        self._learnt = _lines(corpus, Part.TRAIN, Part.VALIDATION)
        self._held_out = _lines(corpus, Part.TEST)
        self.frequency = np.array([0, *corpus.counts])
        self.pairs = AttestedPairs([part.reshape(-1, part.shape[1] // 2) for part in couplets])
        self.parallelism = Parallelism(parallel, characters)
        self.language_model = KneserNey(couplets, characters)

    def read(self, verses: Sequence[Verse]) -> Lines:
        """The corpus' ids of verses of one form, 0 where it has none: (verses, size)."""
        return np.array([[self._ids.get(c, 0) for c in verse.characters] for verse in verses])

    def nearly_known(self, lines: Lines) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which lines stand in TRAIN or VALIDATION with at most one character replaced."""
        return self._learnt[lines.shape[1]].nearly(lines)

    def measure(self, verses: Sequence[Verse], *, written: bool = True) -> Measures:
        """Measures verses, all of one form and at least one; `written` if they are not of TEST."""
        form = verses[0].form
        ids = self.read(verses)
        lines = ids.reshape(-1, form.line_length)
        couplets = ids.reshape(-1, 2 * form.line_length)
        texts = [line for verse in verses for line in verse.lines]
        pairs = zip(texts[::2], texts[1::2], strict=True)
        quatrains = form.line_count > 2
        verbatim = self._learnt[form.line_length].verbatim(lines)
        elsewhere = self._held_out[form.line_length].verbatim(lines) & ~verbatim
        return Measures(
            verses=len(verses),
            nats=float(self.language_model.cost(couplets).mean()),
            attested=float(self.pairs.attested(lines).mean()),
            lines_kept=_share([bool(line_types(line)) for line in texts]),
            couplets_kept=_share([couplet_keeps(first, second) for first, second in pairs]),
            quatrains_kept=_share([keeps_order(v) for v in verses]) if quatrains else None,
            rhymed=_share([keeps_rhyme(v) for v in verses]) if quatrains else None,
            parallelism=float(self.parallelism.information(couplets).mean()),
            verbatim=float(verbatim.mean()),
            verbatim_held_out=float(elsewhere.mean()) if written else None,
            nearly_verbatim=float(self.nearly_known(lines).mean()),
            distinct_1=_distinct(ids, len(verses)),
            distinct_2=_distinct(adjacent_pairs(lines).reshape(len(verses), -1), len(verses)),
            duplicates=len(verses) - len({verse.characters for verse in verses}),
            repeating=_share([len(set(row)) < len(row) for row in couplets.tolist()]),
            repeating_verses=_share([len(set(row)) < len(row) for row in ids.tolist()]),
            common=float(((ids > 0) & (ids <= COMMON)).mean()),
        )


def _lines(corpus: Corpus, *parts: Part) -> dict[int, KnownLines]:
    """By their length, the lines of all couplets, quatrains' included."""
    return {
        form.line_length: KnownLines(
            np.concatenate(
                [corpus.verses[form, part].reshape(-1, form.line_length) for part in parts]
            )
        )
        for form in COUPLETS
    }


def _share(kept: Sequence[bool]) -> float:
    return sum(kept) / len(kept)


def _distinct(grams: Lines, verses: int) -> float | None:
    """Of (verses, n-grams a verse)."""
    if verses < DISTINCT_OF:
        return None
    first = grams[:DISTINCT_OF]
    return len(np.unique(first)) / first.size
