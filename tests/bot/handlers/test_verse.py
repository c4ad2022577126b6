"""/poem, /couplet and /today as people meet them."""

from __future__ import annotations

import re

import pytest

from bot.store import Store
from tests.bot.worker import LocalWorker
from tests.model.service.poet import UNKNOWN, WAITS
from tests.telegram import FakeTelegram, User

pytestmark = pytest.mark.usefixtures("bot")

VERSE = re.compile(r"(?:([一-鿿]{5}|[一-鿿]{7})，[一-鿿]+。\n){1,2}")
QUATRAIN = "千山鸟飞绝，万径人踪灭。\n孤舟蓑笠翁，独钓寒江雪。"
STARS = ["★1", "★2", "★3", "★4", "★5"]


async def test_a_poem_stands_alone_with_its_making_and_what_one_can_do_with_it(ada: User) -> None:
    answer = await ada.asks("/poem")
    verse, newline, made = answer.text.rpartition("\n")
    assert VERSE.fullmatch(verse + newline)
    assert re.fullmatch("(Five|Seven)-character (couplet|quatrain) · from random numbers", made)
    assert [[button.text for button in row] for row in answer.keyboard] == [
        STARS,
        ["Another", "Vary", "Prosody"],
        ["♡ Keep", "Share", "Card"],
    ]
    assert [e.type for e in answer.entities] == ["blockquote"]


async def test_a_theme_is_named_in_the_readers_language(ada: User, li: User) -> None:
    assert (await li.asks("/poem 五绝 明月")).text.endswith("五绝 · 题「明月」")
    assert (await ada.asks("/poem couplet7 autumn moon")).text.endswith(
        "Seven-character couplet · on 秋月"
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("明月几时有", "明月几时有 has 5"),
        ("spaceship", "called “spaceship”"),
        (UNKNOWN, UNKNOWN),
    ],
)
async def test_a_wish_that_cannot_be_met_is_explained(ada: User, words: str, expected: str) -> None:
    answer = await ada.asks(f"/poem {words}")
    assert expected in answer.text
    assert not answer.buttons


async def test_a_whole_couplet_is_remembered_and_varied(ada: User) -> None:
    answer = await ada.asks("/couplet 白日依山尽,黄河入海流")
    assert "Your verse\n白日依山尽，黄河入海流。" in answer.text
    assert "10 of 10 characters (100%)" in answer.text
    assert re.search(r"each further away \(0\.\d · 0\.\d · 0\.\d\)", answer.text)
    assert [row[0].text for row in answer.keyboard] == ["①", "②", "③", "④"]
    assert all([b.text for b in row[1:]] == STARS for row in answer.keyboard)


async def test_a_whole_quatrain_too(ada: User) -> None:
    answer = await ada.asks(f"/couplet {QUATRAIN}")
    assert f"Your verse\n{QUATRAIN}\nWhat I remember · 20 of 20" in answer.text
    assert f"①\n{QUATRAIN}\nVariations" in answer.text
    assert re.search("②\n.{5}，.{5}。\n.{5}，.{5}。\n③\n", answer.text)
    assert [row[0].text for row in answer.keyboard] == ["①", "②", "③", "④"]


async def test_one_line_gets_second_lines(li: User) -> None:
    answer = await li.asks("/couplet 白日依山尽")
    title, *lines, _ = answer.text.split("\n")
    assert title == "白日依山尽 · 试对下句"
    assert [line[:2] for line in lines] == ["① ", "② ", "③ ", "④ ", "⑤ "]


async def test_a_pattern_is_filled(ada: User) -> None:
    answer = await ada.asks("/couplet 白日？山尽，黄河__流")
    assert answer.text.startswith("白日？山尽，黄河？？流 · filled in")
    assert re.search("① 白日.山尽，黄河..流。", answer.text)


async def test_the_pattern_of_a_quatrain_is_filled(ada: User) -> None:
    answer = await ada.asks("/couplet 春？？？？？？，夏？？？？？？。秋______，冬______。")
    assert re.search("①\n春.{6}，夏.{6}。\n秋.{6}，冬.{6}。\n②\n", answer.text)


