"""The poem of a date: one for everybody, and never twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time, timedelta

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


# What the owner takes back


async def test_a_poem_taken_back_frees_its_date_and_comes_never_again(
    store: Store, other_store: Store
) -> None:
    best = await rated(store, [5, 5, 5])
    twin = await rated(store, [5, 5])
    other = await rated(store, [5], new_poem("明月松间照，清泉石上流。"))
    await store.daily_poems.choose(DAY, best)
    assert not await store.daily_poems.withhold(NEXT, best.public_id)
    taken = await asyncio.gather(
        *(bot.daily_poems.withhold(DAY, best.public_id) for bot in (store, other_store))
    )
    assert sorted(taken) == [False, True]
    assert await store.daily_poems.of(DAY) is None
    assert await store.daily_poems.withheld_among([best.text, other.text]) == {twin.text}
    assert await store.daily_poems.best_unused(EVER, 3.0) == other
    assert [poem for poem, _ in await store.poems.top(None, None, 9)] == [twin, other]
    kept = await store.poems.get(best.public_id)
    assert kept is not None and kept.withheld, "whoever has it may still open it"


async def test_a_poem_taken_back_leaves_no_more(store: Store) -> None:
    poem = await rated(store, [5])
    await store.chats.ensure(5, "private", "", zone="UTC")
    await store.chats.set_daily(5, time(8), "UTC")
    await store.daily_poems.choose(DAY, poem)
    now = datetime(2026, 5, 1, 8, tzinfo=UTC)
    claim = await store.deliveries.claim(5, DAY, now + timedelta(hours=3), now)
    assert claim is not None
    await store.daily_poems.withhold(DAY, poem.public_id)
    assert await store.deliveries.begin(claim, poem.id, now) is None
    assert await store.deliveries.of(5, DAY) is None
    assert [chat async for chat in store.rounds.unclaimed("UTC", time(8), DAY)] == [5]
