"""Verses to paint, and one painter for all tests."""

from __future__ import annotations

import pytest

from bot.cards import CardPainter
from model.verse import Form

VERSES = {
    Form.COUPLET5: ("白日依山尽", "黄河入海流"),
    Form.COUPLET7: ("无边落木萧萧下", "不尽长江滚滚来"),
    Form.JUEJU5: ("白日依山尽", "黄河入海流", "欲穷千里目", "更上一层楼"),
    Form.JUEJU7: ("月落乌啼霜满天", "江枫渔火对愁眠", "姑苏城外寒山寺", "夜半钟声到客船"),
}


@pytest.fixture(scope="session")
def painter() -> CardPainter:
    return CardPainter()
