"""How people's words are read: wishes, seeds, plain words, spans, times, zones."""

from __future__ import annotations

from datetime import time

import pytest

from bot.usecases.answer import (
    GivenLine,
    Line,
    LineMisfit,
    LineUnread,
    NoLine,
    Side,
    WholeCouplet,
    read_line,
)
from bot.usecases.clocks import UnknownZone, read_time, read_zone
from bot.usecases.couplet import (
    Few,
    Misfit,
    NoHan,
    NothingGiven,
    Seed,
    UnevenLines,
    read_seed,
)
from bot.usecases.plain_words import (
    PlainWords,
    WantsAnswer,
    WantsCommand,
    WantsLines,
    WantsPoem,
    WantsWalk,
    read_plain_words,
)
from bot.usecases.top import Span, read_span
from model.verse import Form, Pattern, Verse

WALK = "白日依山尽，黄河入海流 | 空山新雨后，天气晚来秋"


@pytest.mark.parametrize(
    ("words", "seed"),
    [
        ("", NothingGiven()),
        (" \n", NothingGiven()),
        ("hello!", NoHan()),
        ("？？？？？", NoHan()),
        ("月", Few("月")),
        ("明月 hello", Few("明月")),
        ("青山绿水", Few("青山绿水")),
        ("白日依山尽", Line("白日依山尽", Side.FIRST)),
        ("白日依山尽？", Line("白日依山尽", Side.FIRST)),
        ("白日依山盡。", Line("白日依山尽", Side.FIRST)),
        ("两个黄鹂鸣翠柳", Line("两个黄鹂鸣翠柳", Side.FIRST)),
        ("一二三四五六", Misfit(6)),
        ("一二三四五，一二三四五，一二三四五", Misfit(15)),
        ("春" * 29, Misfit(29)),
        ("白日依山，尽黄河入海流", UnevenLines((4, 6))),
        ("白日依山尽,黄河入海流.", Verse(Form.COUPLET5, ("白日依山尽", "黄河入海流"))),
        ("白日依山尽黄河入海流", Verse(Form.COUPLET5, ("白日依山尽", "黄河入海流"))),
        ("白日依山盡？黃河入海流！", Verse(Form.COUPLET5, ("白日依山尽", "黄河入海流"))),
        ("白日？山尽", Pattern.parse("白日？山尽")),
        ("白日_山尽, 黄河__流", Pattern.parse("白日？山尽，黄河？？流")),
        ("明月？", Few("明月")),
        (
            "千山鸟飞绝，万径人踪灭。\n孤舟蓑笠翁，独钓寒江雪。",
            Verse(Form.JUEJU5, ("千山鸟飞绝", "万径人踪灭", "孤舟蓑笠翁", "独钓寒江雪")),
        ),
        (
            "月落乌啼霜满天江枫渔火对愁眠姑苏城外寒山寺夜半钟声到客船",
            Verse(
                Form.JUEJU7,
                ("月落乌啼霜满天", "江枫渔火对愁眠", "姑苏城外寒山寺", "夜半钟声到客船"),
            ),
        ),
        ("一二三四五六七\n一二三四五六七", Verse(Form.COUPLET7, ("一二三四五六七",) * 2)),
        ("春？？？？夏？？？？\n秋？？？？冬？？？？", Pattern.parse("春____夏____秋____冬____")),
    ],
)
def test_seeds_are_told_by_the_number_of_characters(words: str, seed: Seed) -> None:
    assert read_seed(words) == seed


