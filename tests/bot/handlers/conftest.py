"""The whole bot over the fake Telegram, with a worker that speaks the real protocol."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from random import Random

import pytest
from pydantic import SecretStr

from bot import texts
from bot.app import AnyApplication, build_application
from bot.poet import PoetClient, WorkerAddress
from bot.services import Services
from bot.settings import Settings
from bot.store import Store
from tests.bot.worker import LocalWorker
from tests.telegram import TOKEN, FakeTelegram, User, running

KEY = "a-key-of-the-worker"


@pytest.fixture(scope="module")
def worker() -> Iterator[LocalWorker]:
    with LocalWorker(KEY).serving() as worker:
        yield worker


@pytest.fixture
def telegram() -> FakeTelegram:
    return FakeTelegram()


@pytest.fixture
async def services(store: Store, worker: LocalWorker) -> AsyncIterator[Services]:
    poet = PoetClient(WorkerAddress(worker.url, SecretStr(KEY)))
    settings = Settings(_env_file=None, telegram_token=SecretStr(TOKEN))
    yield Services(settings, store, poet, texts.load(), lambda: datetime.now(UTC), Random(1))
    await poet.aclose()


@pytest.fixture
async def bot(services: Services, telegram: FakeTelegram) -> AsyncIterator[AnyApplication]:
    """The bot at work."""
    application = build_application(services, request=telegram.request())
    async with running(application, telegram):
        yield application


@pytest.fixture
def ada(telegram: FakeTelegram) -> User:
    return telegram.user("Ada", language_code="en")


@pytest.fixture
def li(telegram: FakeTelegram) -> User:
    return telegram.user("李", language_code="zh-hans")
