"""What characters can sound like."""

from collections import Counter

import pytest

from model.prosody import (
    Tone,
    all_rhyme_groups,
    level_rhymes,
    rhyme_groups,
    rhymes,
    tone,
    usual_tone,
)


def names(character: str) -> set[str]:
    return {group.name for group in rhyme_groups(character)}


def test_there_are_106_groups_and_30_are_level() -> None:
    groups = all_rhyme_groups()
    assert Counter(group.section for group in groups) == {
        "上平": 15,
        "下平": 15,
        "上声": 29,
        "去声": 30,
        "入声": 17,
    }
    assert sum(group.tone is Tone.LEVEL for group in groups) == 30
    assert len({group.name for group in groups}) == 106
    assert [group.name for group in (groups[0], groups[29], groups[-1])] == [
        "一东",
        "十五咸",
        "十七洽",
    ]


def test_groups_hold_han_characters_once() -> None:
    for group in all_rhyme_groups():
        assert len(set(group.characters)) == len(group.characters)
        assert not any(character.isascii() for character in group.characters)


@pytest.mark.parametrize("character", "东冬江支天山楼流春风")
def test_level(character: str) -> None:
    assert tone(character) is Tone.LEVEL


@pytest.mark.parametrize("character", "董送日月白一八竹国独雪石")
def test_oblique_also_where_speech_has_made_it_level(character: str) -> None:
    assert tone(character) is Tone.OBLIQUE


@pytest.mark.parametrize("character", "看思为重过听教应胜望不")
def test_two_readings(character: str) -> None:
    assert tone(character) is Tone.EITHER


@pytest.mark.parametrize(
    ("character", "groups"),
    [
        ("后", {"二十五有", "二十六宥"}),  # 后 後
        ("里", {"四纸", "四寘"}),  # 里 裏
        ("余", {"六鱼"}),  # 余 餘
        ("云", {"十二文"}),  # 云 雲
        ("发", {"六月"}),  # 發 髮
        ("钟", {"二冬"}),  # 鐘 鍾
        ("干", {"十四寒", "一先", "十五翰"}),  # 干 乾 幹
    ],
)
def test_merged_characters_have_the_readings_of_all(character: str, groups: set[str]) -> None:
    assert names(character) == groups


def test_characters_that_simplification_keeps_in_places_are_known() -> None:
    assert names("乾") == {"一先", "十四寒"}
    assert "十药" in names("着")


@pytest.mark.parametrize("pair", "隠隐 疎疏 髪发 浄净 劒剑 慙惭 鬰郁 迹石 啼低 炉湖 先天".split())  # noqa: SIM905
def test_variants_and_gaps_of_the_rhyme_book(pair: str) -> None:
    assert rhymes(*pair)


@pytest.mark.parametrize("character", "龙儿维颓扉")
def test_misprints_are_left_out(character: str) -> None:
    assert tone(character) is Tone.LEVEL


def test_the_usual_tone_settles_what_poets_settled() -> None:
    assert [usual_tone(c) for c in "不中看天月"] == [
        Tone.EITHER,
        Tone.LEVEL,
        Tone.EITHER,
        Tone.LEVEL,
        Tone.OBLIQUE,
    ]
    assert usual_tone("望") is Tone.OBLIQUE
    assert {group.name for group in level_rhymes("望")} == {"七阳"}


def test_an_unknown_character_is_either_and_rhymes_with_nothing() -> None:
    assert tone("囗") is usual_tone("囗") is Tone.EITHER
    assert not rhyme_groups("囗")
    assert not rhymes("囗", "囗")


def test_rhyme_is_by_the_book_not_by_ear() -> None:
    assert rhymes("楼", "流")
    assert rhymes("晓", "鸟")
    assert rhymes("家", "涯")
    assert not rhymes("东", "冬")
    assert not rhymes("天", "山")


def test_a_place_asks_for_a_tone() -> None:
    assert Tone.EITHER & Tone.LEVEL
    assert Tone.OBLIQUE & Tone.EITHER
    assert not Tone.LEVEL & Tone.OBLIQUE
    assert [each.mark for each in (Tone.LEVEL, Tone.OBLIQUE, Tone.EITHER)] == ["○", "●", "◐"]
