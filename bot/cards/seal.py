"""The seal 七步: white seal script on vermilion, cut a little unevenly and pressed a little dry.

Decides the strokes and the wear; where the seal stands and its colour are left to the painter.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from bot.cards.noise import cloud, grain

Point = tuple[float, float]

_SCALE = 4
_WIDTH, _HEIGHT = 100, 152
"""The stone, in units of its own."""
_STROKE = 7.2

# 七: a bar, and a stem that turns away at its foot.
_SEVEN: tuple[Sequence[Point], ...] = (
    ((13, 27), (87, 27)),
    ((47, 12), (47, 36), (48, 41), (52, 45), (59, 46), (87, 46)),
)
# 步: two footprints back to back, 止 and 止 turned round.
_FOOT: tuple[Sequence[Point], ...] = (
    ((13, 93), (87, 93)),
    ((50, 61), (50, 93)),
    ((21, 73), (21, 93)),
    ((50, 77), (73, 77), (78, 75), (79, 70), (79, 63)),
)
_TURN = (50, 100.5)
_OTHER_FOOT = tuple(tuple((2 * _TURN[0] - x, 2 * _TURN[1] - y) for x, y in line) for line in _FOOT)


@cache
def seal(width: int) -> Image.Image:
    """The print of the seal as a mask of that width; the same one every time."""
    large = (_WIDTH * _SCALE, _HEIGHT * _SCALE)
    print_ = Image.new("L", large, 0)
    draw = ImageDraw.Draw(print_)
    edge = 3 * _SCALE
    draw.rounded_rectangle((edge, edge, large[0] - edge, large[1] - edge), 8 * _SCALE, fill=255)
    for line in (*_SEVEN, *_FOOT, *_OTHER_FOOT):
        _cut(draw, line)
    print_ = _worn(print_)
    return print_.resize((width, round(width * _HEIGHT / _WIDTH)), Image.Resampling.LANCZOS)


def _cut(draw: ImageDraw.ImageDraw, line: Sequence[Point]) -> None:
    """Cuts a stroke of even width and round ends, as a knife does in stone."""
    points = [(x * _SCALE, y * _SCALE) for x, y in line]
    width = round(_STROKE * _SCALE)
    draw.line(points, fill=0, width=width)
    for x, y in points:
        radius = width / 2 - 0.5
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)


def _worn(print_: Image.Image) -> Image.Image:
    """Edges wander, corners crumble, and the paste of cinnabar lies unevenly."""
    rough = ImageChops.add(
        print_.filter(ImageFilter.GaussianBlur(1.5 * _SCALE)),
        cloud(7, print_.size, cell=4 * _SCALE, low=-38, high=38),
        offset=-128,
    )
    rough = rough.point(
        [0 if level < 120 else 255 if level > 136 else (level - 120) * 16 for level in range(256)]
    )
    dry = grain(8, print_.size, blur=1.1 * _SCALE)
    dry = dry.point([170 if level < 64 else 255 for level in range(256)])
    return ImageChops.multiply(rough, dry.filter(ImageFilter.GaussianBlur(0.6 * _SCALE)))
