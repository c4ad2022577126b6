"""The schemes of verse that everybody knows."""

from __future__ import annotations

import pytest

from model.prosody import scheme
from model.verse import Verse


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("白日依山尽，黄河入海流。欲穷千里目，更上一层楼。", "仄起仄收"),
        ("朝辞白帝彩云间，千里江陵一日还。两岸猿声啼不住，轻舟已过万重山。", "平起平收"),
        ("两个黄鹂鸣翠柳，一行白鹭上青天。窗含西岭千秋雪，门泊东吴万里船。", "仄起仄收"),
        ("空山新雨后，天气晚来秋。", "平起仄收"),
        ("北斗七星高，哥舒夜带刀。至今窥牧马，不敢过临洮。", "仄起平收"),
    ],
)
def test_a_scheme_is_named_by_how_the_first_line_begins_and_ends(text: str, name: str) -> None:
    found = scheme(Verse.parse(text))
    assert found is not None
    assert (found.name, found.departures) == (name, ())
    assert found.starts_level == name.startswith("平")
    assert found.first_line_rhymes == name.endswith("平收")


def test_a_character_that_departs_is_found() -> None:
    text = "故人西辞黄鹤楼，烟花三月下扬州。孤帆远影碧空尽，唯见长江天际流。"
    found = scheme(Verse.parse(text))
    assert found is not None
    assert found.departures == (1,), "人 stands where an oblique character is asked for"


def test_verse_of_the_ancient_style_has_no_scheme() -> None:
    assert scheme(Verse.parse("千山鸟飞绝，万径人踪灭。孤舟蓑笠翁，独钓寒江雪。")) is None
