"""What people see of a list, and what is kept of verse that they sent."""

from __future__ import annotations

import asyncio

from bot.store import PoemRecord, Store
from bot.usecases import stock
from tests.telegram import InlineQuery, Message


async def until_stocked(store: Store, count: int) -> None:
    async with asyncio.timeout(20):
        while len(await store.anthology.made_by(stock.COMMAND, 99)) < count:
            await asyncio.sleep(0.01)


def titles(query: InlineQuery) -> list[str]:
    return [result.title for result in query.results]


def poem_id(message: Message) -> str:
    data = message.buttons[0].data
    assert data is not None
    return data.split(":")[1]


async def kept(store: Store, message: Message) -> PoemRecord:
    poem = await store.poems.get(poem_id(message))
    assert poem is not None
    return poem
