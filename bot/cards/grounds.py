"""The four papers, before anything is written on them.

Decides their tones and what is washed onto them, in a few soft layers; words, rules and seal are
left to the painter.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from bot.cards.layout import HEIGHT, WIDTH
from bot.cards.noise import cloud, grain, levels
from bot.cards.request import Theme

Colour = tuple[int, int, int]
Point = tuple[float, float]

_SIZE = (WIDTH, HEIGHT)


def ground(theme: Theme) -> Image.Image:
    """The paper of a theme; the same one every time. It takes some tenths of a second."""
    return _GROUNDS[theme]()


def _xuan() -> Image.Image:
    paper = _paper(11, top=(247, 241, 228), bottom=(241, 233, 215), unevenness=7)
    _fibres(paper, 12, count=520, colour=(150, 122, 82), strength=34)
    _fibres(paper, 13, count=240, colour=(255, 253, 246), strength=80)
    return _vignette(paper, (196, 168, 120), 46)


def _night() -> Image.Image:
    paper = _paper(21, top=(18, 24, 35), bottom=(36, 46, 60), unevenness=5)
    _disc(
        paper,
        centre=(540, 588),
        radius=378,
        colour=(222, 222, 206),
        strength=82,
        glow=150,
        misty=True,
    )
    _hills(paper, 22, _ridge(22, 1216, 130, rough=3), depth=330, colour=(12, 17, 25), strength=150)
    _hills(paper, 25, _ridge(25, 1312, 110, rough=4), depth=260, colour=(7, 10, 16), strength=200)
    return paper


def _bamboo() -> Image.Image:
    paper = _paper(31, top=(226, 233, 216), bottom=(207, 219, 197), unevenness=7)
    _fibres(paper, 32, count=300, colour=(248, 251, 240), strength=60)
    _bamboo_shadow(paper, 33)
    return _vignette(paper, (120, 146, 112), 50)


def _autumn() -> Image.Image:
    paper = _paper(41, top=(246, 231, 203), bottom=(232, 190, 136), unevenness=8)
    _fibres(paper, 42, count=260, colour=(255, 244, 220), strength=60)
    far = _ridge(43, 1216, 130, rough=3)
    _disc(
        paper,
        centre=(956, 1196),
        radius=92,
        colour=(206, 74, 36),
        strength=190,
        glow=60,
        behind=far,
    )
    _hills(paper, 43, far, depth=260, colour=(190, 112, 62), strength=120)
    _hills(paper, 46, _ridge(46, 1256, 96, rough=4), depth=260, colour=(158, 78, 42), strength=150)
    _hills(paper, 49, _ridge(49, 1354, 84, rough=5), depth=220, colour=(104, 46, 28), strength=190)
    return paper


_GROUNDS: dict[Theme, Callable[[], Image.Image]] = {
    Theme.XUAN: _xuan,
    Theme.NIGHT: _night,
    Theme.BAMBOO: _bamboo,
    Theme.AUTUMN: _autumn,
}


def _paper(seed: int, *, top: Colour, bottom: Colour, unevenness: int) -> Image.Image:
    """A sheet that changes tone from top to bottom, with clouds of pulp and a fine grain."""
    fade = Image.linear_gradient("L").resize(_SIZE)
    paper = Image.composite(Image.new("RGB", _SIZE, bottom), Image.new("RGB", _SIZE, top), fade)
    for texture in (
        cloud(seed, _SIZE, cell=210, low=-unevenness, high=unevenness),
        cloud(seed + 3, _SIZE, cell=26, low=-3, high=3),
        levels(grain(seed + 6, _SIZE, blur=0.7), -7, 7),
    ):
        paper = ImageChops.add(paper, Image.merge("RGB", [texture] * 3), offset=-128)
    return paper


def _times(mask: Image.Image, strength: int) -> Image.Image:
    """The mask at `strength` of 255."""
    return mask.point([level * strength // 255 for level in range(256)])


def _fibres(paper: Image.Image, seed: int, *, count: int, colour: Colour, strength: int) -> None:
    """Fibres of bast that lie in the sheet, each a short bent hair."""
    chance = random.Random(seed)
    mask = Image.new("L", _SIZE, 0)
    draw = ImageDraw.Draw(mask)
    for _ in range(count):
        x, y = chance.uniform(0, WIDTH), chance.uniform(0, HEIGHT)
        angle, bend = chance.uniform(0, math.tau), chance.gauss(0, 0.16)
        level = chance.randint(80, 255)
        points = [(x, y)]
        for _ in range(chance.randint(3, 11)):
            x, y = x + 7 * math.cos(angle), y + 7 * math.sin(angle)
            angle += bend
            points.append((x, y))
        draw.line(points, fill=level, width=chance.choice((1, 1, 1, 2)))
    paper.paste(colour, (0, 0), _times(mask.filter(ImageFilter.GaussianBlur(0.8)), strength))


def _vignette(paper: Image.Image, colour: Colour, strength: int) -> Image.Image:
    """The edges of an old sheet are a little darker than its middle."""
    mask = Image.radial_gradient("L").resize(_SIZE)
    mask = mask.point([max(0, level - 96) for level in range(256)])
    paper.paste(colour, (0, 0), _times(mask, strength))
    return paper


def _disc(
    paper: Image.Image,
    *,
    centre: Point,
    radius: int,
    colour: Colour,
    strength: int,
    glow: int,
    behind: Sequence[Point] | None = None,
    misty: bool = False,
) -> None:
    """A moon or a sun with a halo; a ridge that it stands behind, or mist, hides its foot."""
    x, y = centre
    mask = Image.new("L", _SIZE, 0)
    ImageDraw.Draw(mask).ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    small = (WIDTH // 6, HEIGHT // 6)
    halo = mask.resize(small).filter(ImageFilter.GaussianBlur(glow / 6)).resize(_SIZE)
    disc = mask.filter(ImageFilter.GaussianBlur(1.4))
    disc = ImageChops.multiply(disc, cloud(71, _SIZE, cell=150, low=20, high=127))
    if behind:
        disc = ImageChops.multiply(disc, ImageChops.invert(_below(behind)))
    if misty:
        mist = Image.linear_gradient("L").resize((WIDTH, 2 * radius))
        clear = Image.new("L", _SIZE, 0)
        clear.paste(255, (0, 0, WIDTH, round(y) - radius))
        clear.paste(ImageChops.invert(mist), (0, round(y) - radius))
        disc = ImageChops.multiply(disc, clear)
    paper.paste(colour, (0, 0), _times(halo, strength // 3))
    paper.paste(colour, (0, 0), _times(disc, strength))


def _hills(
    paper: Image.Image,
    seed: int,
    ridge: Sequence[Point],
    *,
    depth: int,
    colour: Colour,
    strength: int,
) -> None:
    """A range of hills whose feet are lost in mist: ink at the ridge that thins out below it."""
    mask = _below(ridge)
    small = (WIDTH // 4, HEIGHT // 4)
    feet = Image.new("L", small, 0)
    feet.paste(mask.resize(small), (0, depth // 8))
    feet = feet.filter(ImageFilter.GaussianBlur(depth / 10)).resize(_SIZE)
    mask = ImageChops.multiply(mask, ImageChops.invert(feet))
    mask = ImageChops.multiply(mask, cloud(seed + 1, _SIZE, cell=90, low=50, high=127))
    paper.paste(colour, (0, 0), _times(mask, strength))


def _below(ridge: Sequence[Point]) -> Image.Image:
    """The mask of all that is below a ridge, its edge soft as a wash."""
    mask = Image.new("L", _SIZE, 0)
    ImageDraw.Draw(mask).polygon([(0, HEIGHT), *ridge, (WIDTH, HEIGHT)], fill=255)
    return mask.filter(ImageFilter.GaussianBlur(1.5))


def _ridge(seed: int, base: int, height: int, *, rough: int) -> list[Point]:
    """A line across the card: waves of chance, each finer and lower than the one before."""
    chance = random.Random(seed)
    waves = [
        [chance.uniform(-1, 1) for _ in range(3 * 2**octave + 2)] for octave in range(rough + 3)
    ]
    points = []
    for x in range(0, WIDTH + 4, 3):
        rise = sum(
            _smooth(values, x / WIDTH * (len(values) - 2)) / 2**octave
            for octave, values in enumerate(waves)
        )
        points.append((float(x), base - height * (0.5 + 0.5 * rise)))
    return points


def _smooth(values: Sequence[float], position: float) -> float:
    left = min(int(position), len(values) - 2)
    part = position - left
    part = part * part * (3 - 2 * part)
    return values[left] * (1 - part) + values[left + 1] * part


def _bamboo_shadow(paper: Image.Image, seed: int) -> None:
    """Twigs that hang into the sheet, nearer ones sharper than those behind."""
    chance = random.Random(seed)
    for blur, strength, sprays in (
        (9.0, 46, ((1010, -30, 2.2), (1100, 330, 2.7), (860, -60, 1.9))),
        (3.2, 58, ((1120, 60, 2.5), (1090, -20, 2.05), (-30, 1240, -0.5))),
    ):
        mask = Image.new("L", _SIZE, 0)
        draw = ImageDraw.Draw(mask)
        for x, y, angle in sprays:
            _twig(draw, chance, x, y, angle)
        mask = mask.filter(ImageFilter.GaussianBlur(blur))
        paper.paste((62, 94, 70), (0, 0), _times(mask, strength))


def _twig(
    draw: ImageDraw.ImageDraw, chance: random.Random, x: float, y: float, angle: float
) -> None:
    for _ in range(7):
        step = chance.uniform(48, 74)
        end = (x + step * math.cos(angle), y + step * math.sin(angle))
        draw.line([(x, y), end], fill=255, width=4)
        x, y = end
        angle += chance.gauss(0, 0.09)
        for side in (-1, 1):
            if chance.random() < 0.72:
                _leaf(
                    draw, x, y, angle + side * chance.uniform(0.25, 0.75), chance.uniform(110, 190)
                )
    _leaf(draw, x, y, angle, 180)


def _leaf(draw: ImageDraw.ImageDraw, x: float, y: float, angle: float, length: float) -> None:
    """A blade: widest at a third of its length, and long pointed."""
    cos, sin = math.cos(angle), math.sin(angle)
    edge = []
    for i in range(13):
        t = i / 12
        width = length * 0.075 * math.sin(math.pi * t**0.62) * (1 - 0.3 * t)
        edge.append((t * length, width))
    outline = [*edge, *[(along, -width) for along, width in reversed(edge)]]
    draw.polygon(
        [(x + a * cos - w * sin, y + a * sin + w * cos) for a, w in outline],
        fill=255,
    )
