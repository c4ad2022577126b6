"""Which requests of the webhook are Telegram's, and what each of the others is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from telegram import Bot, Update
from telegram.error import BadRequest

from bot.polling import Connection
from bot.webhook import LARGEST, Hook, create_app, register, watch
from tests.telegram import FakeTelegram

SECRET = "a-secret_of-the-webhook"
HOOK = Hook("https://qibu.example/updates/七步", SecretStr(SECRET))
PATH = "/updates/%E4%B8%83%E6%AD%A5"
CHAT = {"id": 5, "type": "private"}
UPDATE = {"update_id": 7, "message": {"message_id": 1, "date": 0, "chat": CHAT}}


class Inbox:
    """Keeps what it accepts, unless it is broken."""

    def __init__(self) -> None:
        self.accepted: list[int] = []
        self.broken = False

    async def accept(self, updates: Sequence[Update]) -> None:
        if self.broken:
            raise OSError("no space left on device")
        self.accepted += [update.update_id for update in updates]


@pytest.fixture
def telegram() -> FakeTelegram:
    return FakeTelegram()


@pytest.fixture
async def bot(telegram: FakeTelegram) -> AsyncIterator[Bot]:
    async with Bot(telegram.token, request=telegram.request()) as bot:
        yield bot


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
async def stranger(inbox: Inbox, bot: Bot) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who can reach the listener."""
    app = create_app(HOOK, bot, inbox.accept, lambda: not inbox.broken)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8443") as client:
        yield client


def headers(**changed: str | None) -> dict[str, str]:
    """Those of Telegram, or others."""
    telegrams: dict[str, str | None] = {
        "X-Telegram-Bot-Api-Secret-Token": SECRET,
        "Content-Type": "application/json",
    }
    named = {name.replace("_", "-"): value for name, value in changed.items()}
    return {name: value for name, value in (telegrams | named).items() if value is not None}


async def test_telegrams_update_is_accepted(stranger: httpx.AsyncClient, inbox: Inbox) -> None:
    answer = await stranger.post(PATH, json=UPDATE, headers=headers())
    assert (answer.status_code, answer.content) == (200, b"")
    with_charset = headers(Content_Type="Application/JSON; charset=utf-8")
    assert (await stranger.post(PATH, json=UPDATE, headers=with_charset)).status_code == 200
    assert inbox.accepted == [7, 7], "that it came twice is the store's to know"


