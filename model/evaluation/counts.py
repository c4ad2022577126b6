"""What TRAIN holds, counted once: adjacent pairs, parallel characters, lines.

Decides when a pair is attested, what parallelism is in numbers, and when two lines are nearly the
same; which verses are looked up is left to `samples`.

Lines are arrays of character ids of shape (lines, characters a line), id 0 for a character that the
corpus does not hold.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Lines = npt.NDArray[np.integer]

_Integers = npt.NDArray[np.int64]

ATTESTED = 5
"""A pair that TRAIN holds this often is attested; once barely tells verse from shuffled verse."""


def adjacent_pairs(lines: Lines) -> _Integers:
    """A number for each two neighbours in a line, (lines, characters a line − 1)."""
    return _pairs(lines[:, :-1], lines[:, 1:])


def _pairs(first: Lines, second: Lines) -> _Integers:
    return first.astype(np.int64) << 16 | second.astype(np.int64)


class AttestedPairs:
    """The adjacent pairs that stand in the lines of TRAIN often enough, whatever their length."""

    def __init__(self, lines: Sequence[Lines]) -> None:
        keys = np.concatenate([adjacent_pairs(part).ravel() for part in lines])
        pairs, counts = np.unique(keys, return_counts=True)
        self._pairs = pairs[counts >= ATTESTED]

    def attested(self, lines: Lines) -> npt.NDArray[np.bool_]:
        """Which adjacent pairs are attested, (lines, characters a line − 1)."""
        return np.isin(adjacent_pairs(lines), self._pairs)


class Parallelism:
    """对仗 without a tagger: the pointwise mutual information, in nats, of two characters at the
    same place of the two lines of couplets that custom demands be parallel."""

    def __init__(self, couplets: Sequence[Lines], characters: int) -> None:
        """Counts couplets, one array of (couplets, 2 × line length) for each line length."""
        first, second = (
            np.concatenate([half.ravel() for half in halves])
            for halves in zip(*(np.split(part, 2, axis=1) for part in couplets), strict=True)
        )
        both = np.concatenate([first, second])
        keys = np.concatenate([_pairs(first, second), _pairs(second, first)])
        pairs, counts = np.unique(keys, return_counts=True)
        frequency = np.bincount(both, minlength=characters + 1) / len(both)
        expected = len(keys) * frequency[pairs >> 16] * frequency[pairs & 0xFFFF]
        self._pairs = pairs
        self._information = np.log(counts / expected)

    def information(self, couplets: Lines) -> npt.NDArray[np.float64]:
        """Of each place, (couplets, line length); a pair never seen, and a character with itself,
        counts 0."""
        first, second = np.split(couplets, 2, axis=1)
        wanted = _pairs(first, second)
        place = np.searchsorted(self._pairs, wanted)
        place[place == len(self._pairs)] = 0
        told = (self._pairs[place] == wanted) & (first != second)
        return np.where(told, self._information[place], 0.0)


class KnownLines:
    """The lines of TRAIN of one length, to be found whole or with one character replaced.

    A line is looked up by a linear hash modulo 2⁶⁴; with random factors two different lines
    share one about as rarely as chance allows. Taking one term out leaves a place open.
    """

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._factors: npt.NDArray[np.uint64] = np.frombuffer(
            np.random.default_rng(0).bytes(8 * lines.shape[1]), np.uint64
        )
        self._hashes = self._hash(lines)

    def verbatim(self, lines: Lines) -> npt.NDArray[np.bool_]:
        """Which lines stand in TRAIN as they are."""
        return _among(self._hash(lines), self._hashes)

    def nearly(self, lines: Lines) -> npt.NDArray[np.bool_]:
        """Which lines stand in TRAIN with at most one character replaced."""
        near = np.zeros(len(lines), dtype=bool)
        hashes = self._hash(lines)
        for place, factor in enumerate(self._factors):
            open_hashes = self._hashes - self._lines[:, place].astype(np.uint64) * factor
            near |= _among(hashes - lines[:, place].astype(np.uint64) * factor, open_hashes)
        return near

    def _hash(self, lines: Lines) -> npt.NDArray[np.uint64]:
        hashes = np.zeros(len(lines), dtype=np.uint64)
        for column, factor in zip(lines.T, self._factors, strict=True):
            hashes += column.astype(np.uint64) * factor
        return hashes


def _among(few: npt.NDArray[np.uint64], many: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    """Which of a few numbers are among many, which need not be sorted for it."""
    wanted = np.unique(few)
    place = np.searchsorted(wanted, many)
    place[place == len(wanted)] = 0
    return np.isin(few, many[wanted[place] == many])
