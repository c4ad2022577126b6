"""A verse in a few numbers: what a reader would name first, and a shadow of its latent.

Decides what can be liked; how much it is liked is left to `belief`. A change here changes what the
numbers mean: raise VERSION, and what was learnt is learnt again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np
import numpy.typing as npt

from model.verse import Form

Floats = npt.NDArray[np.float64]

VERSION = 1


class Kind(StrEnum):
    """What a feature tells of."""

    FORM = "form"
    SEASON = "season"
    IMAGE = "image"
    MOOD = "mood"
    RULE = "rule"


@dataclass(frozen=True)
class Feature:
    """Something a reader would name; `characters` show it."""

    name: str
    kind: Kind
    characters: frozenset[str] = frozenset()


def _shown(kind: Kind, **characters: str) -> tuple[Feature, ...]:
    return tuple(Feature(name, kind, frozenset(found)) for name, found in characters.items())


FEATURES: tuple[Feature, ...] = (
    *(Feature(form.value, Kind.FORM) for form in Form),
    *_shown(
        Kind.SEASON,
        spring="春柳桃李杏莺燕絮芳",
        summer="夏荷莲蝉暑榴萤",
        autumn="秋菊霜枫雁萧桂",
        winter="冬雪寒冰梅腊",
    ),
    *_shown(
        Kind.IMAGE,
        moon="月蟾娥",
        mountains="山峰岭岩峦峡嶂",
        rivers="江河湖溪水波川滩浦潮",
        rain="雨云烟雾霭",
        flowers="花梅兰菊桃李莲荷蕊",
        trees="松竹柳柏桐林树",
        birds="鸟鹤莺燕鸥鹭鸦鹃雁",
        wine="酒醉杯樽醪酌",
        friends="友朋故君客逢",
        parting="别离送归帆舟",
        home="家乡园庐",
        temple="僧寺禅钟佛庵",
        frontier="塞马剑戍兵关沙胡",
        court="玉金宫殿凤龙朝帝",
        fields="田农桑麻村樵渔牛",
        night="夜灯梦烛宵眠",
        immortals="仙蓬瀛丹鸾霞",
        books="书诗琴棋笔墨",
    ),
    *_shown(Kind.MOOD, sorrow="愁恨泪悲哀怨伤断孤", joy="欢喜笑乐欣"),
    Feature("regulated", Kind.RULE),
)

_SHADOW = 16
"""Numbers that a latent is cast on; more would need more stars than a chat gives."""
_SHADOW_SEED = 1967
SIZE = 1 + len(FEATURES) + _SHADOW
"""Of a description: what all verses share, what can be named, and the shadow of the latent."""


def describe(text: str, form: Form, *, regular: bool | None, latent: Sequence[float]) -> Floats:
    """A verse as numbers, (SIZE,).

    `text` is simplified; `regular` is None where nobody knows. The latent of a verse has a part
    for each line, all alike; their mean is cast on a few fixed directions, drawn once for ever
    (Johnson & Lindenstrauss 1984), so that verses of all forms can be compared. A latent that is
    empty, or is not one part a line, casts no shadow.
    """
    features = np.zeros(SIZE)
    features[0] = 1.0
    for at, feature in enumerate(FEATURES, start=1):
        match feature.kind:
            case Kind.FORM:
                features[at] = feature.name == form.value
            case Kind.RULE:
                features[at] = bool(regular)
            case _:
                # The first character says what a verse is about, a second one makes it surer.
                found = sum(character in feature.characters for character in text)
                features[at] = min(found, 2) * (0.75 if found == 1 else 0.5)
    line = one_line(latent, form)
    if line is not None:
        features[1 + len(FEATURES) :] = _directions(len(line)) @ line
    return features


def one_line(latent: Sequence[float], form: Form) -> Floats | None:
    """The mean of the parts of a latent, as wide as the latent of one line, however many there are;
    None if it is empty, or is not one part a line."""
    if not latent or len(latent) % form.line_count:
        return None
    parts = np.asarray(latent, dtype=np.float64).reshape(form.line_count, -1)
    line: Floats = parts.mean(0) * np.sqrt(form.line_count)
    return line


@cache
def _directions(size: int) -> Floats:
    """Directions of a latent of that size, each of length 1, (_SHADOW, size)."""
    chance = np.random.Generator(np.random.PCG64(_SHADOW_SEED))
    drawn = chance.standard_normal((_SHADOW, size))
    directions: Floats = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return directions
