"""Which form a verse has: the one that was asked for, of those that the poet writes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.app import build_application
from bot.poet import PoetClient, WorkerAddress
from bot.services import Services
from model.verse import Form
from tests.bot.handlers.conftest import KEY
from tests.bot.worker import LocalWorker
from tests.telegram import FakeTelegram, User, running


@pytest.mark.usefixtures("bot")
async def test_without_a_wish_the_form_is_left_to_chance_and_no_more_is_asked_of_the_poet(
    ada: User, worker: LocalWorker
) -> None:
    worker.poet.forms_asked.clear()
    worker.poet.asked.clear()
    for _ in range(24):
        await ada.asks("/poem")
    assert {form for form, _ in worker.poet.forms_asked} == set(Form)
    nothing = {"theme": None, "acrostic": None, "temperature": None, "near": None}
    assert worker.poet.asked == [nothing] * 24


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("words", "forms"),
    [
        ("七绝", {"Seven-character quatrain"}),
        ("秋月 七言", {"Seven-character couplet", "Seven-character quatrain"}),
        ("quatrain autumn", {"Five-character quatrain", "Seven-character quatrain"}),
        ("autumn five couplet", {"Five-character couplet"}),
    ],
)
async def test_a_form_is_one_of_those_that_its_words_mean(
    ada: User, words: str, forms: set[str]
) -> None:
    answer = await ada.asks(f"/poem {words}")
    assert answer.text.splitlines()[-1].split(" · ")[0] in forms


@pytest.fixture
async def couplets_only(services: Services) -> AsyncIterator[Services]:
    """The bot with a poet that writes five-character couplets and nothing else."""
    with LocalWorker(KEY, (Form.COUPLET5,)).serving() as worker:
        poet = PoetClient(WorkerAddress(worker.url, SecretStr(KEY)))
        yield replace(services, poet=poet)
        await poet.aclose()


async def test_a_poet_of_one_form_says_so_and_does_what_it_can(
    couplets_only: Services, ada: User, li: User, telegram: FakeTelegram
) -> None:
    async with running(build_application(couplets_only, request=telegram.request()), telegram):
        assert (await ada.asks("/poem 明月")).text.endswith("Five-character couplet · on 明月")
        assert (await ada.asks("/poem 五言")).text.endswith("couplet · from random numbers")
        assert (await ada.asks("/poem 七绝")).text == (
            "That would be a seven-character quatrain, and this poet has only learned the "
            "five-character couplet so far. /poem writes one."
        )
        assert (await li.asks("/poem 绝句")).text == (
            "那该是五绝或七绝了，我目前只学会了五言联。发 /poem 要一首。"
        )
        quatrain = "千山鸟飞绝，万径人踪灭，孤舟蓑笠翁，独钓寒江雪"
        assert "only learned" in (await ada.asks(f"/couplet {quatrain}")).text
        assert "only learned" in (await ada.asks("/acrostic 七绝 生日快乐")).text
        assert "a whole verse of 10," in (await ada.asks("/couplet 一二三四五六")).text
        two = await ada.asks("/acrostic 生日快乐")
        assert re.match("① 生.{4}，日.{4}。\n② 快.{4}，乐.{4}。\n", two.text)
        assert (await ada.asks("/couplet 明月")).text.startswith("Couplets with 明月\n① ")
        assert "Five-character couplet" in (await ada.asks("/today")).text


@pytest.mark.usefixtures("bot")
async def test_a_form_that_is_not_ours_is_answered_with_those_that_are(ada: User) -> None:
    answer = await ada.asks("/poem 七律 秋")
    assert "“七律”" in answer.text
    assert "seven-character couplet, five-character quatrain, or seven" in answer.text
