"""How much a caller may ask for.

Decides who has asked for more than his share of verses, and when he may ask again; who a caller is,
is left to the app, and whose turn it is, to the queue.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from model.service.errors import OverQuota

LARGEST_REQUEST = 64
_REMEMBERED = 10_000
"""Callers, above which those whose measure is full again are forgotten."""


class Quota:
    """A bucket of verses for each caller, which fills by so many a minute and holds as many, but at
    least the largest request there is."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        """0 a minute is no quota at all."""
        self._per_second = per_minute / 60
        self._size = float(max(per_minute, LARGEST_REQUEST))
        self._clock = clock
        self._full_at: dict[str, float] = {}

    def spend(self, caller: str | None, verses: int) -> None:
        """Takes verses from a caller's bucket; one who gives no name has none. Raises OverQuota if
        there are not that many in it."""
        if caller is None or not self._per_second:
            return
        now = self._clock()
        full_at = max(self._full_at.get(caller, now), now)
        left = self._size - (full_at - now) * self._per_second
        if verses > left:
            raise OverQuota(math.ceil((verses - left) / self._per_second))
        self._full_at[caller] = full_at + verses / self._per_second
        if len(self._full_at) > _REMEMBERED:
            self._full_at = {name: at for name, at in self._full_at.items() if at > now}

    def give_back(self, caller: str | None, verses: int) -> None:
        """Puts back what was not written after all."""
        if caller in self._full_at and self._per_second:
            self._full_at[caller] -= verses / self._per_second
