"""The words that people gave for their verse go when their time is over; the verse stays."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from bot.retention import forgetting_seeds
from bot.store import Store
from tests.bot.databases import new_poem

NOW = datetime(2026, 5, 1, tzinfo=UTC)


async def test_words_go_when_they_are_old_enough(database_url: str) -> None:
    moment = NOW - timedelta(days=31)
    store = Store.open(database_url, clock=lambda: moment)
    old = await store.poems.add(new_poem(seed_text="明月"))
    moment = NOW - timedelta(days=29)
    young = await store.poems.add(new_poem(seed_text="清风"))
    async with forgetting_seeds(store, None, lambda: NOW):
        await asyncio.sleep(0.05)
    assert await store.poems.get(old.public_id) == old, "without a setting nothing goes"

    async def words(public_id: str) -> str | None:
        poem = await store.poems.get(public_id)
        assert poem is not None, "the verse stays"
        return poem.seed_text

    async with forgetting_seeds(store, 30, lambda: NOW), asyncio.timeout(60):
        while await words(old.public_id) is not None:
            await asyncio.sleep(0.01)
    assert await words(young.public_id) == "清风"
    await store.close()
