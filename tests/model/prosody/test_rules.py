"""Lines, couplets and quatrains against the rules as the handbooks put them."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.prosody import LineType, couplet_keeps, line_types, quatrain_keeps
from model.verse import Verse
from tests.model.prosody.poems import (
    JIANDE_RIVER,
    LIANGZHOU,
    LONGING,
    QUIET_NIGHT,
    RIVER_SNOW,
    STORK_TOWER,
    WHITE_EMPEROR,
    of_tones,
)

A, B, C, D = LineType


def is_regulated(tones: str) -> bool:
    """二四六分明 with 孤平 and 三平尾 refused and 特拗 accepted, written independently."""
    head, tail = tones[:-5], tones[-5:]
    if head and head[1] == tail[1]:
        return False
    if tail == "PPZPZ":
        return True
    lone_level = tail[3:] == "ZP" and tail[0] == tail[2] == "Z"
    return tail[1] != tail[3] and tail[2:] != "PPP" and not lone_level


def strings(length: int) -> list[str]:
    return ["".join(tones) for tones in product("PZ", repeat=length)]


REGULATED = {length: [t for t in strings(length) if is_regulated(t)] for length in (5, 7)}


@pytest.mark.parametrize("length", [5, 7])
def test_every_string_of_tones_is_judged_as_the_handbooks_do(length: int) -> None:
    for tones in strings(length):
        assert bool(line_types(of_tones(tones))) == is_regulated(tones), tones


@pytest.mark.parametrize(
    ("line", "types"),
    [
        ("白日依山尽", {A}),
        ("黄河入海流", {B}),
        ("欲穷千里目", {C}),
        ("更上一层楼", {D}),
        ("移舟泊烟渚", {C}),  # 特拗 PPZPZ
        ("羌笛何须怨杨柳", {C}),  # the same with a head
        ("疑是地上霜", set()),
        ("夜来风雨声", {B}),  # 风 saves it from 孤平
        ("夜来月雨声", set()),  # 孤平
        ("独钓寒江云", set()),  # 三平尾
        ("处处闻啼鸟", {A}),
        ("不知近水花", {B}),  # 不 may be level by the book
        ("东风", set()),
    ],
)
def test_types_of_lines(line: str, types: set[LineType]) -> None:
    assert line_types(line) == types


def test_an_ambiguous_line_has_several_types() -> None:
    assert line_types("看看看看看") == {A, B, C, D}


@pytest.mark.parametrize("verse", [STORK_TOWER, WHITE_EMPEROR, LONGING, JIANDE_RIVER, LIANGZHOU])
def test_famous_quatrains_keep_the_rules(verse: Verse) -> None:
    assert quatrain_keeps(verse.lines)
    assert couplet_keeps(*verse.lines[:2])
    assert couplet_keeps(*verse.lines[2:])
    assert not couplet_keeps(verse.lines[3], verse.lines[2])
    assert not quatrain_keeps([*verse.lines[:3], verse.lines[2]])


@pytest.mark.parametrize("verse", [QUIET_NIGHT, RIVER_SNOW])
def test_old_verse_does_not(verse: Verse) -> None:
    assert not quatrain_keeps(verse.lines)


def test_couplets_without_adherence_make_no_quatrain() -> None:
    first, second = STORK_TOWER.lines[:2], STORK_TOWER.lines[2:]
    assert quatrain_keeps(second + first)  # CDAB
    assert not quatrain_keeps(first + first)  # ABAB 失粘


@pytest.mark.parametrize("length", [5, 7])
def test_couplets_are_opposed(length: int) -> None:
    """By the second character alone, as regulated lines alternate after it."""
    for first, second in product(REGULATED[length], repeat=2):
        if length == 7 and (first[0], second[0]) != ("P", "P"):
            continue  # the first of seven is free
        opposed = first[1] != second[1] and second[-1] == "P"
        assert couplet_keeps(of_tones(first), of_tones(second)) == opposed


@given(st.sampled_from([5, 7]), st.data())
def test_quatrains_are_opposed_and_adhere(length: int, data: st.DataObject) -> None:
    lines = [data.draw(st.sampled_from(REGULATED[length])) for _ in range(4)]
    seconds = [tones[1] for tones in lines]
    expected = seconds[0] != seconds[1] == seconds[2] != seconds[3] and [
        tones[-1] for tones in lines[1:]
    ] == ["P", "Z", "P"]
    assert quatrain_keeps([of_tones(tones) for tones in lines]) == expected
