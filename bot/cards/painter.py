"""Paints a card, layer by layer: paper, rules, verse, small type, seal.

Decides the inks and the order of the layers; where things stand is left to the layout, and when a
card is painted to `bot.cards.studio`.
"""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass
from functools import cached_property

from PIL import Image, ImageChops, ImageDraw

from bot.cards.faces import Faces
from bot.cards.grounds import Colour, ground
from bot.cards.layout import HEIGHT, SEAL_WIDTH, WIDTH, Layout
from bot.cards.lettering import Sheet
from bot.cards.noise import cloud
from bot.cards.request import CardRequest, Theme
from bot.cards.seal import seal
from bot.cards.title import as_column

_QUALITY = 88
"""Of the JPEG: Telegram compresses photos once more, and a card is to survive it."""


@dataclass(frozen=True)
class _Inks:
    """What is written with on one paper."""

    verse: Colour
    title: Colour
    signature: Colour
    seal: Colour
    rules: Colour | None = None
    """Of letter paper; other papers have none."""


_INKS = {
    Theme.XUAN: _Inks(
        verse=(33, 28, 25),
        title=(112, 84, 62),
        signature=(128, 104, 82),
        seal=(180, 44, 34),
        rules=(186, 84, 64),
    ),
    Theme.NIGHT: _Inks(
        verse=(240, 232, 212),
        title=(186, 180, 164),
        signature=(158, 156, 146),
        seal=(180, 56, 44),
    ),
    Theme.BAMBOO: _Inks(
        verse=(22, 42, 32),
        title=(46, 72, 54),
        signature=(70, 94, 74),
        seal=(178, 50, 38),
    ),
    Theme.AUTUMN: _Inks(
        verse=(56, 27, 16),
        title=(128, 74, 42),
        signature=(86, 42, 22),
        seal=(166, 34, 26),
    ),
}


class CardPainter:
    """Paints requests. It loads the faces once, and may be used by several threads."""

    def __init__(self, faces: Faces | None = None) -> None:
        self._faces = faces or Faces()
        self._grounds: dict[Theme, Image.Image] = {}
        self._lock = threading.Lock()

    def paint(self, request: CardRequest) -> bytes:
        """The card as a JPEG. Raises UndrawableCharacters."""
        column = as_column(request.title) if request.title else None
        self._faces.check("".join(request.lines) + request.signature)
        self._faces.check(column or request.title or "")
        layout = Layout(request.form, headed=bool(request.title) and column is None)
        inks = _INKS[request.theme]
        with self._lock:  # the faces and the papers belong to one thread at a time
            card = self._paper(request.theme).copy()
            tone = self._tone
            verse, title, signature = self._set(request, layout)
        if inks.rules:
            card.paste(inks.rules, (0, 0), ImageChops.multiply(_rules(layout), tone))
        card.paste(inks.verse, (0, 0), ImageChops.multiply(verse, tone))
        card.paste(inks.title, (0, 0), title)
        card.paste(inks.signature, (0, 0), signature)
        print_ = seal(SEAL_WIDTH)
        left, bottom = layout.seal_column - print_.width / 2, layout.verse.bottom - 8
        card.paste(inks.seal, (round(left), round(bottom - print_.height)), print_)
        out = io.BytesIO()
        card.save(out, "JPEG", quality=_QUALITY, subsampling=0, optimize=True)
        return out.getvalue()

    def _paper(self, theme: Theme) -> Image.Image:
        if theme not in self._grounds:
            self._grounds[theme] = ground(theme)
        return self._grounds[theme]

    @cached_property
    def _tone(self) -> Image.Image:
        """Ink is a little paler here and there, as a brush leaves it."""
        return cloud(5, (WIDTH, HEIGHT), cell=44, low=86, high=127)

    def _set(self, request: CardRequest, layout: Layout) -> list[Image.Image]:
        """The masks of verse, title and signature."""
        verse, title, signature = (Sheet(self._faces) for _ in range(3))
        verse.verse(layout, request.lines)
        if request.title:
            title.title(layout, request.title)
        signature.signature(request.signature)
        return [verse.mask(), title.mask(), signature.mask()]


def _rules(layout: Layout) -> Image.Image:
    """The rules of letter paper: a hair between columns, and a double frame."""
    mask = Image.new("L", (WIDTH, HEIGHT), 0)
    draw = ImageDraw.Draw(mask)
    inner, outer = layout.frame, layout.frame.grown(9)
    draw.rectangle((inner.left, inner.top, inner.right, inner.bottom), outline=120, width=2)
    draw.rectangle((outer.left, outer.top, outer.right, outer.bottom), outline=155, width=4)
    for x in layout.rules:
        draw.line(((x, inner.top), (x, inner.bottom)), fill=105, width=2)
    return mask
