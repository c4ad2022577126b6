"""Counts for the owner: how many, and never who."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from bot.store import Store
from tests.bot.databases import new_poem, rated

DAY = date(2026, 5, 1)
NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)


async def test_nothing_is_counted_where_nothing_is(store: Store) -> None:
    census = await store.censuses.of(DAY)
    assert set(census.chats) == {"private", "group", "supergroup", "channel"}
    assert set(census.posts) == {"claimed", "sending", "sent", "retry", "unknown", "dead"}
    assert not any([*census.chats.values(), *census.posts.values()])
    assert (census.away, census.dailies, census.poems, census.ratings) == (0, 0, 0, 0)


async def test_everything_is_counted_once(store: Store) -> None:
    for chat_id, kind in ((1, "private"), (2, "private"), (-3, "group"), (-4, "channel")):
        await store.chats.ensure(chat_id, kind, "", zone="UTC")  # type: ignore[arg-type]
        await store.chats.set_daily(chat_id, time(8), "UTC")
    await store.chats.stop_daily(1)
    await store.chats.set_state(-3, "left")
    poem = await rated(store, [5, 4])
    await store.poems.add(new_poem("明月松间照，清泉石上流。"))
    await store.deliveries.record(1, 10, [poem.public_id])
    await store.daily_poems.choose(DAY, poem)
    for chat_id, arrives in ((2, True), (-4, False)):
        claim = await store.deliveries.claim(chat_id, DAY, NOW + timedelta(hours=1), NOW)
        assert claim is not None
        await store.deliveries.begin(claim, poem.id, NOW)
        if arrives:
            await store.deliveries.sent(claim, 1, NOW)
    await store.daily_poems.withhold(DAY, poem.public_id)
    census = await store.censuses.of(DAY)
    assert {kind: n for kind, n in census.chats.items() if n} == {"private": 2, "channel": 1}
    assert (census.away, census.dailies) == (1, 2)
    assert (census.poems, census.withheld, census.ratings) == (2, 1, 2)
    assert {state: n for state, n in census.posts.items() if n} == {"sent": 1, "sending": 1}
    assert not any((await store.censuses.of(DAY + timedelta(days=1))).posts.values())
