"""The latent space of recent verse.

Decides which verses are neighbours, and when the map is drawn anew; whether a verse may still be
shown is asked of the store each time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.gallery.projection import Floats, project
from bot.store import PoemRecord, RatingSummary, Store
from bot.taste.features import one_line

MOST = 1000
"""Verses that are looked among, and stand on the map."""
NEIGHBOURS = 6
FRESH = 600.0
"""Seconds for which they are not read again."""
_MAP_FRESH = 3600.0
"""Seconds for which a map is not drawn again: that takes some seconds of a core."""


@dataclass(frozen=True)
class Point:
    """A verse on the map; both coordinates lie within 0 and 1."""

    poem: PoemRecord
    summary: RatingSummary
    x: float
    y: float


@dataclass(frozen=True)
class _Known:
    model: str
    ids: tuple[str, ...]
    texts: tuple[str, ...]
    vectors: Floats
    """Of length 1, (n, size)."""


class Space:
    """Recent verses of one poet, as points. What is kept are ids, texts and numbers."""

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._anthology = store.anthology
        self._clock = clock
        self._reading = asyncio.Lock()
        self._drawing = asyncio.Lock()
        self._known: _Known | None = None
        self._read_at = 0.0
        self._map: tuple[tuple[str, ...], Floats] | None = None
        self._drawn_at = 0.0

    async def neighbours(self, poem: PoemRecord) -> list[tuple[PoemRecord, RatingSummary]]:
        """Verses whose latents point where that of this verse does, the nearest first."""
        known, vector = await self._recent(), _direction(poem)
        if known is None or vector is None or known.model != poem.model:
            return []
        if vector.shape[0] != known.vectors.shape[1]:
            return []
        nearness = known.vectors @ vector
        others = (at for at in np.argsort(-nearness) if known.texts[at] != poem.text)
        # A few more than are shown: some may have gone since.
        ids = [known.ids[at] for at, _ in zip(others, range(2 * NEIGHBOURS), strict=False)]
        return (await self._anthology.of(ids))[:NEIGHBOURS]

    async def map(self) -> list[Point]:
        """Every recent verse at its place."""
        async with self._drawing:  # who comes meanwhile waits for the same map
            now = self._clock()
            if self._map is None or now - self._drawn_at > _MAP_FRESH:
                known = await self._recent()
                if known is None:
                    return []
                places = await asyncio.to_thread(project, known.vectors)
                self._map, self._drawn_at = (known.ids, places), now
            ids, places = self._map
        at = dict(zip(ids, places.tolist(), strict=True))
        return [
            Point(poem, summary, *at[poem.public_id])
            for poem, summary in await self._anthology.of(ids)
        ]

    async def _recent(self) -> _Known | None:
        async with self._reading:
            now = self._clock()
            if self._known is None or now - self._read_at > FRESH:
                poems = await self._anthology.newest_of_one_model(MOST)
                self._known = await asyncio.to_thread(_known, poems)
                self._read_at = now
            return self._known


def _known(poems: Sequence[PoemRecord]) -> _Known | None:
    once: dict[str, PoemRecord] = {}
    for poem in poems:
        once.setdefault(poem.text, poem)
    found = [(poem, vector) for poem in once.values() if (vector := _direction(poem)) is not None]
    alike = [pair for pair in found if len(pair[1]) == len(found[0][1])]
    if not alike:
        return None
    return _Known(
        alike[0][0].model,
        tuple(poem.public_id for poem, _ in alike),
        tuple(poem.text for poem, _ in alike),
        np.stack([vector for _, vector in alike]),
    )


def _direction(poem: PoemRecord) -> Floats | None:
    """Where the latent of a verse points; how far says little in so many dimensions."""
    line = one_line(poem.latent, poem.form)
    if line is None or not np.any(line):
        return None
    direction: Floats = line / np.linalg.norm(line)
    return direction
