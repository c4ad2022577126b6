"""What readers are shown of tone and rhyme."""

import pytest

from model.prosody import mark
from model.verse import Verse
from tests.model.prosody.poems import QUIET_NIGHT, SPRING_DAWN, STORK_TOWER, WHITE_EMPEROR


def test_a_regulated_poem() -> None:
    tones = mark(STORK_TOWER)
    assert tones.lines == ("●●○○●", "○○●●○", "●○○●●", "◐●●○○")
    assert tones.rhyme == "十一尤"
    assert tones.regular


@pytest.mark.parametrize(
    ("verse", "rhyme", "regular"),
    [
        (WHITE_EMPEROR, "十五删", True),
        (QUIET_NIGHT, "七阳", False),
        (SPRING_DAWN, "十七筱", False),  # oblique rhyme is rhyme too
        (Verse.parse("白日依山尽，黄河入海流。"), "十一尤", True),
        (Verse.parse("欲穷千里目，更上一层天。"), "一先", True),
        (Verse.parse("白日依山尽，黄河入海流。欲穷千里目，更上一层天。"), None, False),
    ],
)
def test_rhyme_and_regularity(verse: Verse, rhyme: str | None, regular: bool) -> None:
    tones = mark(verse)
    assert (tones.rhyme, tones.regular) == (rhyme, regular)


@pytest.mark.parametrize(
    ("first", "rhyme"),
    [("移舟泊烟渚", "九佳"), ("江上望春花", "六麻"), ("江上望春时", "四支")],
)
def test_a_first_line_that_rhymes_tells_which_group_is_meant(first: str, rhyme: str) -> None:
    """涯 stands in 四支, 九佳 and 六麻."""
    assert mark(Verse.parse(f"{first}，野旷到天涯。")).rhyme == rhyme


def test_unknown_characters_are_either_and_do_not_rhyme() -> None:
    tones = mark(Verse.parse("白日依山囗，黄河入海囗。"))
    assert tones.lines == ("●●○○◐", "○○●●◐")
    assert tones.rhyme is None
