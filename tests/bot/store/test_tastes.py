"""What chats like: kept where they agreed, and gone with whoever it was learnt from."""

from __future__ import annotations

import pytest

from bot.store import Lesson, PoemRecord, Store
from tests.bot.databases import new_poem

CHAT, ADA, BO = -5, 1, 2


@pytest.fixture
async def poems(store: Store) -> list[PoemRecord]:
    """Three poems, the last in Ada's words, in a group in which Ada and Bo are."""
    await store.users.ensure(ADA, "en")
    await store.users.ensure(BO, "en")
    await store.chats.ensure(CHAT, "group", "friends", zone="UTC")
    drawn = [await store.poems.add(new_poem(user_id=ADA)) for _ in range(2)]
    worded = await store.poems.add(new_poem(user_id=ADA, public=False, seed_text="ada"))
    return [*drawn, worded]


async def learn(store: Store, ratings: int = 1) -> None:
    taste = await store.tastes.of(CHAT)
    assert taste is not None
    assert await store.tastes.learnt(taste, Lesson("poet 1", b"evidence", b"voice", ratings))


async def test_without_agreement_nothing_is_kept(store: Store, poems: list[PoemRecord]) -> None:
    assert await store.tastes.rate(CHAT, ADA, poems[0].public_id, 5) is None
    assert await store.tastes.of(CHAT) is None
    assert await store.tastes.rated(CHAT, 10) == []


async def test_ratings_come_in_their_order_and_the_last_ones_count(
    store: Store, poems: list[PoemRecord]
) -> None:
    await store.tastes.agree(CHAT)
    first, second, _ = poems
    assert await store.tastes.rate(CHAT, ADA, first.public_id, 5) is True
    assert await store.tastes.rate(CHAT, BO, first.public_id, 1) is True
    assert await store.tastes.rate(CHAT, ADA, second.public_id, 3) is True
    assert await store.tastes.rate(CHAT, ADA, "no such poem", 3) is None
    rated = await store.tastes.rated(CHAT, 10)
    assert [(poem.id, stars) for poem, stars in rated] == [
        (first.id, 5), (first.id, 1), (second.id, 3),
    ]  # fmt: skip
    assert [stars for _, stars in await store.tastes.rated(CHAT, 2)] == [1, 3]


async def test_a_changed_rating_makes_what_was_learnt_stale(
    store: Store, poems: list[PoemRecord]
) -> None:
    await store.tastes.agree(CHAT)
    await store.tastes.rate(CHAT, ADA, poems[0].public_id, 5)
    await learn(store)
    assert await store.tastes.rate(CHAT, ADA, poems[0].public_id, 5) is False
    taste = await store.tastes.of(CHAT)
    assert taste is not None
    assert (taste.evidence, taste.space, taste.ratings) == (b"evidence", "poet 1", 1)
    assert await store.tastes.rate(CHAT, ADA, poems[0].public_id, 2) is False
    taste = await store.tastes.of(CHAT)
    assert taste is not None
    assert taste.evidence is None
    assert await store.tastes.voices() == []
    assert [stars for _, stars in await store.tastes.rated(CHAT, 10)] == [2]


async def test_who_was_overtaken_writes_nothing(store: Store, poems: list[PoemRecord]) -> None:
    before = await store.tastes.agree(CHAT)
    assert await store.tastes.learnt(before, Lesson("poet 1", b"one", b"v", 1))
    assert not await store.tastes.learnt(before, Lesson("poet 1", b"other", b"v", 1))
    taste = await store.tastes.of(CHAT)
    assert taste is not None
    assert taste.evidence == b"one"
    await store.tastes.rate(CHAT, ADA, poems[0].public_id, 5)
    assert not await store.tastes.learnt(taste, Lesson("poet 1", b"without it", b"v", 1))


async def test_agreeing_again_keeps_and_withdrawing_forgets(
    store: Store, poems: list[PoemRecord]
) -> None:
    await store.tastes.agree(CHAT)
    await store.tastes.rate(CHAT, ADA, poems[0].public_id, 5)
    await learn(store)
    again = await store.tastes.agree(CHAT)
    assert again.evidence == b"evidence"
    assert await store.tastes.withdraw(CHAT)
    assert not await store.tastes.withdraw(CHAT)
    assert await store.tastes.of(CHAT) is None
    await store.tastes.agree(CHAT)
    assert await store.tastes.rated(CHAT, 10) == []
    assert await store.ratings.of(ADA, poems[0].public_id) is None, "the other rating is apart"


async def test_a_reset_forgets_and_still_agrees(store: Store, poems: list[PoemRecord]) -> None:
    assert not await store.tastes.reset(CHAT)
    await store.tastes.agree(CHAT)
    await store.tastes.rate(CHAT, ADA, poems[0].public_id, 5)
    await learn(store)
    assert await store.tastes.reset(CHAT)
    taste = await store.tastes.of(CHAT)
    assert taste is not None
    assert (taste.evidence, taste.space, taste.ratings) == (None, None, 0)
    assert await store.tastes.rated(CHAT, 10) == []


async def test_what_was_learnt_from_a_person_goes_with_them(
    store: Store, poems: list[PoemRecord]
) -> None:
    await store.tastes.agree(CHAT)
    for poem in poems:
        await store.tastes.rate(CHAT, ADA, poem.public_id, 5)
        await store.tastes.rate(CHAT, BO, poem.public_id, 4)
    await learn(store, 6)
    await store.users.forget(ADA)
    taste = await store.tastes.of(CHAT)
    assert taste is not None
    assert taste.evidence is None
    assert await store.tastes.voices() == []
    rated = await store.tastes.rated(CHAT, 10)
    assert [(poem.id, stars) for poem, stars in rated] == [(poems[0].id, 4), (poems[1].id, 4)]
