"""Themes: each character speaks of one, and well-known verse of what it is known for."""

from __future__ import annotations

from collections import Counter

import pytest

from model.evaluation.themes import THEMES, theme_of
from model.verse import Verse


def test_no_character_speaks_of_two_themes() -> None:
    counts = Counter(c for theme in THEMES for c in theme.characters)
    assert [c for c, count in counts.items() if count > 1] == []


@pytest.mark.parametrize(
    ("text", "theme"),
    [
        ("明月松间照，清泉石上流", "hills and woods"),
        ("醉卧沙场君莫笑，古来征战几人回", None),
        ("葡萄美酒夜光杯，欲饮琵琶马上催", "wine and verse"),
        ("月黑雁飞高，单于夜遁逃", "moonlit night"),
        ("白日依山尽，黄河入海流", None),
    ],
)
def test_what_a_verse_is_about(text: str, theme: str | None) -> None:
    found = theme_of(Verse.parse(text))
    assert (found.english if found else None) == theme