@pytest.mark.parametrize(
    ("status", "request_"),
    [
        (403, {"headers": headers(X_Telegram_Bot_Api_Secret_Token=None)}),
        (403, {"headers": headers(X_Telegram_Bot_Api_Secret_Token="")}),
        (403, {"headers": headers(X_Telegram_Bot_Api_Secret_Token=SECRET[:-1])}),
        (403, {"headers": headers(X_Telegram_Bot_Api_Secret_Token=SECRET + "s")}),
        (403, {"headers": headers(X_Telegram_Bot_Api_Secret_Token=SECRET.upper())}),
        (404, {"url": "/"}),
        (404, {"url": PATH + "/"}),
        (404, {"url": "/updates"}),
        (404, {"url": "/updates/../etc/passwd"}),
        (405, {"method": "GET"}),
        (405, {"method": "PUT"}),
        (415, {"headers": headers(Content_Type=None)}),
        (415, {"headers": headers(Content_Type="text/plain")}),
        (415, {"headers": headers(Content_Type="application/x-www-form-urlencoded")}),
        (400, {"content": b""}),
        (400, {"content": b"{"}),
        (400, {"content": b"[]"}),
        (400, {"content": b"null"}),
        (400, {"content": b"\xff\xfe"}),
        (400, {"content": b'{"message": {}}'}),
        (400, {"content": b'{"update_id": "7"}'}),
        (400, {"content": b'{"update_id": true}'}),
        (400, {"content": b'{"update_id": -1}'}),
        (400, {"content": b'{"update_id": 9223372036854775808}'}),
        (400, {"content": b"[" * 100_000}),
        (413, {"content": b" " * (LARGEST + 1)}),
    ],
)
async def test_every_other_request_is_refused_and_nothing_comes_of_it(
    stranger: httpx.AsyncClient, inbox: Inbox, status: int, request_: dict[str, Any]
) -> None:
    given = {"method": "POST", "url": PATH, "headers": headers()} | request_
    if given["method"] == "POST" and "content" not in given:
        given["content"] = json.dumps(UPDATE)
    answer = await stranger.request(**given)
    assert answer.status_code == status, answer.text
    assert inbox.accepted == []
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    "content",
    [
        '{"update_id": 7, "message": 8}',
        json.dumps(UPDATE).replace('"private"', '"of the future"'),
        json.dumps(UPDATE).replace('"id": 5', '"id": "5"'),
        json.dumps(UPDATE).replace('"id": 5', '"id": 9223372036854775808'),
    ],
)
async def test_an_update_that_cannot_be_read_is_not_asked_for_again(
    stranger: httpx.AsyncClient, inbox: Inbox, content: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await stranger.post(PATH, content=content, headers=headers())
    assert (answer.status_code, answer.content) == (200, b"")
    assert inbox.accepted == []
    assert "update 7 cannot be read" in caplog.text
    assert "of the future" not in caplog.text


async def test_a_body_without_a_length_is_read_no_further_than_allowed(
    stranger: httpx.AsyncClient, inbox: Inbox
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(LARGEST // 1024 + 64):
            yield b" " * 1024

    answer = await stranger.post(PATH, content=endless(), headers=headers())
    assert answer.status_code == 413
    assert inbox.accepted == []


async def test_what_cannot_be_kept_is_not_acknowledged(
    stranger: httpx.AsyncClient, inbox: Inbox
) -> None:
    inbox.broken = True
    assert (await stranger.post(PATH, json=UPDATE, headers=headers())).status_code == 503
    assert (await stranger.get("/healthz")).status_code == 503
    inbox.broken = False
    assert (await stranger.post(PATH, json=UPDATE, headers=headers())).status_code == 200
    assert inbox.accepted == [7]


async def test_health_is_for_anybody_and_tells_nothing(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_telegram_is_told_where_to_push_and_drops_nothing(
    telegram: FakeTelegram, bot: Bot
) -> None:
    telegram.user().sends("一")
    telegram.responds_html_502("setWebhook")
    connection = Connection(asyncio.Event())
    await register(bot, HOOK, connection, allowed_updates=["message"])
    await register(bot, HOOK, connection, allowed_updates=["message"])
    webhook = telegram.updates.webhook
    assert (webhook.url, webhook.secret) == (HOOK.url, SECRET)
    assert telegram.updates.allowed == frozenset({"message"})
    assert len(telegram.updates.pending) == 1
    with pytest.raises(BadRequest, match=r"(?i)https"):
        await register(
            bot, Hook("http://a.example", HOOK.secret), connection, allowed_updates=["message"]
        )


async def test_what_telegram_complains_about_is_in_the_log(
    telegram: FakeTelegram,
    bot: Bot,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("bot.webhook._LOOK_SECONDS", 0.01)
    stop = asyncio.Event()
    await register(bot, HOOK, Connection(stop), allowed_updates=["message"])
    telegram.updates.webhook.last_error = "Connection refused"
    watching = asyncio.create_task(watch(bot, HOOK, Connection(stop)))
    await telegram.until(lambda: "Connection refused" in caplog.text)
    await telegram.until(lambda: len(telegram.calls_of("getWebhookInfo")) > 4)
    assert caplog.text.count("Connection refused") == 1, "once is enough"
    telegram.updates.webhook.url = "https://elsewhere.example"
    await telegram.until(lambda: "pushes somewhere else" in caplog.text)
    stop.set()
    await watching
