"""A small picture of what a chat likes: a bar for each thing, with how sure it is.

Decides how bars look; which things are shown, and what they are called, is left to the pages.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from bot.cards.faces import Faces
from bot.cards.grounds import Colour

WIDTH = 900
_OVERSAMPLING = 2
_MARGIN = 44
_ROW = 62
_HEAD = 118
_FOOT = 40
_LABEL = 340
"""Width of the column of names."""
_BAR = 20
_PAPER: Colour = (246, 240, 228)
_INK: Colour = (44, 38, 33)
_FAINT: Colour = (196, 186, 168)
_LIKED: Colour = (176, 58, 46)
_DISLIKED: Colour = (78, 104, 112)


@dataclass(frozen=True)
class Bar:
    """A thing, what it adds to a verse or takes from it, and how unsure that is, in stars."""

    name: str
    stars: float
    deviation: float


def paint_liking(title: str, bars: Sequence[Bar], faces: Faces) -> bytes:
    """A PNG. What the faces lack is left out; `faces` belong to one thread at a time."""
    height = _HEAD + _ROW * len(bars) + _FOOT
    image = Image.new("RGB", (WIDTH * _OVERSAMPLING, height * _OVERSAMPLING), _PAPER)
    pen = _Pen(ImageDraw.Draw(image), faces)
    pen.write(title, _MARGIN, 62, 34, _INK)
    left, right = _MARGIN + _LABEL, WIDTH - _MARGIN
    middle = (left + right) / 2
    reach = max([0.5, *(abs(bar.stars) + bar.deviation for bar in bars)])
    scale = (right - left) / 2 / reach
    pen.line(middle, _HEAD - 18, middle, height - _FOOT + 4, _FAINT)
    for at, bar in enumerate(bars):
        y = _HEAD + _ROW * at + _ROW / 2
        pen.write(bar.name, _MARGIN, y, 28, _INK)
        end = middle + bar.stars * scale
        pen.bar(middle, end, y, _LIKED if bar.stars >= 0 else _DISLIKED)
        unsure = bar.deviation * scale
        pen.line(max(left, end - unsure), y, min(right, end + unsure), y, _INK)
    out = io.BytesIO()
    image.reduce(_OVERSAMPLING).save(out, "PNG", optimize=True)
    return out.getvalue()


class _Pen:
    """Draws in the picture's own pixels, at twice the size."""

    def __init__(self, draw: ImageDraw.ImageDraw, faces: Faces) -> None:
        self._draw = draw
        self._faces = faces

    def write(self, text: str, x: float, y: float, size: int, ink: Colour) -> None:
        """From the left, around a middle line."""
        for character in text:
            if character not in self._faces.characters:
                continue
            font = self._faces.font(character, size * _OVERSAMPLING)
            self._draw.text(
                (x * _OVERSAMPLING, y * _OVERSAMPLING), character, fill=ink, font=font, anchor="lm"
            )
            x += font.getlength(character) / _OVERSAMPLING

    def bar(self, start: float, end: float, y: float, ink: Colour) -> None:
        """A bar of the usual height around a middle line."""
        left, right = sorted((start, end))
        box = (left, y - _BAR / 2, right, y + _BAR / 2)
        self._draw.rectangle([round(side * _OVERSAMPLING) for side in box], fill=ink)

    def line(self, x: float, y: float, to_x: float, to_y: float, ink: Colour) -> None:
        """A hair."""
        ends = [round(place * _OVERSAMPLING) for place in (x, y, to_x, to_y)]
        self._draw.line(ends, fill=ink, width=2 * _OVERSAMPLING)
