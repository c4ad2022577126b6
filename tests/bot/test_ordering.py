"""The order in which updates are handled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from telegram import Chat, ChosenInlineResult, InlineQuery, Message, Update, User

from bot.ordering import OneAtATimePerChat

NOW = datetime(2026, 5, 1, tzinfo=UTC)
ADA = User(1, "Ada", is_bot=False)


def said(chat_id: int) -> Update:
    chat = Chat(chat_id, "private" if chat_id > 0 else "supergroup")
    return Update(1, message=Message(1, NOW, chat, from_user=ADA, text="x"))


def typed() -> Update:
    return Update(1, inline_query=InlineQuery("1", ADA, "x", ""))


def chosen() -> Update:
    return Update(1, chosen_inline_result=ChosenInlineResult("1", ADA, "x"))


class Work:
    """Notes when each piece begins and ends; a piece ends when it is let go."""

    def __init__(self) -> None:
        self.processor = OneAtATimePerChat()
        self.begun: list[str] = []
        self.ended: list[str] = []
        self._gates: dict[str, asyncio.Event] = {}

    def starts(self, name: str, update: object) -> asyncio.Task[None]:
        gate = self._gates[name] = asyncio.Event()

        async def work() -> None:
            self.begun.append(name)
            await gate.wait()
            self.ended.append(name)

        return asyncio.create_task(self.processor.process_update(update, work()))

    async def lets_go(self, name: str) -> None:
        self._gates[name].set()
        await self.rests()

    async def rests(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)


@pytest.fixture
def work() -> Work:
    return Work()


async def test_the_flood_of_one_chat_keeps_nobody_else_waiting(work: Work) -> None:
    flood = [work.starts(f"flood {number}", said(1)) for number in range(500)]
    other = work.starts("other", said(2))
    await work.rests()
    assert work.begun == ["flood 0", "other"]
    await work.lets_go("other")
    assert other.done()
    for number in range(500):
        await work.lets_go(f"flood {number}")
    await asyncio.gather(*flood)


async def test_one_chat_goes_in_order_and_others_go_on(work: Work) -> None:
    tasks = [work.starts(n, said(c)) for n, c in (("a1", 1), ("a2", 1), ("a3", 1), ("b1", -2))]
    await work.rests()
    assert work.begun == ["a1", "b1"]
    await work.lets_go("a1")
    assert work.begun == ["a1", "b1", "a2"]
    await work.lets_go("b1")
    await work.lets_go("a2")
    await work.lets_go("a3")
    assert work.ended == ["a1", "b1", "a2", "a3"]
    await asyncio.gather(*tasks)


@pytest.mark.parametrize("make", [chosen, lambda: said(ADA.id)])
async def test_without_a_chat_a_person_goes_in_order(
    work: Work, make: Callable[[], Update]
) -> None:
    tasks = [work.starts("first", make()), work.starts("second", chosen())]
    listed = work.starts("list", typed())
    await work.rests()
    assert work.begun == ["first", "list"], "who types waits for nothing"
    await work.lets_go("list")
    await listed
    await work.lets_go("first")
    await work.lets_go("second")
    await asyncio.gather(*tasks)


async def test_a_failure_ends_its_turn(work: Work) -> None:
    async def fails() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await work.processor.process_update(said(1), fails())
    task = work.starts("next", said(1))
    await work.lets_go("next")
    await task
    assert work.ended == ["next"]


async def test_a_supergroup_waits_for_the_group_it_was(work: Work) -> None:
    chat = Chat(-1009, "supergroup")
    moved = Update(2, message=Message(1, NOW, chat, migrate_from_chat_id=-9))
    tasks = [work.starts("poem", said(-9)), work.starts("moved", moved)]
    await work.rests()
    assert work.begun == ["poem"]
    await work.lets_go("poem")
    await work.lets_go("moved")
    await asyncio.gather(*tasks)


async def test_who_passes_the_turn_on_is_not_waited_for_except_by_a_move(work: Work) -> None:
    long, group = said(-9), Chat(-9, "group")
    moves = Update(2, message=Message(2, NOW, group, migrate_to_chat_id=-1009))
    tasks = [work.starts("long", long), work.starts("next", said(-9)), work.starts("move", moves)]
    await work.rests()
    assert work.begun == ["long"]
    work.processor.pass_on(long)
    work.processor.pass_on(long)
    await work.rests()
    assert work.begun == ["long", "next"]
    await work.lets_go("next")
    assert work.begun == ["long", "next"], "the move waits for what goes on by the old id"
    await work.lets_go("long")
    await work.lets_go("move")
    assert work.ended == ["next", "long", "move"]
    await asyncio.gather(*tasks)
    assert not work.processor._turns
    assert not work.processor._holders


async def test_nothing_is_remembered_of_chats_that_are_done(work: Work) -> None:
    tasks = [work.starts(f"{chat}", said(chat)) for chat in range(1, 60)]
    await work.rests()
    for chat in range(1, 60):
        await work.lets_go(f"{chat}")
    await asyncio.gather(*tasks)
    assert not work.processor._turns
