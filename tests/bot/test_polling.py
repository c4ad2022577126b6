"""Polling survives what passes and gives up on what does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from telegram import Bot, Update

from bot.polling import SECOND_POLLER, WRONG_TOKEN, CannotGoOn, Connection, Polling
from tests.telegram import FakeTelegram


@pytest.fixture
def telegram() -> FakeTelegram:
    return FakeTelegram()


@pytest.fixture
async def bot(telegram: FakeTelegram) -> AsyncIterator[Bot]:
    request, polls = telegram.request(), telegram.request()
    async with Bot(telegram.token, request=request, get_updates_request=polls) as bot:
        yield bot


class Poller:
    """A Polling at work, and what it put into its queue."""

    def __init__(self, bot: Bot, *, conflict_patience: float = 60.0) -> None:
        self.stop = asyncio.Event()
        self.queue: asyncio.Queue[Update] = asyncio.Queue()
        self.full = False
        self.connection = Connection(self.stop)
        polling = Polling(
            bot,
            self._accept,
            self.connection,
            allowed_updates=["message", "callback_query"],
            conflict_patience=conflict_patience,
        )
        self.task = asyncio.create_task(polling.run())

    async def _accept(self, updates: Sequence[Update]) -> None:
        if self.full:
            raise OSError("no space left on device")
        for update in updates:
            self.queue.put_nowait(update)

    async def text(self) -> str | None:
        update = await self.queue.get()
        assert update.message is not None
        return update.message.text

    async def ends(self) -> None:
        self.stop.set()
        await self.task


@pytest.fixture
async def poller(bot: Bot) -> AsyncIterator[Poller]:
    poller = Poller(bot)
    yield poller
    await poller.ends()


async def test_updates_come_in_order_and_once(
    telegram: FakeTelegram, bot: Bot, poller: Poller
) -> None:
    ada = telegram.user()
    ada.sends("一")
    ada.sends("二")
    assert [await poller.text(), await poller.text()] == ["一", "二"]
    ada.sends("三")
    assert await poller.text() == "三"
    await poller.ends()
    assert not telegram.updates.pending, "what was taken is acknowledged before leaving"

    ada.sends("四")
    again = Poller(bot)
    assert await again.text() == "四"
    await again.ends()


async def test_what_cannot_be_kept_stays_at_telegram(
    telegram: FakeTelegram, poller: Poller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.polling.FIRST_PAUSE", 0.01)
    poller.full = True
    telegram.user().sends("一")
    await asyncio.sleep(0.1)
    assert len(telegram.updates.pending) == 1
    poller.full = False
    assert await poller.text() == "一"


async def test_only_the_updates_asked_for_come(telegram: FakeTelegram, poller: Poller) -> None:
    ada = telegram.user()
    message = ada.sends("一")
    await poller.text()
    ada.edits(message, "二")
    assert [kind for kind, _ in telegram.updates.withheld] == ["edited_message"]


async def test_a_webhook_that_is_left_over_is_removed(telegram: FakeTelegram, bot: Bot) -> None:
    await bot.set_webhook("https://qibu.example/hook")
    poller = Poller(bot)
    telegram.user().sends("一")
    assert await poller.text() == "一"
    await poller.ends()


@pytest.mark.parametrize("trouble", ["html", "drop", "flood"])
async def test_trouble_on_the_way_passes(
    telegram: FakeTelegram, poller: Poller, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.polling.FIRST_PAUSE", 0.01)
    match trouble:
        case "html":
            telegram.responds_html_502("getUpdates", times=3)
        case "drop":
            telegram.drops_connection("getUpdates", times=3)
        case "flood":
            telegram.fails_next("getUpdates", 429, "Too Many Requests", {"retry_after": 1})
    telegram.user().sends("一")
    assert await poller.text() == "一"
    assert poller.connection.last_contact is not None


async def test_a_stop_does_not_wait_for_trouble_to_pass(
    telegram: FakeTelegram, poller: Poller
) -> None:
    telegram.fails_next("getUpdates", 429, "Too Many Requests", {"retry_after": 3600})
    await telegram.until(lambda: telegram.calls_of("getUpdates"))
    async with asyncio.timeout(30):
        await poller.ends()


async def test_a_second_poller_may_leave(telegram: FakeTelegram, poller: Poller) -> None:
    telegram.another_poller_appears()
    await telegram.until(lambda: telegram.calls_of("getUpdates"))
    telegram.another_poller_leaves()
    telegram.user().sends("一")
    assert await poller.text() == "一"


async def test_a_second_poller_that_stays_ends_the_bot(
    telegram: FakeTelegram, bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.another_poller_appears()
    poller = Poller(bot, conflict_patience=0.0)
    with pytest.raises(CannotGoOn, match="another program fetches"):
        await poller.task
    assert [r.message for r in caplog.records if SECOND_POLLER in r.message]
    assert len(caplog.records) == 1, "it is said once, not at every try"


async def test_a_revoked_token_ends_the_bot(telegram: FakeTelegram, poller: Poller) -> None:
    telegram.user().sends("一")
    await poller.text()
    telegram.token = "1:renewed"
    with pytest.raises(CannotGoOn, match="does not know this token") as end:
        telegram.user().sends("二")
        await poller.task
    assert str(end.value) == WRONG_TOKEN
    poller.task = asyncio.create_task(asyncio.sleep(0))


async def test_an_update_that_cannot_be_read_keeps_nobody_waiting(
    telegram: FakeTelegram, bot: Bot, poller: Poller, caplog: pytest.LogCaptureFixture
) -> None:
    """As of a kind that the library takes for another one: it would come again for ever."""
    ada = telegram.user()
    telegram.updates.add("message", {"message_id": "one", "text": "a secret"})
    ada.sends("一")
    assert await poller.text() == "一"
    await poller.ends()
    assert not telegram.updates.pending
    assert "cannot be read" in caplog.text
    assert "a secret" not in caplog.text