async def test_a_few_characters_are_woven_into_couplets(ada: User) -> None:
    answer = await ada.asks("/couplet 明月")
    assert answer.text.startswith("Couplets with 明月\n① ")
    assert len(answer.keyboard) == 3


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("hello", "found none"),
        ("一二三四五六", "6 Chinese characters"),
        ("白日依山，尽黄河入海流", "lines of 4 + 6 characters"),
        (f"白日依山{UNKNOWN}", UNKNOWN),
    ],
)
async def test_each_misunderstanding_has_its_own_answer(
    ada: User, words: str, expected: str
) -> None:
    assert expected in (await ada.asks(f"/couplet {words}")).text


async def test_what_is_missing_is_told_in_numbers_of_this_poet(ada: User) -> None:
    answer = await ada.asks("/couplet 一二三四五六")
    assert "a line of 5 or 7" in answer.text
    assert "a whole verse of 10, 14, 20, or 28" in answer.text


async def test_traditional_characters_are_answered_in_traditional_ones(ada: User) -> None:
    answer = await ada.asks("/couplet 白日依山盡")
    assert answer.text.startswith("白日依山盡 · second lines")


async def test_other_replies_in_a_group_are_not_for_the_bot(
    ada: User, telegram: FakeTelegram
) -> None:
    group = telegram.group("Analytical", ada)
    ada.adds_bot_to(group)
    poem = await ada.asks("/poem@qibu_test_bot", group)
    ada.sends("好诗", group, reply_to=poem)
    await telegram.settled()
    assert group.last_answer is poem


async def test_plain_words_in_private(li: User, ada: User) -> None:
    assert "题「秋天」" in (await li.asks("写诗 秋天")).text
    assert (await li.asks("七绝 秋月")).text.endswith("七绝 · 题「秋月」")
    assert "藏头「春夏」" in (await li.asks("来一首藏头诗 春夏")).text
    assert (await li.asks("白日依山尽")).text.startswith("白日依山尽 · 试对下句")
    assert (await li.asks("对 白日依山尽")).text.startswith("白日依山尽 · 试对下句")
    assert "/help" in (await ada.asks("how are you?")).text


async def test_a_verse_over_two_lines_of_a_message_is_one_couplet(ada: User) -> None:
    answer = await ada.asks("/couplet 白日依山尽\n黄河入海流")
    assert "白日依山尽，黄河入海流。" in answer.text


async def test_today_is_the_same_for_everybody_all_day(ada: User, li: User) -> None:
    first, second = await ada.asks("/today"), await li.asks("/today")
    assert first.text.startswith("Poem of the day · ")
    assert second.text.startswith("今日一诗 · ")
    assert first.text.split("\n")[1].endswith("。")
    assert first.text.split("\n")[1] == second.text.split("\n")[1]
    assert first.buttons[0].data == second.buttons[0].data


async def test_traditional_chinese_is_a_choice_of_the_chat(ada: User) -> None:
    hello = await ada.asks("/start")
    ada.clicks(hello, "繁體中文")
    await ada.telegram.settled()
    assert hello.text == "好，從現在起在這裡說中文。"
    assert (await ada.asks("/couplet 黄河入海流")).text.startswith("黃河入海流 · 試對下句")
    assert "題「明月」" in (await ada.asks("/poem 明月")).text


async def test_an_edited_command_is_no_second_one(ada: User, telegram: FakeTelegram) -> None:
    message = ada.sends("/poem")
    await telegram.settled()
    ada.edits(message, "/poem 明月")
    await telegram.settled()
    assert len(ada.answers) == 1


async def test_one_slow_poem_keeps_nobody_else_waiting(
    ada: User, li: User, telegram: FakeTelegram, worker: LocalWorker
) -> None:
    ada.sends(f"/poem {WAITS}")
    await telegram.until(worker.poet.waiting.is_set)
    li.sends("/help")
    await telegram.until(lambda: li.answers)
    assert not ada.answers
    worker.poet.go_on.set()
    await telegram.settled()
    assert len(ada.answers) == 1


async def test_words_of_a_person_stay_in_their_chat(ada: User, store: Store) -> None:
    free, themed = await ada.asks("/poem"), await ada.asks("/poem 明月")
    kept = []
    for message in (free, themed):
        data = message.buttons[0].data
        assert data is not None
        kept.append(await store.poems.get(data.split(":")[1]))
    assert [poem.public for poem in kept if poem] == [True, False]
