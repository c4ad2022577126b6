"""What people see of a list, and what is composed ahead for it."""

from __future__ import annotations

import asyncio

from bot.store import Store
from bot.usecases import stock
from tests.telegram import InlineQuery


async def until_stocked(store: Store, count: int) -> None:
    async with asyncio.timeout(20):
        while len(await store.anthology.made_by(stock.COMMAND, 99)) < count:
            await asyncio.sleep(0.01)


def titles(query: InlineQuery) -> list[str]:
    return [result.title for result in query.results]
