"""A gallery over a store of the test, asked without a network."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from random import Random

import httpx
import pytest
from pydantic import SecretStr

from bot import texts
from bot.gallery import create_gallery
from bot.poet import PoetClient
from bot.services import Services
from bot.settings import Listen, Settings
from bot.store import Store
from tests.bot.handlers.conftest import services, worker
from tests.telegram import TOKEN

__all__ = ["services", "worker"]

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOME = "https://verse.example/qibu"


@pytest.fixture
async def visitor(store: Store, services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who looks; Chinese is read unless a test says otherwise."""
    async with looking(store, services.poet) as http:
        yield http


def looking(store: Store, poet: PoetClient) -> httpx.AsyncClient:
    settings = Settings(
        _env_file=None,
        telegram_token=SecretStr(TOKEN),
        gallery_listen=Listen("127.0.0.1", 8090),
        gallery_url=HOME,
    )
    services = Services(settings, store, poet, texts.load(), lambda: NOW, Random(1))
    app = httpx.ASGITransport(create_gallery(services, "qibu_bot"))
    return httpx.AsyncClient(
        transport=app, base_url="http://gallery", headers={"Accept-Language": "zh-CN"}
    )
