"""A plain bot of python-telegram-bot before the fake Bot API, through both front ends."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from telegram import Bot

from bot.requests import ApiRequest
from tests.telegram import FakeServer, FakeTelegram, User


@pytest.fixture
def telegram() -> FakeTelegram:
    return FakeTelegram()


@pytest.fixture
def ada(telegram: FakeTelegram) -> User:
    user = telegram.user("Ada")
    user.sends("/start")
    return user


@pytest.fixture(params=["in process", "over http"])
async def bot(request: pytest.FixtureRequest, telegram: FakeTelegram) -> AsyncIterator[Bot]:
    """A plain bot, once through each front end."""
    if request.param == "in process":
        inside, waiting = telegram.request(), telegram.request()
        async with Bot(telegram.token, request=inside, get_updates_request=waiting) as bot:
            yield bot
    else:
        with FakeServer(telegram) as server:
            carrier, polls = ApiRequest(server.url, read_timeout=0.5), ApiRequest(server.url)
            base = f"{server.url}/bot"
            async with Bot(telegram.token, base, request=carrier, get_updates_request=polls) as bot:
                yield bot
