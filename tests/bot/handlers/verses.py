"""Which verse a message shows, by its stars, and what the store keeps of it."""

from __future__ import annotations

from bot.store import PoemRecord, Store
from tests.telegram import Message


def poem_id(message: Message) -> str:
    data = message.buttons[0].data
    assert data is not None
    return data.split(":")[1]


async def kept(store: Store, message: Message) -> PoemRecord:
    found = await store.poems.get(poem_id(message))
    assert found is not None
    return found
