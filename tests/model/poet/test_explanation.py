"""What the shipped tables know of verse that everybody knows."""

from __future__ import annotations

import pytest

from model.poet.explanation import explain
from model.poet.shipped import load_tables
from model.poet.tables import Tables
from model.verse import Verse


@pytest.fixture(scope="module")
def tables() -> Tables:
    return load_tables()


def pairs(tables: Tables, text: str) -> list[str]:
    return [pair.first + pair.second for pair in explain(Verse.parse(text), tables).parallels]


def test_parallel_characters_are_found(tables: Tables) -> None:
    assert pairs(tables, "白日依山尽，黄河入海流。") == ["白黄", "日河", "依入", "山海", "尽流"]
    assert pairs(tables, "春眠不觉晓，处处闻啼鸟。") == []
    assert pairs(tables, "白日依山尽，白日依山尽。") == [], "a character is no pair with itself"


def test_the_lines_and_places_of_a_quatrain_are_its_own(tables: Tables) -> None:
    found = explain(
        Verse.parse("两个黄鹂鸣翠柳，一行白鹭上青天。窗含西岭千秋雪，门泊东吴万里船。"), tables
    )
    for pair in found.parallels:
        assert found.verse.lines[pair.line][pair.place] == pair.first
        assert found.verse.lines[pair.line + 1][pair.place] == pair.second
    assert {pair.line for pair in found.parallels} == {0, 2}


def test_known_lines_and_what_rhymes(tables: Tables) -> None:
    found = explain(
        Verse.parse("朝辞白帝彩云间，千里江陵一日还。两岸猿声啼不住，囧舟已过万重山。"), tables
    )
    assert (found.known[0], found.known[3]) == (True, False)
    assert found.rhyme is not None
    assert (found.rhyme.name, found.rhyming) == ("十五删", (0, 1, 3))


def test_what_does_not_rhyme_is_said_to_rhyme_nowhere(tables: Tables) -> None:
    found = explain(
        Verse.parse("朝辞白帝彩云间，千里江陵一日还。两岸猿声啼不住，轻舟已过万重雪。"), tables
    )
    assert (found.rhyme, found.rhyming) == (None, ())
