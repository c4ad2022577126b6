"""The pace of requests; told by their order, never by seconds."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from telegram.error import RetryAfter

from bot.pacing import Pacing, Rate

ADA, LI, GROUP = 1, 2, -3
FREELY = Rate(1000, 1)
HARDLY = Rate(1, 3600)
"""One now, and the next after the test."""


class Wire:
    """Notes what left for whom, and raises what it is told to."""

    def __init__(self, pacing: Pacing) -> None:
        self.left: list[tuple[str, Any]] = []
        self.errors: list[Exception] = []
        self._pacing = pacing

    async def send(self, chat: Any, method: str = "sendMessage", inline: str | None = None) -> None:
        async def callback() -> bool:
            self.left.append((method, inline if chat is None else chat))
            if self.errors:
                raise self.errors.pop(0)
            return True

        named = {"chat_id": chat, "inline_message_id": inline}
        data = {name: value for name, value in named.items() if value is not None}
        await self._pacing.process_request(callback, (), {}, method, data, None)

    def sends(
        self, chat: Any, method: str = "sendMessage", inline: str | None = None
    ) -> asyncio.Task[None]:
        return asyncio.create_task(self.send(chat, method, inline))


async def rest() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def stop(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_one_chat_that_gets_much_holds_no_other() -> None:
    wire = Wire(Pacing(overall=FREELY, chat=HARDLY, group=FREELY))
    tasks = [wire.sends(chat) for chat in (ADA, ADA, ADA, LI, LI)]
    await rest()
    assert wire.left == [("sendMessage", ADA), ("sendMessage", LI)]
    await stop(*tasks)


async def test_a_message_that_somebody_sent_is_changed_at_the_pace_of_a_chat() -> None:
    wire = Wire(Pacing(overall=FREELY, chat=HARDLY, group=HARDLY))
    messages = ("BAAAA1", "BAAAA1", "BAAAA2", "BAAAA2")
    tasks = [wire.sends(None, "editMessageText", inline=message) for message in messages]
    await rest()
    assert wire.left == [("editMessageText", "BAAAA1"), ("editMessageText", "BAAAA2")]
    await stop(*tasks)


async def test_groups_and_channels_have_a_pace_of_their_own() -> None:
    wire = Wire(Pacing(overall=FREELY, chat=FREELY, group=HARDLY))
    tasks = [wire.sends(chat) for chat in (GROUP, GROUP, "@channel", "@channel", ADA, ADA)]
    await rest()
    assert [chat for _, chat in wire.left] == [GROUP, "@channel", ADA, ADA]
    await stop(*tasks)


async def test_all_chats_together_have_one() -> None:
    wire = Wire(Pacing(overall=Rate(3, 3600), chat=FREELY, group=FREELY))
    tasks = [wire.sends(chat) for chat in range(1, 9)]
    await rest()
    assert len(wire.left) == 3
    await stop(*tasks)


@pytest.mark.parametrize(
    ("method", "chat"),
    [
        ("sendChatAction", GROUP),
        ("getChatMember", GROUP),
        ("answerCallbackQuery", None),
        ("getMe", None),
    ],
)
async def test_what_shows_in_no_chat_waits_for_nothing(method: str, chat: int | None) -> None:
    wire = Wire(Pacing(overall=HARDLY, chat=HARDLY, group=HARDLY))
    await wire.send(GROUP)
    for _ in range(5):
        await wire.send(chat, method)
    assert len(wire.left) == 6


async def test_edits_count_like_messages() -> None:
    wire = Wire(Pacing(overall=FREELY, chat=FREELY, group=HARDLY))
    await wire.send(GROUP, "editMessageReplyMarkup")
    task = wire.sends(GROUP)
    await rest()
    assert wire.left == [("editMessageReplyMarkup", GROUP)]
    await stop(task)


async def test_a_chat_that_telegram_holds_is_not_asked_and_the_others_go_on() -> None:
    wire = Wire(Pacing(overall=FREELY, chat=FREELY, group=FREELY))
    wire.errors = [RetryAfter(600)]
    for _ in range(3):
        with pytest.raises(RetryAfter):
            await wire.send(ADA)
        await wire.send(LI)
    assert [chat for _, chat in wire.left] == [ADA, LI, LI, LI]


async def test_a_request_that_waited_while_its_chat_was_held_is_not_sent() -> None:
    wire = Wire(Pacing(overall=FREELY, chat=Rate(1, 0.05), group=FREELY))
    wire.errors = [RetryAfter(600)]
    first, second = wire.sends(ADA), wire.sends(ADA)
    outcomes = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [RetryAfter, RetryAfter]
    assert len(wire.left) == 1


async def test_chats_that_rest_are_forgotten() -> None:
    pacing = Pacing(overall=Rate(1e6, 1), chat=Rate(1000, 0.001), group=FREELY)
    wire = Wire(pacing)
    for chat in range(1, 2000):
        await wire.send(chat)
    assert len(pacing._chats) < 1000
