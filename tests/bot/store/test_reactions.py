"""Reactions beside ratings: whose word goes first, and how nameless readers count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.store import PoemRecord, RatingSummary, Store
from tests.bot.databases import new_poem, rated

CHANNEL, OTHER = -1001, -1002
NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
NOBODY = RatingSummary(0, None, (0, 0, 0, 0, 0))


@pytest.fixture(autouse=True)
async def poem(store: Store) -> PoemRecord:
    for channel in (CHANNEL, OTHER):
        await store.chats.ensure(channel, "channel", "Tang", zone="UTC")
    for user_id in (1, 2):
        await store.users.ensure(user_id, None)
    return await store.poems.add(new_poem())


async def test_a_reaction_is_a_rating_until_it_is_taken_back(
    store: Store, poem: PoemRecord
) -> None:
    assert await store.ratings.react(1, poem.public_id, 4) == RatingSummary(1, 4, (0, 0, 0, 1, 0))
    assert await store.ratings.react(1, poem.public_id, 5) == RatingSummary(1, 5, (0, 0, 0, 0, 1))
    assert await store.ratings.react(2, poem.public_id, 1) == RatingSummary(2, 3, (1, 0, 0, 0, 1))
    assert await store.ratings.react(1, poem.public_id, None) == RatingSummary(
        1, 1, (1, 0, 0, 0, 0)
    )
    assert await store.ratings.react(1, poem.public_id, None) is not None
    assert await store.ratings.react(1, "nothing-here", 5) is None


async def test_a_button_goes_before_a_reaction(store: Store, poem: PoemRecord) -> None:
    await store.ratings.react(1, poem.public_id, 5)
    await store.ratings.rate(1, poem.public_id, 2)
    for stars in (5, None):
        found = await store.ratings.react(1, poem.public_id, stars)
        assert found == RatingSummary(1, 2, (0, 1, 0, 0, 0))


async def test_a_channels_post_is_one_opinion_however_many_react(
    store: Store, poem: PoemRecord
) -> None:
    async def tell(channel: int, counts: dict[int, int], minute: int) -> RatingSummary | None:
        told_at = NOW + timedelta(minutes=minute)
        return await store.ratings.count_reactions(channel, 7, poem.public_id, counts, told_at)

    assert await tell(CHANNEL, {5: 300, 4: 100, 1: 2}, 0) == RatingSummary(1, 5, (0, 0, 0, 0, 1))
    assert await tell(CHANNEL, {5: 10, 1: 30}, 1) == RatingSummary(1, 2, (0, 1, 0, 0, 0))
    late = await tell(CHANNEL, {5: 300}, 0)
    assert late == RatingSummary(1, 2, (0, 1, 0, 0, 0)), "older news"
    assert await tell(OTHER, {4: 1, 5: 1}, 1) == RatingSummary(2, 3.5, (0, 1, 0, 0, 1)), "half up"
    await store.ratings.rate(1, poem.public_id, 5)
    assert (await store.ratings.summary(poem.public_id)).stars == (0, 1, 0, 0, 2)
    assert await tell(CHANNEL, {}, 2) == RatingSummary(2, 5, (0, 0, 0, 0, 2))
    assert await tell(OTHER, {5: 0}, 2) == RatingSummary(1, 5, (0, 0, 0, 0, 1))
    unknown = await store.ratings.count_reactions(CHANNEL, 7, "nothing-here", {5: 1}, NOW)
    assert unknown is None


async def test_the_top_hears_channels_with_one_voice_each(store: Store, poem: PoemRecord) -> None:
    loved = await rated(store, [5, 5, 5])
    await store.ratings.count_reactions(CHANNEL, 7, poem.public_id, {4: 100_000}, NOW)
    assert [made.id for made, _ in await store.poems.top(None, None, 9)] == [loved.id, poem.id]
    assert await store.poems.unrated(None, None, 9) == []
    best = await store.daily_poems.best_unused(NOW - timedelta(days=9999), 0)
    assert best is not None
    assert best.id == loved.id


async def test_reactions_go_with_the_chat_and_the_person(store: Store, poem: PoemRecord) -> None:
    await store.ratings.react(1, poem.public_id, 5)
    assert (await store.users.forget(1)).ratings == 1
    assert await store.ratings.summary(poem.public_id) == NOBODY


@pytest.mark.parametrize("stars", [0, 6])
async def test_stars_that_do_not_exist(store: Store, poem: PoemRecord, stars: int) -> None:
    with pytest.raises(ValueError, match="1 to 5"):
        await store.ratings.react(1, poem.public_id, stars)
    with pytest.raises(ValueError, match="1 to 5"):
        await store.ratings.count_reactions(CHANNEL, 7, poem.public_id, {stars: 1}, NOW)
