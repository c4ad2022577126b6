"""Inline mode: verse that is composed after it was chosen, into the message."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.app import build_application
from bot.poet import PoetClient, WorkerAddress
from bot.services import Services
from bot.settings import Allowance
from bot.store import Store
from model.verse import Form
from tests.bot.handlers.conftest import KEY
from tests.bot.handlers.inline.lists import titles
from tests.bot.handlers.verses import kept
from tests.bot.worker import LocalWorker
from tests.model.service.poet import UNKNOWN, WAITS
from tests.telegram import FakeTelegram, User, running

LINK = "https://t.me/qibu_test_bot?start=v_"


@pytest.mark.usefixtures("bot")
async def test_what_was_chosen_is_composed_into_the_message(
    ada: User, li: User, telegram: FakeTelegram, store: Store
) -> None:
    group = telegram.group("诗社", ada, li)
    query = await ada.is_offered("七绝 白鹤", group)
    sent = ada.chooses(query, "New", group)
    assert sent.text == "✍️ seven-character quatrain · on 白鹤\nBeing written …"
    await telegram.settled()
    assert sent.text.endswith("Seven-character quatrain · on 白鹤")
    poem = await kept(store, sent)
    assert (poem.form, poem.user_id, poem.chat_id) == (Form.JUEJU7, ada.id, None)
    assert (poem.public, poem.shared) == (False, True), "whoever reads it may use its buttons"
    assert sent.button("Another").query == "seven-character quatrain 白鹤"
    assert sent.button("Card and more").url == LINK + poem.public_id
    assert not group.answers, "the bot itself says nothing"

    stranger = telegram.user("Eve")
    assert titles(await stranger.is_offered("白鹤")) == ["✍️ New: verse · on 白鹤"]


@pytest.mark.usefixtures("bot")
async def test_an_acrostic_is_composed_likewise(ada: User, telegram: FakeTelegram) -> None:
    query = await ada.is_offered("藏头 五言 春夏秋冬")
    assert titles(query) == ["✍️ New: five-character quatrain · acrostic 春夏秋冬"]
    sent = ada.chooses(query, "New")
    await telegram.settled()
    lines = sent.text.replace("。", "，").replace("\n", "").split("，")
    assert [line[0] for line in lines[:4]] == list("春夏秋冬")
    assert sent.button("Another").query == "acrostic 春夏秋冬 five-character quatrain"
    again = await ada.is_offered(sent.button("Another").query or "")
    assert titles(again) == titles(query)


@pytest.mark.usefixtures("bot")
async def test_verse_sent_into_the_chat_with_the_bot_is_no_question(
    ada: User, telegram: FakeTelegram
) -> None:
    query = await ada.is_offered()
    ada.chooses(query, query.results[0].id)
    await telegram.settled()
    assert not ada.answers


@pytest.mark.usefixtures("bot")
async def test_what_the_poet_cannot_write_ends_in_a_friendly_word(
    ada: User, telegram: FakeTelegram
) -> None:
    sent = ada.chooses(await ada.is_offered(UNKNOWN), "New")
    await telegram.settled()
    assert sent.text.startswith("The poets I learned from hardly ever wrote 囧")
    assert [button.query for button in sent.buttons] == [""]


async def test_a_poet_that_cannot_be_reached_may_be_asked_again(
    services: Services, telegram: FakeTelegram, ada: User, li: User, worker: LocalWorker
) -> None:
    gone = PoetClient(WorkerAddress("http://127.0.0.1:9", SecretStr(KEY)), deadline=2)
    without = replace(services, poet=gone)
    async with running(build_application(without, request=telegram.request()), telegram):
        sent = ada.chooses(await ada.is_offered("白鹤"), "New")
        await telegram.settled()
    assert sent.text.startswith("The poet does not answer at the moment")
    await gone.aclose()
    async with running(build_application(services, request=telegram.request()), telegram):
        click = li.clicks(sent, "Try again")
        await telegram.settled()
    assert click.answer == "正在写，稍候片刻。"
    assert "题「白鹤」" in sent.text, "in the language of whoever asked again"


async def test_without_feedback_the_button_does_it_and_the_operator_is_told(
    services: Services, telegram: FakeTelegram, ada: User, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.inline_feedback = False
    async with running(build_application(services, request=telegram.request()), telegram):
        sent = ada.chooses(await ada.is_offered("白鹤"), "New")
        await telegram.settled()
        assert "Being written" in sent.text
        click = ada.clicks(sent, "Nudge the poet")
        await telegram.settled()
    assert click.answer == "The poet is writing it. One moment!"
    assert sent.text.endswith("on 白鹤")
    assert "/setinlinefeedback" in caplog.text


@pytest.mark.usefixtures("bot")
async def test_a_verse_is_written_once_however_often_one_nudges(
    ada: User, li: User, telegram: FakeTelegram, worker: LocalWorker
) -> None:
    sent = ada.chooses(await ada.is_offered(f"五言联 {WAITS}"), "New")
    nudge = sent.button("Nudge").data
    assert nudge is not None
    await telegram.until(worker.poet.waiting.is_set)
    early = li.forges_click(sent, nudge)
    await telegram.until(lambda: early.answered)
    worker.poet.go_on.set()
    await telegram.settled()
    worker.poet.waiting.clear()
    worker.poet.go_on.clear()
    shown = sent.text
    late = li.forges_click(sent, nudge)
    await telegram.settled()
    assert (early.answer, late.answer) == ("正在写，稍候片刻。", "已经写好了。")
    assert sent.text == shown


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    "data", ["w1:p0gA", "w1:p0YWJj", "w1:a85pil", "w1:pz", "w1:", "x1:", "r1:"]
)
async def test_forged_buttons_get_a_polite_answer(
    ada: User, telegram: FakeTelegram, data: str
) -> None:
    query = await ada.is_offered()
    sent = ada.chooses(query, query.results[0].id)
    click = ada.forges_click(sent, data)
    await telegram.settled()
    assert click.answer.startswith("This button no longer works")


@pytest.mark.usefixtures("bot")
async def test_a_message_that_was_deleted_meanwhile_is_let_be(
    ada: User, telegram: FakeTelegram
) -> None:
    sent = ada.chooses(await ada.is_offered("白鹤"), "New")
    ada.deletes(sent)
    await telegram.settled()
    assert [call.status for call in telegram.calls_of("editMessageText")] == [400]
    assert not ada.answers


async def test_a_flood_of_choices_is_asked_for_patience_in_its_messages(
    services: Services, telegram: FakeTelegram, ada: User
) -> None:
    settings = services.settings.model_copy(update={"fair_use_person": Allowance(2, 36_000)})
    frugal = replace(services, settings=settings)
    async with running(build_application(frugal, request=telegram.request()), telegram):
        query = await ada.is_offered("白鹤")
        sent = []
        for _ in range(3):
            sent.append(ada.chooses(query, "New"))
            await telegram.settled()
        again = ada.clicks(sent[-1], "Try again")
        await telegram.settled()
    assert [message.text.endswith("on 白鹤") for message in sent] == [True, True, False]
    assert sent[-1].text.startswith("That is more than I can write at once")
    assert again.answer.startswith("That is more than I can write at once")
