"""The kai face of the cards as a webfont: just the characters of some verses.

Decides which characters a page's font has, so that a phone loads ten kilobytes and not eight
million; which verses those are is left to the pages.
"""

from __future__ import annotations

import asyncio
import io
import logging
from collections import OrderedDict
from functools import partial
from pathlib import Path

import bot.cards

FOLDER = Path(bot.cards.__file__).parent / "fonts"
MOST = 64
"""Verses whose characters one font may have."""
_ALWAYS = "七步诗詩，。、"
_KEPT = 128
_WAITING = 8
"""Fonts that may be asked for at once; a page without one is set in what the reader has."""


class TooMany(Exception):
    """Others wait already."""


class Typeface:
    """Cuts fonts beside the loop, one at a time, and keeps the last of them."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._one = asyncio.Lock()
        self._waiting = 0
        # It tells of a date in the font's head that is none of anybody's.
        logging.getLogger("fontTools").setLevel(logging.ERROR)

    async def cut(self, text: str) -> bytes:
        """A font in WOFF2 with these characters, as far as the face has them.

        Raises TooMany.
        """
        characters = "".join(sorted({*text, *_ALWAYS}))
        if characters in self._kept:
            self._kept.move_to_end(characters)
            return self._kept[characters]
        if self._waiting >= _WAITING:
            raise TooMany
        self._waiting += 1
        try:
            async with self._one:
                font = self._kept.get(characters)
                if font is None:
                    font = await asyncio.to_thread(partial(_cut, characters))
                    self._kept[characters] = font
        finally:
            self._waiting -= 1
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return font


def _cut(characters: str) -> bytes:
    from fontTools.subset import Options, Subsetter  # noqa: PLC0415  # only a gallery needs it
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    options = Options(layout_features=["vert", "vrt2"], hinting=False, name_IDs=["*"])
    with TTFont(FOLDER / "kai.otf", lazy=True) as face:
        subsetter = Subsetter(options)
        subsetter.populate(text=characters)
        subsetter.subset(face)
        face.flavor = "woff2"
        cut = io.BytesIO()
        face.save(cut)
    return cut.getvalue()
