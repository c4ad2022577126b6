"""Whole applications run over the fake Bot API, by polling and by pushes."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from telegram import (
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Update,
)
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from tests.telegram import FakeServer, FakeTelegram, running
from tests.telegram.running import AnyApplication

STARS = InlineKeyboardMarkup(
    [[InlineKeyboardButton(f"★{n}", callback_data=f"r1:poem:{n}") for n in (1, 5)]]
)


async def _echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_text(f"{update.message.text}!", reply_markup=STARS)


async def _ask(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message is not None
    await update.message.reply_text(
        "Which line?", reply_markup=ForceReply(selective=True), do_quote=True
    )


async def _rate(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    assert query is not None
    await query.answer("Thanks")
    await query.edit_message_text(f"rated {query.data}")


def _handle(application: AnyApplication) -> AnyApplication:
    application.add_handler(CommandHandler("ask", _ask, filters.UpdateType.MESSAGE))
    application.add_handler(MessageHandler(filters.UpdateType.MESSAGE & filters.TEXT, _echo))
    application.add_handler(CallbackQueryHandler(_rate))
    return application


async def test_an_application_runs_over_it_concurrently(telegram: FakeTelegram) -> None:
    builder = Application.builder().token(telegram.token).concurrent_updates(8)
    request, other = telegram.request(), telegram.request()
    application = _handle(builder.request(request).get_updates_request(other).build())
    ada, bob = telegram.user("Ada"), telegram.user("Bob")
    async with running(application, telegram):
        answer = await ada.asks("一")
        bob.sends("二")
        click = ada.clicks(answer, "★5")
        await telegram.settled()
        assert bob.last_answer.text == "二!"
        assert (click.answer, answer.text) == ("Thanks", "rated r1:poem:5")


async def test_people_reply_to_a_question_only_if_it_was_theirs(telegram: FakeTelegram) -> None:
    request, other = telegram.request(), telegram.request()
    builder = Application.builder().token(telegram.token)
    application = _handle(builder.request(request).get_updates_request(other).build())
    ada, bob = telegram.user("Ada"), telegram.user("Bob")
    group = telegram.group("诗社", ada, bob)
    ada.adds_bot_to(group)
    async with running(application, telegram):
        question = await ada.asks("/ask@qibu_test_bot", group)
        assert not bob.sends("白日依山尽", group).reached_bot, "privacy mode hides plain talk"
        answer = ada.sends("白日依山尽", group)
        assert answer.reply_to is question
        assert answer.reached_bot
        assert ada.sends("黄河", group).reply_to is None, "a question is answered once"
        assert bob.sends("/ask", group).reached_bot, "the bot was the last one to speak"
        assert not bob.sends("/ask@other_bot", group).reached_bot


@pytest.fixture
def port() -> int:
    """One that is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


@pytest.fixture
def server(telegram: FakeTelegram, port: int) -> Iterator[FakeServer]:
    proxies = {"https://qibu.example": f"http://127.0.0.1:{port}"}
    with FakeServer(telegram, proxies) as server:
        yield server


async def test_polling_runs_over_http(telegram: FakeTelegram, server: FakeServer) -> None:
    builder = Application.builder().token(telegram.token).base_url(f"{server.url}/bot")
    application = _handle(builder.build())
    ada = telegram.user("Ada")
    ada.sends("一")
    async with application:
        assert application.updater is not None
        await application.updater.start_polling()
        await application.start()
        await telegram.until(lambda: ada.answers)
        ada.clicks(ada.last_answer, "★1")
        await telegram.until(lambda: ada.last_answer.text == "rated r1:poem:1")
        await application.updater.stop()
        await application.stop()
    assert not telegram.updates.pending, "the last getUpdates acknowledges what was handled"


async def test_a_webhook_is_pushed_to_with_its_secret(
    telegram: FakeTelegram, server: FakeServer, port: int
) -> None:
    builder = Application.builder().token(telegram.token).base_url(f"{server.url}/bot")
    application = _handle(builder.build())
    ada = telegram.user("Ada")
    async with application:
        assert application.updater is not None
        await application.updater.start_webhook(
            "127.0.0.1", port, "hook", webhook_url="https://qibu.example/hook", secret_token="se"
        )
        await application.start()
        ada.sends("一")
        await telegram.until(lambda: ada.answers)
        telegram.updates.webhook.secret = "wrong"
        ada.sends("二")
        await telegram.until(lambda: "403" in telegram.updates.webhook.last_error)
        await application.updater.stop()
        await application.stop()
    assert [answer.text for answer in ada.answers] == ["一!"]