@pytest.mark.parametrize(
    ("words", "given"),
    [
        ("", NoLine()),
        ("_", NoLine()),
        ("hello", LineUnread()),
        ("白日依山盡", Line("白日依山尽", Side.FIRST)),
        ("白日依山尽，_", Line("白日依山尽", Side.FIRST)),
        ("上联：白日依山尽", Line("白日依山尽", Side.FIRST)),
        ("_ 黄河入海流", Line("黄河入海流", Side.SECOND)),
        ("？？？？？，黄河入海流。", Line("黄河入海流", Side.SECOND)),
        ("下聯 黃河入海流", Line("黄河入海流", Side.SECOND)),
        ("first line for 黄河入海流", Line("黄河入海流", Side.SECOND)),
        ("second line for 白日依山尽", Line("白日依山尽", Side.FIRST)),
        ("Second: 黄河入海流", Line("黄河入海流", Side.SECOND)),
        ("下马饮君酒", Line("下马饮君酒", Side.FIRST)),
        ("白日依山尽，黄河入海流", WholeCouplet(("白日依山尽", "黄河入海流"))),
        ("明月", LineMisfit(2)),
        ("白日？山尽", LineMisfit(4)),
    ],
)
def test_a_line_and_its_side(words: str, given: GivenLine) -> None:
    assert read_line(words) == given


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("写诗", WantsPoem("")),
        ("寫詩 秋天", WantsPoem("秋天")),
        ("写诗秋天", WantsPoem("秋天")),
        ("来一首五绝", WantsPoem("五绝")),
        ("请写首诗", WantsPoem("")),
        ("再来一首！", WantsPoem("")),
        ("A poem about autumn", WantsPoem("poem about autumn")),
        ("another poem", WantsPoem("poem")),
        ("Write me a seven-character quatrain", WantsPoem("seven-character quatrain")),
        ("couplet7 snow", WantsPoem("couplet7 snow")),
        ("an acrostic of 生日快乐", WantsPoem("acrostic of 生日快乐")),
        ("藏头 生日快樂", WantsPoem("藏头 生日快乐")),
        ("写一首藏头诗：春夏秋冬", WantsPoem("藏头诗：春夏秋冬")),
        ("七绝 秋月", WantsPoem("七绝 秋月")),
        ("五言 对联", WantsPoem("五言 对联")),
        ("绝句", WantsPoem("绝句")),
        ("两句三年得", WantsAnswer("两句三年得")),
        ("作诗何必多", WantsAnswer("作诗何必多")),
        ("对 白日依山盡", WantsLines("白日依山盡")),
        ("对下句：白日依山尽", WantsLines("白日依山尽")),
        ("下联 黄河入海流", WantsLines("下联 黄河入海流")),
        ("a second line for 白日依山尽", WantsLines("second line for 白日依山尽")),
        ("answer 白日依山尽", WantsLines("白日依山尽")),
        ("对 明月", WantsAnswer("明月")),
        ("autumn moon", WantsPoem("autumn moon")),
        ("Snow", WantsPoem("Snow")),
        (WALK, WantsWalk(WALK)),
        (f"morph {WALK}", WantsWalk(WALK)),
        ("白日依山尽 | 黄河入海流", WantsAnswer("白日依山尽 | 黄河入海流")),
        ("設置", WantsCommand("settings")),
        ("Cancel!", WantsCommand("cancel")),
        ("今日一诗", WantsCommand("today")),
        ("?", WantsCommand("help")),
        ("你好", WantsCommand("start")),
        ("对酒当歌", WantsAnswer("对酒当歌")),
        ("白日依山尽\n黄河入海流", WantsAnswer("白日依山尽\n黄河入海流")),
        ("hello there", None),
        ("🙂", None),
    ],
)
def test_plain_words(text: str, wanted: PlainWords | None) -> None:
    assert read_plain_words(text) == wanted


@pytest.mark.parametrize(
    ("words", "span"),
    [("", Span.WEEK), ("ALL", Span.ALL), ("總榜", Span.ALL), ("本周", Span.WEEK), ("?", Span.WEEK)],
)
def test_spans(words: str, span: Span) -> None:
    assert read_span(words) is span


@pytest.mark.parametrize(
    ("words", "at", "rest"),
    [
        ("08:00", time(8), ""),
        ("8", time(8), ""),
        ("0830", time(8, 30), ""),
        ("8.30", time(8, 30), ""),
        ("8am", time(8), ""),
        ("8:15 PM London", time(20, 15), "London"),
        ("12am", time(0), ""),
        ("12pm", time(12), ""),
        ("早上8点", time(8), ""),
        ("晚上九点", time(21), ""),
        ("晚上12点", time(0), ""),
        ("中午12点", time(12), ""),
        ("中午一点", time(13), ""),
        ("上午11点", time(11), ""),
        ("二十二点零五分 上海", time(22, 5), "上海"),
        ("两點半北京", time(2, 30), "北京"),
        ("晚上9點半 北京", time(21, 30), "北京"),
        ("20点30分 上海", time(20, 30), "上海"),
        ("08:00 Asia/Shanghai", time(8), "Asia/Shanghai"),
        ("08:00UTC+8", time(8), "UTC+8"),
        ("7 UTC", time(7), "UTC"),
        ("23:59, New York", time(23, 59), "New York"),
    ],
)
def test_times_of_day(words: str, at: time, rest: str) -> None:
    assert read_time(words) == (at, rest)


@pytest.mark.parametrize("words", ["", "soon", "25:00", "8:60", "12345", "08:00:30", "上海", "-8"])
def test_what_is_no_time(words: str) -> None:
    assert read_time(words) is None


@pytest.mark.parametrize(
    ("words", "zone"),
    [
        ("Asia/Shanghai", "Asia/Shanghai"),
        ("asia/shanghai", "Asia/Shanghai"),
        ("Beijing", "Asia/Shanghai"),
        ("北京时间", "Asia/Shanghai"),
        ("上海", "Asia/Shanghai"),
        ("東京", "Asia/Tokyo"),
        ("New York", "America/New_York"),
        ("new_york", "America/New_York"),
        ("纽约", "America/New_York"),
        ("São Paulo", "America/Sao_Paulo"),
        ("Kolkata", "Asia/Kolkata"),
        ("台北", "Asia/Taipei"),
        ("香港", "Asia/Hong_Kong"),
        ("UTC", "UTC"),
        ("utc+0", "UTC"),
        ("UTC+8", "Etc/GMT-8"),
        ("gmt-3", "Etc/GMT+3"),
        ("+08:00", "Etc/GMT-8"),
        ("东八区", "Etc/GMT-8"),
        ("西五區", "Etc/GMT+5"),
        ("东十二区", "Etc/GMT-12"),
    ],
)
def test_zones_by_any_of_their_names(words: str, zone: str) -> None:
    assert read_zone(words) == zone


def test_what_is_no_zone_is_answered_with_the_nearest_names() -> None:
    assert read_zone("Berln") == UnknownZone("Berln", ("Europe/Berlin",))
    assert read_zone("UTC+15") == UnknownZone("UTC+15", ())
    assert read_zone("Mars") == UnknownZone("Mars", ())
