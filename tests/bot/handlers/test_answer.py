"""/answer as people meet it."""

from __future__ import annotations

import re

import pytest

from bot.store import Store
from tests.model.service.poet import UNKNOWN
from tests.telegram import FakeTelegram, Message, User

pytestmark = pytest.mark.usefixtures("bot")

NUMBERS = ["①", "②", "③", "④", "⑤"]


def offered(message: Message) -> list[str]:
    """The lines to choose from."""
    return re.findall("^[①-⑤] (.+)$", message.text, re.MULTILINE)


async def test_second_lines_are_offered_and_a_number_makes_a_couplet(
    ada: User, telegram: FakeTelegram
) -> None:
    answer = await ada.asks("/answer 白日依山尽")
    assert answer.text.startswith("白日依山尽 · second lines for it\n① ")
    lines = offered(answer)
    assert {len(line) for line in lines} == {5}
    assert [[button.text for button in row] for row in answer.keyboard] == [
        NUMBERS,
        ["Others", "⇅ As the second line"],
    ]
    ada.clicks(answer, "③")
    await telegram.settled()
    couplet = ada.last_answer
    assert couplet.text.startswith(f"白日依山尽，{lines[2]}。\n")
    assert couplet.text.endswith("Five-character couplet · to go with 白日依山尽")
    assert [button.text for button in couplet.keyboard[0]] == ["★1", "★2", "★3", "★4", "★5"]
    assert offered(answer) == lines, "the others stay to be chosen"


@pytest.mark.parametrize("words", ["_ 黄河入海流", "下联 黄河入海流", "？？？？？，黄河入海流"])
async def test_first_lines_are_found_too(ada: User, telegram: FakeTelegram, words: str) -> None:
    answer = await ada.asks(f"/answer {words}")
    assert answer.text.startswith("黄河入海流 · first lines for it\n")
    ada.clicks(answer, "①")
    await telegram.settled()
    assert ada.last_answer.text.startswith(f"{offered(answer)[0]}，黄河入海流。\n")


async def test_it_is_turned_round_and_back_in_place(li: User, telegram: FakeTelegram) -> None:
    answer = await li.asks("/answer 两个黄鹂鸣翠柳")
    before = offered(answer)
    li.clicks(answer, "⇅ 这是下句")
    await telegram.settled()
    assert li.answers == [answer]
    assert answer.text.startswith("两个黄鹂鸣翠柳 · 试配上句\n")
    li.clicks(answer, "①")
    await telegram.settled()
    assert li.last_answer.text.startswith(f"{offered(answer)[0]}，两个黄鹂鸣翠柳。")
    li.clicks(answer, "⇅ 这是上句")
    await telegram.settled()
    assert answer.text.startswith("两个黄鹂鸣翠柳 · 试对下句\n")
    again = offered(answer)
    li.clicks(answer, "换一批")
    await telegram.settled()
    assert len({tuple(before), tuple(again), tuple(offered(answer))}) == 3


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("hello", "found none"),
        ("明月", "I count 2"),
        ("白日依山尽，黄河入海流", "/answer _ 黄河入海流"),
        (f"白日依山{UNKNOWN}", UNKNOWN),
    ],
)
async def test_what_cannot_be_answered_is_explained(ada: User, words: str, expected: str) -> None:
    answer = await ada.asks(f"/answer {words}")
    assert expected in answer.text
    assert not answer.buttons


async def test_without_a_line_it_asks_or_takes_the_message_that_is_replied_to(
    ada: User, li: User, telegram: FakeTelegram
) -> None:
    question = await ada.asks("/answer")
    assert question.asks_for_reply
    assert (await ada.asks("下联 黄河入海流")).text.startswith("黄河入海流 · first lines")
    group = telegram.group("诗社", ada, li)
    ada.adds_bot_to(group)
    line = li.sends("白日依山盡", group)
    answer = await ada.asks("/answer@qibu_test_bot", group, reply_to=line)
    assert answer.text.startswith("白日依山盡 · second lines")
    poem = await ada.asks("/poem@qibu_test_bot couplet5", group)
    first = poem.text.split("，")[0]
    whole = await li.asks("/answer@qibu_test_bot", group, reply_to=poem)
    assert f"/answer {first}" in whole.text, "of a couplet, either line can be answered"
    again = await li.asks("/couplet@qibu_test_bot", group, reply_to=poem)
    assert poem.text.splitlines()[0] in again.text
    assert (await li.asks("/answer@qibu_test_bot", group)).asks_for_reply
    assert (await li.asks("黄河入海流", group)).text.startswith("黄河入海流 · 试对下句")


async def test_a_channel_is_offered_lines_that_its_readers_may_look_at(
    ada: User, li: User, telegram: FakeTelegram
) -> None:
    channel = telegram.channel("Tang", ada)
    ada.adds_bot_to(channel)
    ada.posts("/answer", channel)
    await telegram.settled()
    assert "/answer 明月松间照" in channel.last_answer.text
    ada.posts("/answer 白日依山尽", channel)
    await telegram.settled()
    post = channel.last_answer
    assert [button.text for button in post.buttons] == NUMBERS
    click = li.clicks(post, "②")
    forged = li.forges_click(post, str(post.buttons[0].data).replace("p1", "w1") + ":more")
    await telegram.settled()
    assert click.answer == f"白日依山尽，{offered(post)[1]}。"
    assert forged.answer.startswith("In a channel I post only")
    assert channel.last_answer is post


async def test_lines_stay_in_their_chat(
    ada: User, li: User, telegram: FakeTelegram, store: Store
) -> None:
    answer = await ada.asks("/answer 白日依山尽")
    stolen = str(answer.buttons[0].data).removeprefix("p1:")
    hello = await li.asks("/start")
    clicks = [li.forges_click(hello, data) for data in (f"p1:{stolen}", f"w1:{stolen}:turn")]
    await telegram.settled()
    free = await li.asks("/poem 七绝")
    poem = str(free.buttons[0].data).split(":")[1]
    clicks.append(li.forges_click(free, f"w1:{poem}:more"))
    await telegram.settled()
    assert {click.answer for click in clicks} == {"这首诗已经不在这里了。"}
    kept = await store.poems.get(stolen)
    assert kept is not None
    assert (kept.command, kept.seed_text, kept.public) == ("answer", "白日依山尽", False)


async def test_of_the_lines_that_are_offered_only_the_chosen_one_is_ones_own(
    ada: User, telegram: FakeTelegram
) -> None:
    answer = await ada.asks("/answer 白日依山尽")
    assert "白日依山尽" not in (await ada.asks("/mine")).text
    ada.clicks(answer, "④")
    await telegram.settled()
    assert (await ada.asks("/mine")).text.count("白日依山尽") == 1
