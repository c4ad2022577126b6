"""What people and the owner hear when something goes wrong."""

from __future__ import annotations

import re
from dataclasses import replace

import httpx
import pytest
from pydantic import SecretStr

from bot.app import AnyApplication, build_application
from bot.handlers import visit
from bot.handlers.reports import Reports
from bot.poet import PoetClient, WorkerAddress
from bot.services import Services
from model.service import protocol
from tests.bot.handlers.conftest import KEY
from tests.model.service.poet import POISONED
from tests.telegram import TOKEN, FakeTelegram, User, running


async def test_a_poet_that_cannot_be_reached(
    services: Services, telegram: FakeTelegram, ada: User, li: User
) -> None:
    gone = PoetClient(WorkerAddress("http://127.0.0.1:9", SecretStr(KEY)), deadline=2)
    without = replace(services, poet=gone)
    async with running(build_application(without, request=telegram.request()), telegram):
        assert "does not answer at the moment" in (await ada.asks("/poem")).text
        assert "没有回音" in (await li.asks("/couplet 白日依山尽")).text
        assert (await li.asks("/help")).text, "what needs no poet works"
    await gone.aclose()


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        (protocol.NOT_READY, "The poet is just waking up. Please try again in 7 seconds."),
        (protocol.BUSY, "The poet has many guests right now. Please try again in 7 seconds."),
        (protocol.DEADLINE_PASSED, "The poet has been pondering too long this time."),
    ],
)
async def test_a_poet_that_answers_later(
    services: Services, telegram: FakeTelegram, ada: User, problem: str, expected: str
) -> None:
    body = {"type": problem, "title": "", "status": 503, "detail": "", "retry_after": 7}
    later = httpx.MockTransport(
        lambda _: httpx.Response(503, json=body, headers={"Retry-After": "7"})
    )
    poet = PoetClient(WorkerAddress("http://worker", None), deadline=2, transport=later)
    application = build_application(replace(services, poet=poet), request=telegram.request())
    async with running(application, telegram):
        assert (await ada.asks("/poem")).text.startswith(expected)
    await poet.aclose()


async def test_a_bug_is_apologised_for_and_reported_once(
    services: Services, telegram: FakeTelegram, ada: User
) -> None:
    empty = httpx.MockTransport(lambda _: httpx.Response(200, json={"model": "m", "verses": []}))
    poet = PoetClient(WorkerAddress("http://worker", None), transport=empty)
    owner = telegram.user("Owner")
    settings = services.settings.model_copy(update={"owner_id": owner.id})
    owned = replace(services, settings=settings, poet=poet)
    async with running(build_application(owned, request=telegram.request()), telegram):
        await owner.asks("/start")
        for _ in range(3):
            answer = await ada.asks("/poem 五绝")
            assert answer.text.startswith("Something went wrong here, and it was not you.")
            assert "Error" not in answer.text
        reports = owner.answers[1:]
    await poet.aclose()
    assert len(reports) == 1
    assert re.search(r"IndexError in compose\.py:\d+", reports[0].text)


async def test_a_report_holds_no_secret(
    services: Services, telegram: FakeTelegram, bot: AnyApplication
) -> None:
    owner = telegram.user("Owner")
    await owner.asks("/start")
    settings = services.settings.model_copy(
        update={"owner_id": owner.id, "worker_key": SecretStr(KEY)}
    )
    reports = Reports(bot.bot, settings, services.texts)
    await reports.tell(RuntimeError(f"https://api.example/bot{TOKEN}/getMe, {KEY} <b>"))
    assert owner.last_answer.text.endswith("https://api.example/bot…/getMe, … <b>")


@pytest.mark.usefixtures("bot")
async def test_a_broken_worker_is_not_blamed_on_the_asker(ada: User) -> None:
    assert "does not answer" in (await ada.asks(f"/poem {POISONED}")).text


@pytest.mark.usefixtures("bot")
async def test_an_answer_that_did_not_leave_is_sent_again(
    ada: User, telegram: FakeTelegram
) -> None:
    telegram.cannot_be_reached("sendMessage")
    assert (await ada.asks("/poem")).buttons


@pytest.mark.usefixtures("bot")
async def test_an_answer_that_may_have_arrived_is_not_sent_again(
    ada: User, telegram: FakeTelegram
) -> None:
    telegram.delivers_then_times_out("sendMessage")
    await ada.asks("/poem")
    assert len(ada.answers) == 1


@pytest.mark.usefixtures("bot")
async def test_an_answer_waits_as_long_as_telegram_wants(ada: User, telegram: FakeTelegram) -> None:
    telegram.fails_next(
        "sendMessage", 429, "Too Many Requests: retry after 1", {"retry_after": 1}, in_chat=ada.chat
    )
    assert (await ada.asks("/poem")).buttons


@pytest.mark.usefixtures("bot")
async def test_typing_that_fails_keeps_no_poem_back(
    ada: User, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit, "_QUICK", 0)
    telegram.fails_next("sendChatAction", 400, "Bad Request: CHAT_RESTRICTED")
    assert (await ada.asks("/poem")).buttons
    assert telegram.calls_of("sendChatAction")
