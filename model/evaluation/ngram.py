"""A 4-gram language model of couplets: the judge that had no part in writing them.

Decides what a couplet costs in nats, character by character, given that its form is known; what
that says about a poet is left to `samples`.

Source: interpolated Kneser-Ney smoothing with three discounts an order (Chen & Goodman 1999).
An n-gram of characters is one uint64, the last character in its lowest bits; a table is two
sorted arrays, of n-grams and of their contexts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Couplets = npt.NDArray[np.integer]
"""Character ids of shape (couplets, 2 × line length)."""

_Keys = npt.NDArray[np.uint64]
_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Order:
    """The n-grams of one length: p(w | context) = share(w) + rest(context) · p one order lower."""

    grams: _Keys
    shares: _Floats
    contexts: _Keys
    rests: _Floats


class KneserNey:
    """p(character | the three before it), where the start of a couplet and the break between its
    lines are seen like characters but never have to be guessed."""

    def __init__(self, couplets: Sequence[Couplets], characters: int, order: int = 4) -> None:
        """Counts couplets, one array for each line length, with ids from 1 to `characters`."""
        self._characters = characters
        self._bits = (characters + 2).bit_length()
        if order * self._bits > 64:
            raise ValueError(f"{order}-grams of {characters} characters do not fit into 64 bits")
        self._orders: list[_Order] = []  # the longest first, until all are counted
        longer: _Keys | None = None
        for size in range(order, 0, -1):
            keys = np.concatenate([self._grams(part, size).ravel() for part in couplets])
            if longer is None:
                grams, counts = np.unique(keys, return_counts=True)
            else:
                # A shorter n-gram counts once for each character that it was seen after, except
                # where it opens a couplet: nothing can come before, so it counts as it occurs.
                grams, counts = np.unique(self._shortened(longer, size), return_counts=True)
                opening = self._opening(grams, size)
                keys = keys[self._opening(keys, size)]
                counts[opening] = np.unique(keys, return_counts=True)[1]
            self._orders.append(self._table(grams, counts))
            longer = grams
        self._orders.reverse()

    def cost(self, couplets: Couplets) -> _Floats:
        """−log p of each character in nats, of the shape of `couplets`.

        A character that was never counted, and id 0, has its share of the uniform distribution.
        """
        p = np.full(couplets.size, 1 / self._characters)
        for size, order in enumerate(self._orders, start=1):
            grams = self._grams(couplets, size).ravel()
            place, found = _find(order.grams, grams)
            share = np.where(found, order.shares[place], 0.0)
            place, found = _find(order.contexts, grams >> np.uint64(self._bits))
            p = np.where(found, share + order.rests[place] * p, p)
        cost: _Floats = -np.log(p).reshape(couplets.shape)
        return cost

    def _table(self, grams: _Keys, counts: npt.NDArray[np.int64]) -> _Order:
        contexts, starts = np.unique(grams >> np.uint64(self._bits), return_index=True)
        totals = np.add.reduceat(counts, starts)
        discounts = _discounts(counts)[np.minimum(counts, 3)]
        occurrences = np.repeat(totals, np.diff(np.append(starts, len(grams))))
        return _Order(
            grams,
            (counts - discounts) / occurrences,
            contexts,
            np.add.reduceat(discounts, starts) / totals,
        )

    def _grams(self, couplets: Couplets, size: int) -> _Keys:
        """The n-gram that ends at each character, of the shape of `couplets`."""
        count, length = couplets.shape
        line = length // 2
        start = np.full((count, 3), self._characters + 1, np.uint64)
        line_break = np.full((count, 1), self._characters + 2, np.uint64)
        ids = couplets.astype(np.uint64)
        sequence = np.concatenate([start, ids[:, :line], line_break, ids[:, line:]], axis=1)
        places = np.r_[3 : 3 + line, 4 + line : 4 + length]
        grams = np.zeros(couplets.shape, np.uint64)
        for back in range(size - 1, -1, -1):
            grams = grams << np.uint64(self._bits) | sequence[:, places - back]
        return grams

    def _shortened(self, grams: _Keys, size: int) -> _Keys:
        return grams & np.uint64((1 << self._bits * size) - 1)

    def _opening(self, grams: _Keys, size: int) -> npt.NDArray[np.bool_]:
        opening: npt.NDArray[np.bool_] = (
            grams >> np.uint64(self._bits * (size - 1)) == self._characters + 1
        )
        return opening


def _discounts(counts: npt.NDArray[np.int64]) -> _Floats:
    """What is taken off counts of 1, 2, and 3 and more (at index 1, 2 and 3)."""
    n = np.bincount(np.minimum(counts, 5), minlength=6)[1:5]
    if not n.all():
        return np.array([0.0, 0.75, 0.75, 0.75])  # too few n-grams to tell
    y = n[0] / (n[0] + 2 * n[1])
    estimated = [k - (k + 1) * y * n[k] / n[k - 1] for k in (1, 2, 3)]
    return np.array([0.0, *np.clip(estimated, 0.0, [1.0, 2.0, 3.0])])


def _find(keys: _Keys, wanted: _Keys) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Where each wanted key stands among sorted keys, and whether it does."""
    place = np.searchsorted(keys, wanted)
    place[place == len(keys)] = 0
    return place, keys[place] == wanted
