"""The faces that ship with the cards, and which of them draws a character.

Decides what can be drawn at all, from the faces' own character maps; sizes and places are left to
the painter. The faces are built by `tools/build_card_font.py`.
"""

from __future__ import annotations

import struct
from pathlib import Path

from PIL import ImageFont

_FONTS = Path(__file__).parent / "fonts"


class UndrawableCharacters(ValueError):
    """No face of the cards has these characters."""

    def __init__(self, characters: str) -> None:
        super().__init__(f"no face of the cards draws {' '.join(characters)}")
        self.characters = characters


class Face:
    """One font file at any size."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.characters = _characters_of(path)
        self._sizes: dict[int, ImageFont.FreeTypeFont] = {}

    def at(self, size: int) -> ImageFont.FreeTypeFont:
        """The face with an em of that many pixels."""
        font = self._sizes.get(size)
        if font is None:
            # The basic layout is the same everywhere; raqm is there or not.
            font = ImageFont.truetype(self._path, size, layout_engine=ImageFont.Layout.BASIC)
            self._sizes[size] = font
        return font


class Faces:
    """The kai face, and the face of Latin letters and of the rare characters that kai lacks.

    Not for several threads at a time: FreeType keeps a face's state in the face.
    """

    def __init__(self, folder: Path = _FONTS) -> None:
        self._kai = Face(folder / "kai.otf")
        self._rest = Face(folder / "rest.otf")

    @property
    def characters(self) -> frozenset[str]:
        """All that can be drawn."""
        return self._kai.characters | self._rest.characters

    def check(self, text: str) -> None:
        """Raises UndrawableCharacters, which names each of them once."""
        lacking = [c for c in dict.fromkeys(text) if c not in self.characters]
        if lacking:
            raise UndrawableCharacters("".join(lacking))

    def font(self, character: str, size: int) -> ImageFont.FreeTypeFont:
        """The font that draws the character, with an em of `size` pixels."""
        face = self._kai if character in self._kai.characters else self._rest
        return face.at(size)


def _characters_of(path: Path) -> frozenset[str]:
    """The characters in a font's map; of its subtables the one of format 12, which has them all."""
    data = path.read_bytes()
    (tables,) = struct.unpack_from(">4xH", data)
    records = (struct.unpack_from(">4s4xLL", data, 12 + 16 * i) for i in range(tables))
    cmap = next(offset for tag, offset, _ in records if tag == b"cmap")
    (subtables,) = struct.unpack_from(">2xH", data, cmap)
    for i in range(subtables):
        (offset,) = struct.unpack_from(">4xL", data, cmap + 4 + 8 * i)
        kind, groups = struct.unpack_from(">H10xL", data, cmap + offset)
        if kind == 12:
            ranges = struct.iter_unpack(">LLL", data[cmap + offset + 16 :][: 12 * groups])
            return frozenset(chr(c) for first, last, _ in ranges for c in range(first, last + 1))
    raise ValueError(f"{path.name} has no character map of format 12")
