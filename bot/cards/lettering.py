"""Sets type: the verse in columns, the title, the signature, each as a mask to be inked.

Decides which face draws a character and how small type is fitted into its room; colour is left to
the painter.
"""

from __future__ import annotations

from PIL import Image, ImageDraw

from bot.cards.faces import Faces
from bot.cards.layout import HEIGHT, MARGIN, SIGNATURE_BASELINE, WIDTH, Layout
from bot.cards.title import as_column

_OVERSAMPLING = 2
"""Drawn at twice the size and reduced: no stem is snapped to the grid of pixels."""
_SIGNATURE_SIZE = 32
_TITLE_SIZE = 40
_TITLE_PITCH = 1.24
"""From one character of a column of title to the next, in ems."""
_TRACKING = 0.12
"""Air after each character of a row, in ems."""


class Sheet:
    """A mask of the size of a card, to set type on."""

    def __init__(self, faces: Faces) -> None:
        self._faces = faces
        size = (WIDTH * _OVERSAMPLING, HEIGHT * _OVERSAMPLING)
        self._mask = Image.new("L", size, 0)
        self._draw = ImageDraw.Draw(self._mask)

    def verse(self, layout: Layout, lines: tuple[str, ...]) -> None:
        """One line a column, from right to left."""
        for x, line in zip(layout.columns, lines, strict=True):
            for y, character in zip(layout.rows, line, strict=True):
                self._character(character, x, y, layout.measure.size, "mm")

    def title(self, layout: Layout, title: str) -> None:
        """In the column to the right of the verse, or above it if it cannot stand in a column."""
        column = as_column(title)
        if column is None:
            self._row(title, layout.title_baseline, _TITLE_SIZE * 0.9)
            return
        room = layout.verse.bottom - layout.verse.top
        size = min(_TITLE_SIZE, room / (len(column) * _TITLE_PITCH))
        top = layout.verse.top + _TITLE_SIZE * 0.4 + size / 2
        for i, character in enumerate(column):
            self._character(
                character, layout.title_column, top + i * size * _TITLE_PITCH, size, "mm"
            )

    def signature(self, signature: str) -> None:
        """In the middle of the foot."""
        self._row(signature, SIGNATURE_BASELINE, _SIGNATURE_SIZE)

    def mask(self) -> Image.Image:
        """What was set, at the size of a card."""
        return self._mask.reduce(_OVERSAMPLING)

    def _row(self, text: str, baseline: float, size: float) -> None:
        width = self._width(text, size)
        if width > WIDTH - 2 * MARGIN:
            size *= (WIDTH - 2 * MARGIN) / width
            width = self._width(text, size)
        x = (WIDTH - width) / 2
        for character in text:
            self._character(character, x, baseline, size, "ls")
            x += self._advance(character, size)

    def _width(self, text: str, size: float) -> float:
        return sum(self._advance(character, size) for character in text) - _TRACKING * size

    def _advance(self, character: str, size: float) -> float:
        font = self._faces.font(character, round(size * _OVERSAMPLING))
        return font.getlength(character) / _OVERSAMPLING + _TRACKING * size

    def _character(self, character: str, x: float, y: float, size: float, anchor: str) -> None:
        self._draw.text(
            (x * _OVERSAMPLING, y * _OVERSAMPLING),
            character,
            fill=255,
            font=self._faces.font(character, round(size * _OVERSAMPLING)),
            anchor=anchor,
        )
