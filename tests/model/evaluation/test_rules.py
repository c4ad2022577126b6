"""Order and rhyme of quatrains, by poems that everybody knows."""

from __future__ import annotations

import pytest

from model.evaluation.rules import keeps_order, keeps_rhyme
from model.verse import Form, Verse

STORKS = Verse.parse("白日依山尽，黄河入海流。欲穷千里目，更上一层楼。")  # regulated
MOON = Verse.parse("床前明月光，疑是地上霜。举头望明月，低头思故乡。")  # in the old style, rhymed
RIVER_SNOW = Verse.parse("千山鸟飞绝，万径人踪灭。孤舟蓑笠翁，独钓寒江雪。")  # rhymes oblique
BAIDI = Verse.parse("朝辞白帝彩云间，千里江陵一日还。两岸猿声啼不住，轻舟已过万重山。")


@pytest.mark.parametrize(
    ("verse", "order", "rhyme"),
    [
        (STORKS, True, True),
        (MOON, False, True),
        (RIVER_SNOW, False, False),
        (BAIDI, True, True),
    ],
)
def test_famous_quatrains(verse: Verse, order: bool, rhyme: bool) -> None:
    assert (keeps_order(verse), keeps_rhyme(verse)) == (order, rhyme)


def test_a_first_line_that_ends_level_rhymes_too() -> None:
    # 间 becomes 东: of the same tone and of another group.
    changed = Verse(Form.JUEJU7, ("朝辞白帝彩云东", *BAIDI.lines[1:]))
    assert keeps_order(changed)
    assert not keeps_rhyme(changed)


def test_even_lines_that_do_not_rhyme() -> None:
    turned = Verse(Form.JUEJU5, (STORKS.lines[1], STORKS.lines[0], *STORKS.lines[2:]))
    assert not keeps_rhyme(turned)
