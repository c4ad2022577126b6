"""Builds the two faces of the photo cards from freely licensed fonts, into the package.

Decides which characters a card can show and which font draws each; how a card looks is left to
`bot.cards`.

    pip install -e '.[tools]'
    python tools/build_card_font.py            # needs apt-get, dpkg-deb (Debian or Ubuntu) and npm

The kai face comes from TW-Kai 全字庫正楷體 (Debian's fonts-cns11643-kai). What it lacks, and the
Latin letters, come from LXGW WenKai 霞鹜文楷 (npm's @fontsource/lxgw-wenkai) and from HanaMin
花園明朝 (Debian's fonts-hanazono): the second face. Outlines become cubic, which brings the kai
face from 12 MB to 8 MB and moves no edge of a card by more than a quarter of a pixel.
"""

from __future__ import annotations

import json
import struct
import subprocess
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import cffsubr
import click
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.qu2cuPen import Qu2CuPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

from model.verse import Script, simplify, to_script

ROOT = Path(__file__).parent.parent
FONTS = ROOT / "bot" / "cards" / "fonts"
WEIGHTS = ROOT / "model" / "shipped" / "gcnn.safetensors"

UNITS = 640
"""Units per em of what is built."""
ERROR = 1.35
"""How far an outline may move, in those units."""
ASCENT, DESCENT = 512, -128
"""The em box, as TW-Kai has it."""

Command = tuple[str, tuple[Any, ...]]
"""A verb of a pen and its points."""

PUNCTUATION = "　，。、；：？！·—…「」『』《》〈〉（）“”‘’〇•"
LATIN = "".join(map(chr, [*range(0x20, 0x7F), *range(0xA1, 0x180)]))

DEBIAN = {
    "fonts-cns11643-kai": (
        "usr/share/fonts/truetype/cns11643/TW-Kai-98_1.ttf",
        "usr/share/fonts/truetype/cns11643/TW-Kai-Ext-B-98_1.ttf",
        "usr/share/fonts/truetype/cns11643/TW-Kai-Plus-98_1.ttf",
    ),
    "fonts-hanazono": (
        "usr/share/fonts/truetype/hanazono/HanaMinA.ttf",
        "usr/share/fonts/truetype/hanazono/HanaMinB.ttf",
    ),
}
NPM = {"@fontsource/lxgw-wenkai": ("package/files/lxgw-wenkai-latin-500-normal.woff2",)}


def fetch(folder: Path) -> dict[str, list[Path]]:
    """The source fonts by package, downloaded into the folder unless they lie there already."""
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, list[Path]] = {}
    for package, members in DEBIAN.items():
        found[package] = [folder / package / member for member in members]
        if not all(path.exists() for path in found[package]):
            subprocess.run(["apt-get", "download", package], cwd=folder, check=True)
            archive = next(folder.glob(f"{package}_*.deb"))
            subprocess.run(["dpkg-deb", "-x", archive, folder / package], check=True)
    for package, members in NPM.items():
        found[package] = [folder / package / member for member in members]
        if not all(path.exists() for path in found[package]):
            command = ["npm", "pack", "--silent", package]
            done = subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE)
            with tarfile.open(folder / done.stdout.decode().split()[-1]) as archive_file:
                archive_file.extractall(folder / package, filter="data")
    return found


