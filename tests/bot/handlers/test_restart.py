"""What lasts over a restart, since nothing of it lives in memory."""

from __future__ import annotations

from bot.app import build_application
from bot.services import Services
from tests.telegram import FakeTelegram, User, running


async def test_the_reply_to_a_question_from_before(
    services: Services, telegram: FakeTelegram, ada: User, li: User
) -> None:
    group = telegram.group("Analytical", li, ada)
    async with running(build_application(services, request=telegram.request()), telegram):
        li.adds_bot_to(group)
        question = await ada.asks("/couplet@qibu_test_bot", group)
        assert question.asks_for_reply
        assert question.markup is not None
        assert question.markup.selective, "the reply field opens for Ada alone"
    async with running(build_application(services, request=telegram.request()), telegram):
        answer = await ada.asks("白日依山尽", group)
        assert answer.text.startswith("白日依山尽 · second lines")
        assert answer.reply_to is not None
        assert answer.reply_to.sender is ada


async def test_buttons_from_before(services: Services, telegram: FakeTelegram, ada: User) -> None:
    async with running(build_application(services, request=telegram.request()), telegram):
        poem = await ada.asks("/poem")
    async with running(build_application(services, request=telegram.request()), telegram):
        click = ada.clicks(poem, "★4")
        await telegram.settled()
        assert click.answer == "★4, thank you! Yours is the first rating."
    assert poem.keyboard[1][0].text == "★ 4.0 · 1 rating", "shown at the latest when the bot stops"


async def test_menus_and_descriptions_are_written_once(
    services: Services, telegram: FakeTelegram
) -> None:
    setters = ("setMyCommands", "setMyDescription", "setMyShortDescription")
    async with running(build_application(services, request=telegram.request()), telegram):
        written = [call for method in setters for call in telegram.calls_of(method)]
        assert written
    telegram.calls.clear()
    async with running(build_application(services, request=telegram.request()), telegram):
        assert telegram.calls_of("getMyCommands")
        assert not [call for method in setters for call in telegram.calls_of(method)]
