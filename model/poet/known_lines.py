"""Which lines stand in the corpus: a Bloom filter (Bloom 1970) over the lines that may be learnt.

Decides whether a line is surely new; a line that is new is taken for a known one about once in 300
times, which costs a poet a candidate and nobody anything.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model.corpus.encode import COUPLETS, Corpus
from model.corpus.poems import Part

_BITS_PER_LINE = 12
_HASHES = 8
_Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class KnownLines:
    """The filter; `bits` holds eight to a byte, uint8 of (bytes,)."""

    bits: npt.NDArray[np.uint8]

    def __contains__(self, line: str) -> bool:
        return bool(self.among([line])[0])

    def among(self, lines: list[str]) -> npt.NDArray[np.bool_]:
        """Which of the lines, all of one length, are known, (N,)."""
        places = _places(_points(lines), len(self.bits) * 8)  # (N, hashes)
        bits = self.bits[places >> np.uint64(3)] >> (places & np.uint64(7)).astype(np.uint8) & 1
        known: npt.NDArray[np.bool_] = bits.all(axis=1)
        return known

    @classmethod
    def of_corpus(cls, corpus: Corpus) -> KnownLines:
        """The lines of all couplets of TRAIN and VALIDATION."""
        hashed: list[_Hashes] = []
        codes = np.array([0] + [ord(c) for c in corpus.characters], dtype=np.uint64)
        for form in COUPLETS:
            for part in (Part.TRAIN, Part.VALIDATION):
                points = codes[corpus.verses[form, part]]
                hashed.append(points.reshape(-1, form.line_length))
        size = sum(len(lines) for lines in hashed) * _BITS_PER_LINE
        bits = np.zeros(math.ceil(size / 8), dtype=np.uint8)
        for lines in hashed:
            for places in _places(lines, len(bits) * 8).T:
                np.bitwise_or.at(
                    bits,
                    (places >> np.uint64(3)).astype(np.int64),
                    (np.uint8(1) << (places & np.uint64(7)).astype(np.uint8)),
                )
        return cls(bits)


def _points(lines: list[str]) -> _Hashes:
    return np.array([[ord(c) for c in line] for line in lines], dtype=np.uint64)


def _places(lines: _Hashes, size: int) -> _Hashes:
    """Bits of each line: code points (N, L) → (N, hashes), by double hashing (Kirsch &
    Mitzenmacher 2006)."""
    first = np.zeros(len(lines), dtype=np.uint64)
    for column in lines.T:
        first = _mix(first ^ column)
    second = _mix(first) | np.uint64(1)
    steps = np.arange(_HASHES, dtype=np.uint64)
    return (first[:, None] + steps * second[:, None]) % np.uint64(size)


def _mix(x: _Hashes) -> _Hashes:
    """SplitMix64's finaliser (Steele, Lea & Flood 2014), with its increment."""
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