def vocabulary(weights: Path) -> str:
    """The characters of a shipped model, read from the header of its weights."""
    with weights.open("rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
    return str(json.loads(header["__metadata__"]["qibu"])["characters"])


def common_characters() -> str:
    """The 3755 characters of GB 2312's first level: what a title may be made of."""
    cells = (bytes([row, cell]) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    return "".join(cell.decode("gb2312", errors="ignore") for cell in cells)


def wanted_characters(known: str, drawable: Iterable[str]) -> str:
    """What a card must show: known characters, common ones, and both in traditional script.

    Which traditional character stands for a simplified one may depend on its neighbours, so every
    one that simplifies to a wanted character is wanted too.
    """
    simplified = set(known) | set(common_characters())
    traditional = {to_script(character, Script.TRADITIONAL) for character in simplified}
    variants = {c for c in drawable if is_han(c) and simplify(c) in simplified}
    return "".join(sorted(simplified | traditional | variants | set(PUNCTUATION)))


def is_han(character: str) -> bool:
    """Whether it is a Han character, compatibility forms left out."""
    code = ord(character)
    return 0x3400 <= code <= 0x9FFF or 0x20000 <= code < 0x2F800 or code >= 0x30000


class Source:
    """A font to take glyphs from.

    Its Han characters are drawn at `size` of theirs and moved down by `drop` of an em, so that they
    stand among those of TW-Kai as one of them; Latin letters stay on their baseline.
    """

    def __init__(self, path: Path, size: float = 1.0, drop: float = 0.0) -> None:
        self._font = TTFont(path)
        self._size = size
        self._drop = drop * UNITS
        self._glyphs = self._font.getGlyphSet()
        self.names: dict[str, str] = {chr(c): n for c, n in self._font.getBestCmap().items()}
        self._scale = UNITS / self._font["head"].unitsPerEm

    def charstring(self, character: str) -> tuple[object, int]:
        """The outline in cubic curves, and the advance, both in our units."""
        glyph = self._glyphs[self.names[character]]
        advance = round(glyph.width * self._scale)
        size, right, up = self._scale, 0.0, 0.0
        if is_han(character):
            size *= self._size
            right, up = advance * (1 - self._size) / 2, -self._drop
        flat = DecomposingRecordingPen(self._glyphs)
        glyph.draw(flat)
        flat.value = [step for command in flat.value for step in _with_a_start(command)]
        pen = T2CharStringPen(advance, None)
        cubic = Qu2CuPen(pen, ERROR, all_cubic=True, reverse_direction=True)
        flat.replay(TransformPen(cubic, (size, 0, 0, size, right, up)))
        return pen.getCharString(), advance


def build(name: str, notice: str, characters: str, sources: list[Source], target: Path) -> str:
    """Writes a font of those characters that one of the sources has; returns the others."""
    found = dict(_first_with(characters, sources))
    glyphs = {".notdef": (_box(), UNITS)}
    for character, source in found.items():
        glyphs[f"u{ord(character):04X}"] = source.charstring(character)
    builder = FontBuilder(UNITS, isTTF=False)
    builder.setupGlyphOrder(list(glyphs))
    builder.setupCharacterMap({ord(c): f"u{ord(c):04X}" for c in found})
    strings = {glyph: string for glyph, (string, _) in glyphs.items()}
    builder.setupCFF(name.replace(" ", ""), {"FullName": name}, strings, {})
    builder.setupHorizontalMetrics({glyph: (width, 0) for glyph, (_, width) in glyphs.items()})
    builder.setupHorizontalHeader(ascent=ASCENT, descent=DESCENT)
    builder.setupNameTable({"familyName": name, "styleName": "Regular", "copyright": notice})
    builder.setupOS2(sTypoAscender=ASCENT, sTypoDescender=DESCENT)
    builder.setupPost(keepGlyphNames=False)
    builder.font["head"].created = builder.font["head"].modified = 0  # the same bytes every time
    builder.font.recalcTimestamp = False
    cffsubr.subroutinize(builder.font, keep_glyph_names=False)
    target.parent.mkdir(parents=True, exist_ok=True)
    builder.save(target)
    click.echo(f"{target}: {len(found)} characters, {target.stat().st_size / 1e6:.1f} MB")
    return "".join(c for c in characters if c not in found)


def _first_with(characters: str, sources: list[Source]) -> Iterator[tuple[str, Source]]:
    for character in characters:
        for source in sources:
            if character in source.names:
                yield character, source
                break


def _with_a_start(command: Command) -> Iterator[Command]:
    """A contour of control points alone, which TrueType allows, as one that starts on its curve."""
    verb, points = command
    if verb == "qCurveTo" and points[-1] is None:
        (x0, y0), (x1, y1) = points[-2], points[0]
        start = ((x0 + x1) / 2, (y0 + y1) / 2)
        yield "moveTo", (start,)
        yield verb, (*points[:-1], start)
    else:
        yield command


def _box() -> object:
    """An empty box, for what a font lacks."""
    pen = T2CharStringPen(UNITS, None)
    for x0, y0, x1, y1 in ((50, -78, 590, 462), (558, -46, 82, 430)):
        pen.moveTo((x0, y0))
        for point in ((x1, y0), (x1, y1), (x0, y1)):
            pen.lineTo(point)
        pen.closePath()
    return pen.getCharString()


@click.command(help=__doc__)
@click.option("--sources", type=click.Path(path_type=Path), default=ROOT / "build" / "fonts")
@click.option("--weights", type=click.Path(path_type=Path, exists=True), default=WEIGHTS)
def main(sources: Path, weights: Path) -> None:
    paths = fetch(sources)
    kai = [Source(path) for path in paths["fonts-cns11643-kai"]]
    wenkai = [Source(path, size=0.90, drop=0.032) for path in paths["@fontsource/lxgw-wenkai"]]
    hana = [Source(path, size=0.90, drop=0.06) for path in paths["fonts-hanazono"]]
    drawable = {character for source in kai for character in source.names}
    wanted = wanted_characters(vocabulary(weights), drawable)
    rest = build(
        "Qibu Card Kai",
        "Glyphs of TW-Kai 103.1, (c) 2018 National Development Council; Open Government Data "
        "License, version 1.0, https://data.gov.tw/license",
        wanted,
        kai,
        FONTS / "kai.otf",
    )
    missing = build(
        "Qibu Card Rest",
        "Glyphs of LXGW WenKai, (c) 2021-2023 LXGW, (c) 2020 The Klee Project Authors, and of "
        "HanaMin, (c) 2008-2011 GlyphWiki Project; SIL Open Font License 1.1",
        LATIN + rest,
        [*wenkai, *hana],
        FONTS / "rest.otf",
    )
    lost = "".join(c for c in missing if c in rest)
    if lost:
        raise click.ClickException(f"no font draws {lost}")


if __name__ == "__main__":
    main()
