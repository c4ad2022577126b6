"""How good a verse is, by what stands beside what in the corpus: the score of candidates.

Decides the score alone, from neighbouring characters and from parallel ones; the rules of tone and
rhyme, and what is no verse at all, are sorted out before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model.corpus.encode import COUPLETS, Corpus
from model.corpus.poems import Part
from model.verse import Verse
from model.vocabulary import Vocabulary

_MINIMUM_PAIRS = 3
_DISCOUNT = 0.75
_PARALLEL_WEIGHT = 0.8
_COMMONNESS_WEIGHT = 0.7
_START = 0
_Ids = npt.NDArray[np.int64]
_Floats = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Pairs:
    """A sparse table of numbers for pairs of ids, `default` where a pair is missing."""

    keys: npt.NDArray[np.uint32]
    values: npt.NDArray[np.float16]

    def of(self, first: _Ids, second: _Ids, default: npt.NDArray[np.float32]) -> _Floats:
        """Values of pairs, of the same shape as `first`, `second` and `default`."""
        wanted = _key(first, second)
        places = np.searchsorted(self.keys, wanted).clip(max=len(self.keys) - 1)
        return np.where(self.keys[places] == wanted, self.values[places], default)


@dataclass(frozen=True)
class Ranking:
    """A bigram model of lines (absolute discounting, Ney et al. 1994) and the pointwise mutual
    information of characters at the same place of parallel lines."""

    vocabulary: Vocabulary
    bigrams: Pairs  # log p(b | a), nats
    backoff: npt.NDArray[np.float16]  # log of the mass a leaves to pairs not listed, (V,)
    unigrams: npt.NDArray[np.float16]  # log p(b) where a pair is not listed, (V,)
    parallel: Pairs  # nats

    def score(self, verses: list[Verse]) -> _Floats:
        """Scores of verses of one form, (N,): nats a character under the bigram model, less a share
        of what common characters bring whatever stands beside them, and the parallel information
        of their couplets. Higher is better."""
        form = verses[0].form
        ids = self._ids(verses)
        lines = ids.reshape(-1, form.line_length)  # (N · lines, characters a line)
        previous = np.concatenate([np.full((len(lines), 1), _START), lines[:, :-1]], axis=1)
        unlisted = self.backoff[previous].astype(np.float32) + self.unigrams[lines]
        fluency = self.bigrams.of(previous, lines, unlisted).reshape(len(verses), -1).mean(-1)
        parallel = self.parallels(verses).mean(axis=(1, 2))
        common = _COMMONNESS_WEIGHT * self.commonness(verses)
        score: _Floats = fluency - common + _PARALLEL_WEIGHT * parallel
        return score

    def parallels(self, verses: list[Verse]) -> _Floats:
        """What the two characters at each place of a couplet tell of each other, in verses of one
        form, (N, couplets, characters a line), nats; 0 for what the corpus has too few of, and for
        a character and itself."""
        couplets = self._ids(verses).reshape(len(verses), -1, 2, verses[0].form.line_length)
        first, second = couplets[:, :, 0], couplets[:, :, 1]
        information = self.parallel.of(first, second, np.zeros(first.shape, dtype=np.float32))
        return np.where(first == second, 0.0, information)

    def commonness(self, verses: list[Verse]) -> _Floats:
        """Nats a character under the model of single characters, of verses of one form, (N,). The
        second of a doubled character costs nothing, as it tells nothing."""
        ids = self._ids(verses)
        costs = self.unigrams[ids].astype(np.float32)  # (N, L)
        costs[:, 1:][ids[:, 1:] == ids[:, :-1]] = 0
        mean: _Floats = costs.mean(-1)
        return mean

    def _ids(self, verses: list[Verse]) -> _Ids:
        return np.array([self._encode(verse.characters) for verse in verses], dtype=np.int64)

    def _encode(self, characters: str) -> list[int]:
        # What the table does not know counts as never seen beside anything.
        known = self.vocabulary
        return [known.encode(c)[0] if not known.unknown(c) else known.size for c in characters]

    @classmethod
    def of_corpus(cls, corpus: Corpus, minimum_count: int = 10) -> Ranking:
        """Counts the couplets of TRAIN."""
        vocabulary = Vocabulary.of_corpus(corpus, minimum_count)
        first: list[_Ids] = []
        second: list[_Ids] = []
        for form in COUPLETS:
            verses = corpus.known(form, Part.TRAIN, len(vocabulary.characters))
            lines = verses.reshape(-1, form.line_length).astype(np.int64)
            starts = np.full((len(lines), 1), _START)
            first.append(np.concatenate([starts, lines[:, :-1]], axis=1).ravel())
            second.append(lines.ravel())
        bigrams, backoff, unigrams = _bigrams(
            np.concatenate(first), np.concatenate(second), vocabulary.size + 1
        )
        return cls(vocabulary, bigrams, backoff, unigrams, _parallel(corpus, vocabulary))


def _key(first: _Ids, second: _Ids) -> npt.NDArray[np.uint32]:
    return (first << 16 | second).astype(np.uint32)


def _bigrams(
    first: _Ids, second: _Ids, size: int
) -> tuple[Pairs, npt.NDArray[np.float16], npt.NDArray[np.float16]]:
    keys, counts = np.unique(_key(first, second), return_counts=True)
    a, b = (keys >> 16).astype(np.int64), (keys & 0xFFFF).astype(np.int64)
    unigrams = np.bincount(b, minlength=size) + 1.0  # kinds of left neighbours, plus one
    unigrams /= unigrams.sum()
    total = np.bincount(a, counts, minlength=size) + 1.0
    listed = counts >= _MINIMUM_PAIRS
    keys, counts, a, b = keys[listed], counts[listed], a[listed], b[listed]
    kept = np.bincount(a, counts - _DISCOUNT, minlength=size)
    backoff = 1 - kept / total
    probability = (counts - _DISCOUNT) / total[a] + backoff[a] * unigrams[b]
    return (
        Pairs(keys, np.log(probability).astype(np.float16)),
        np.log(backoff).astype(np.float16),
        np.log(unigrams).astype(np.float16),
    )


def _parallel(corpus: Corpus, vocabulary: Vocabulary) -> Pairs:
    one: list[_Ids] = []
    other: list[_Ids] = []
    for form in COUPLETS:
        ids = corpus.parallel[form, Part.TRAIN].astype(np.int64)
        ids = ids[(ids <= len(vocabulary.characters)).all(axis=1)]
        lines = ids.reshape(-1, 2, form.line_length)
        one.append(lines[:, 0].ravel())
        other.append(lines[:, 1].ravel())
    left, right = np.concatenate(one + other), np.concatenate(other + one)
    keys, counts = np.unique(_key(left, right), return_counts=True)
    marginal = np.bincount(left, minlength=vocabulary.size)
    listed = counts >= _MINIMUM_PAIRS
    keys, counts = keys[listed], counts[listed]
    a, b = (keys >> 16).astype(np.int64), (keys & 0xFFFF).astype(np.int64)
    information = np.log(counts * len(left) / (marginal[a] * marginal[b].astype(np.float64)))
    return Pairs(keys, information.astype(np.float16))
