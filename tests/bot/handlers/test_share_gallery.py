"""Links to verse where the gallery is open."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.app import build_application
from bot.services import Services
from bot.settings import Listen, Settings
from tests.bot.handlers.test_share import LINK, presses
from tests.bot.handlers.verses import poem_id
from tests.telegram import TOKEN, FakeTelegram, User, running

HOME = "https://verse.example"


@pytest.fixture
async def open_gallery(services: Services, telegram: FakeTelegram) -> AsyncIterator[None]:
    settings = Settings(
        _env_file=None,
        telegram_token=SecretStr(TOKEN),
        gallery_listen=Listen("127.0.0.1", 8090),
        gallery_url=HOME,
    )
    application = build_application(
        replace(services, settings=settings), request=telegram.request()
    )
    async with running(application, telegram):
        yield


@pytest.mark.usefixtures("open_gallery")
async def test_what_hangs_in_the_gallery_is_shared_from_there(ada: User) -> None:
    message = await ada.asks("/poem")
    poem = poem_id(message)
    await presses(ada, message, "Share")
    assert message.text.split("\n")[-1] == f"{HOME}/v/{poem}"
    urls = [button.url for button in message.buttons if button.url]
    assert urls[-1].startswith("https://t.me/share/url?url=https%3A%2F%2Fverse.example%2Fv%2F")


@pytest.mark.usefixtures("open_gallery")
async def test_verse_of_somebodys_words_is_shared_by_the_bot_alone(ada: User) -> None:
    message = await ada.asks("/poem 明月")
    poem = poem_id(message)
    await presses(ada, message, "Share")
    await presses(ada, message, "Make a link")
    assert f"{LINK}{poem}" in message.text
    assert HOME not in message.text
