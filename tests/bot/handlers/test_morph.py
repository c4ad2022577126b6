"""/morph as people meet it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.app import AnyApplication, build_application
from bot.pacing import Pacing, Rate
from bot.services import Services
from tests.telegram import FakeTelegram, Message, User, running

HERE, THERE = "白日依山尽，黄河入海流。", "空山新雨后，天气晚来秋。"
SEVEN = "两个黄鹂鸣翠柳，一行白鹭上青天。"
SNOW = "千山鸟飞绝，万径人踪灭。\n孤舟蓑笠翁，独钓寒江雪。"
DAWN = "春眠不觉晓，处处闻啼鸟。\n夜来风雨声，花落知多少。"

HURRIED = Rate(1000, 1)


def hurried(services: Services, telegram: FakeTelegram, step: Rate = HURRIED) -> AnyApplication:
    """The bot, in no need to pace its steps."""
    pacing = Pacing(step, step, step)
    return build_application(services, request=telegram.request(), pacing=pacing)


@pytest.fixture
async def bot(services: Services, telegram: FakeTelegram) -> AsyncIterator[AnyApplication]:
    async with running(hurried(services, telegram), telegram) as application:
        yield application


def walked(message: Message, start: str = HERE, end: str = THERE) -> None:
    """The whole walk stands in the message, with a number for each verse between its ends."""
    title, *_ = message.text.splitlines()
    assert title == f"{start[: start.index('，')]} → {end[: end.index('，')]}"
    assert f"\n{start}\n" in message.text
    assert f"\n{end}\n" in message.text
    assert [button.text for button in message.buttons] == list("①②③④⑤⑥")


@pytest.mark.usefixtures("bot")
async def test_one_message_shows_step_by_step_and_then_the_whole(
    ada: User, telegram: FakeTelegram
) -> None:
    walk = await ada.asks(f"/morph {HERE} | {THERE}")
    assert ada.answers == [walk]
    walked(walk)
    steps = walk.earlier
    assert [step.splitlines()[-1] for step in steps] == [
        "●" * n + "○" * (8 - n) for n in range(1, 9)
    ]
    assert steps[0].splitlines()[1] == HERE
    assert steps[-1].splitlines()[1] == THERE
    ada.clicks(walk, "②")
    await telegram.settled()
    second = steps[2].splitlines()[1]
    assert ada.last_answer.text.startswith(second)
    assert ada.last_answer.text.endswith("on the way from 白日依山尽 to 空山新雨后")


@pytest.mark.usefixtures("bot")
async def test_what_changed_is_bold(ada: User) -> None:
    walk = await ada.asks(f"/morph {HERE} | {THERE}")
    bold = [walk.part(entity) for entity in walk.entities if entity.type == "bold"]
    assert "".join(bold).startswith("白日依山尽 → 空山新雨后")
    assert "空山新雨后" in bold[1:][-2:]


@pytest.mark.usefixtures("bot")
async def test_quatrains_and_every_way_to_part_two_verses(li: User) -> None:
    for words in (
        f"{SNOW} → {DAWN}",
        f"{SNOW}\n{DAWN}",
        SNOW.replace("\n", "") + DAWN.replace("\n", ""),
    ):
        walk = await li.asks(f"/morph {words}")
        walked(walk, SNOW, DAWN)
        assert "\n①\n" in walk.text
    walked(await li.asks(f"/morph {HERE}\n{THERE}"))
    walked(await li.asks(f"/morph {HERE}{THERE}"))


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (f"{HERE} | {SEVEN}", "One is a five-character couplet, the other a seven-character"),
        (f"{HERE} | {HERE}", "the same verse twice"),
        (f"{HERE} | hello", "cannot read “hello” as a verse"),
        ("明月", "cannot read “明月” as a verse"),
    ],
)
async def test_where_there_is_no_way_it_says_why(ada: User, words: str, expected: str) -> None:
    answer = await ada.asks(f"/morph {words}")
    assert expected in answer.text
    assert not answer.buttons
    assert (await ada.asks("/poem 七绝")).buttons, "nothing is at work any more"


@pytest.mark.usefixtures("bot")
async def test_it_asks_for_what_is_missing(ada: User) -> None:
    question = await ada.asks("/morph")
    assert question.asks_for_reply
    other = await ada.asks(HERE)
    assert other.asks_for_reply
    assert HERE in other.text
    walked(await ada.asks(THERE))


async def test_a_question_for_the_other_end_is_answered_after_a_restart_too(
    ada: User, services: Services, telegram: FakeTelegram
) -> None:
    async with running(hurried(services, telegram), telegram):
        question = await ada.asks(f"/morph {HERE}")
    async with running(hurried(services, telegram), telegram):
        walked(await ada.asks(THERE, reply_to=question))


@pytest.mark.usefixtures("bot")
async def test_a_reply_gives_a_verse_and_two_replies_give_both(
    ada: User, li: User, telegram: FakeTelegram
) -> None:
    group = telegram.group("诗社", ada, li)
    ada.adds_bot_to(group)
    first, second = li.sends(HERE, group), li.sends(f"好诗：{THERE}", group)
    walked(await ada.asks(f"/morph@qibu_test_bot {THERE}", group, reply_to=first))
    assert (await ada.asks("/morph@qibu_test_bot", group, reply_to=first)).asks_for_reply
    walked(await ada.asks("/morph@qibu_test_bot", group, reply_to=second))
    assert (await ada.asks("/morph@qibu_test_bot", group, reply_to=first)).asks_for_reply
    assert (await li.asks("/morph@qibu_test_bot", group)).text.startswith("从哪首"), "not theirs"


@pytest.mark.usefixtures("bot")
async def test_a_reply_to_a_verse_of_the_bots_in_any_dress(
    ada: User, telegram: FakeTelegram
) -> None:
    poem = await ada.asks("/poem couplet5")
    verse = poem.text.splitlines()[0]
    walk = await ada.asks(f"/morph {THERE}", reply_to=poem)
    walked(walk, verse)
    listed = await ada.asks("/couplet 明月？？？，清风？？？")
    first = listed.text.splitlines()[1].removeprefix("① ")
    walked(await ada.asks(f"/morph {THERE}", reply_to=listed), first)


async def test_cancel_spares_the_steps_and_shows_the_whole(
    ada: User, services: Services, telegram: FakeTelegram
) -> None:
    async with running(hurried(services, telegram, Rate(1000, 60_000)), telegram):
        ada.sends(f"/morph {HERE} | {THERE}")
        await telegram.until(lambda: ada.answers)
        ada.sends("/cancel")
        await telegram.settled()
        walk, stopped = ada.answers
        walked(walk)
        assert len(walk.earlier) == 1
        assert stopped.text.startswith("Stopped.")


@pytest.mark.usefixtures("bot")
async def test_steps_that_telegram_refuses_are_left_out_and_a_message_that_is_gone_is_let_be(
    ada: User, telegram: FakeTelegram
) -> None:
    telegram.fails_next("editMessageText", 429, "Too Many Requests", {"retry_after": 0}, times=3)
    walked(await ada.asks(f"/morph {HERE} | {THERE}"))
    telegram.fails_next("editMessageText", 400, "Bad Request: message to edit not found")
    step = await ada.asks(f"/morph {HERE} | {THERE}")
    assert not step.buttons
    assert (await ada.asks("/poem 七绝")).buttons


@pytest.mark.usefixtures("bot")
async def test_a_channel_does_not_walk(ada: User, telegram: FakeTelegram) -> None:
    channel = telegram.channel("Tang", ada)
    ada.adds_bot_to(channel)
    ada.posts("/morph", channel)
    await telegram.settled()
    assert not channel.last_answer.asks_for_reply
    ada.posts(f"/morph {HERE} | {THERE}", channel)
    await telegram.settled()
    walked(channel.last_answer)


def test_the_pause_is_that_of_the_limits() -> None:
    pacing = Pacing(chat=Rate(5, 5), group=Rate(20, 60))
    assert (pacing.pause(7), pacing.pause(-7)) == (1.0, 3.0)
