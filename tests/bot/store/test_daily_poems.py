"""The poem of a date: one for everybody, and never twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

from bot.store import Store
from tests.bot.databases import new_poem, rated

DAY = date(2026, 5, 1)
NEXT = date(2026, 5, 2)
EVER = datetime(2000, 1, 1, tzinfo=UTC)


async def test_many_bots_find_one_poem(store: Store, other_store: Store) -> None:
    chosen = await asyncio.gather(
        *(
            bot.daily_poems.add(DAY, new_poem(f"verse {number}"))
            for number in range(6)
            for bot in (store, other_store)
        )
    )
    assert len({poem.public_id for poem in chosen}) == 1
    assert await other_store.daily_poems.of(DAY) == chosen[0]
    assert await store.daily_poems.of(NEXT) is None
    assert await store.daily_poems.date_of(chosen[0].public_id) == DAY
    assert await store.daily_poems.date_of((await rated(store, [5])).public_id) is None


async def test_the_best_is_used_once(store: Store) -> None:
    good = await rated(store, [5, 4])
    best = await rated(store, [5, 5, 5])
    await rated(store, [3, 3])
    await rated(store, [5, 5, 5, 5], new_poem(public=False))
    found = await store.daily_poems.best_unused(EVER, 3.0)
    assert found == best
    assert await store.daily_poems.choose(DAY, best) == best
    assert await store.daily_poems.choose(DAY, good) == best
    assert await store.daily_poems.choose(NEXT, best) is None
    assert await store.daily_poems.best_unused(EVER, 3.0) == good
    await store.daily_poems.choose(NEXT, good)
    assert await store.daily_poems.best_unused(EVER, 3.0) is None


async def test_old_poems_had_their_time(store: Store) -> None:
    poem = await rated(store, [5, 5])
    assert await store.daily_poems.best_unused(poem.created_at, 3.0) == poem
    after = poem.created_at + timedelta(seconds=1)
    assert await store.daily_poems.best_unused(after, 3.0) is None
