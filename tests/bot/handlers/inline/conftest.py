"""The bot at work, with verse composed ahead for people who type its name anywhere."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.app import AnyApplication, build_application
from bot.services import Services
from bot.store import Store
from bot.usecases import stock
from tests.bot.handlers.inline.lists import until_stocked
from tests.telegram import FakeTelegram, running


@pytest.fixture
def telegram() -> FakeTelegram:
    return FakeTelegram(inline_mode=True, inline_feedback=True)


@pytest.fixture(autouse=True)
def small_stock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Filled before a test begins to look."""
    monkeypatch.setattr(stock.Stock.__init__, "__kwdefaults__", {"size": 3, "pause": 0, "retry": 9})


@pytest.fixture
async def bot(
    services: Services, store: Store, telegram: FakeTelegram
) -> AsyncIterator[AnyApplication]:
    """The bot at work, with what it composes ahead."""
    application = build_application(services, request=telegram.request())
    async with running(application, telegram):
        await until_stocked(store, 3)
        yield application
