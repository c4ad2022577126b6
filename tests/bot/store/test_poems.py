"""Poems and their ratings."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.store import RatingSummary, Store
from tests.bot.databases import new_poem, rated


async def test_a_poem_comes_back_as_it_was_kept(store: Store) -> None:
    await store.users.ensure(1, None)
    await store.chats.ensure(-5, "group", "friends", zone="UTC")
    new = new_poem(user_id=1, chat_id=-5, seed_text="月", public=False)
    kept = await store.poems.add(new)
    assert await store.poems.get(kept.public_id) == kept
    for name in ("text", "form", "command", "seed_text", "model", "seed", "latent", "score"):
        assert getattr(kept, name) == getattr(new, name)
    assert kept.created_at.utcoffset() == timedelta(0)
    assert await store.poems.get("nothing-here") is None


async def test_a_latent_keeps_the_precision_of_32_bits(store: Store) -> None:
    kept = await store.poems.add(new_poem())
    assert (await store.poems.get(kept.public_id)) is not None
    assert kept.latent == (0.5, -1.25, 3.0)


async def test_public_ids_say_nothing_about_each_other(store: Store) -> None:
    ids = {(await store.poems.add(new_poem())).public_id for _ in range(20)}
    assert len(ids) == 20
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{12}", public_id) for public_id in ids)


async def test_a_rating_is_one_per_person_and_may_change(store: Store) -> None:
    poem = await store.poems.add(new_poem())
    assert await store.ratings.summary(poem.public_id) == RatingSummary(0, None, (0, 0, 0, 0, 0))
    await store.users.ensure(1, None)
    await store.users.ensure(2, None)
    assert await store.ratings.rate(1, poem.public_id, 2) == RatingSummary(1, 2.0, (0, 1, 0, 0, 0))
    assert await store.ratings.rate(2, poem.public_id, 5) == RatingSummary(2, 3.5, (0, 1, 0, 0, 1))
    assert await store.ratings.rate(1, poem.public_id, 4) == RatingSummary(2, 4.5, (0, 0, 0, 1, 1))
    assert await store.ratings.of(1, poem.public_id) == 4
    assert await store.ratings.of(3, poem.public_id) is None


async def test_what_cannot_be_rated(store: Store) -> None:
    await store.users.ensure(1, None)
    poem = await store.poems.add(new_poem())
    assert await store.ratings.rate(1, "nothing-here", 5) is None
    for stars in (0, 6, -1):
        with pytest.raises(ValueError, match="1 to 5"):
            await store.ratings.rate(1, poem.public_id, stars)
    assert (await store.ratings.summary(poem.public_id)).count == 0


async def test_the_top_is_no_lucky_five(store: Store) -> None:
    lucky = await rated(store, [5])
    loved = await rated(store, [5, 5, 4, 5, 4, 5])
    disliked = await rated(store, [1, 1])
    await rated(store, [])
    top = await store.poems.top(None, None, 10)
    assert [poem.id for poem, _ in top] == [loved.id, lucky.id, disliked.id]
    assert top[0][1] == RatingSummary(6, 28 / 6, (0, 0, 0, 2, 4))
    assert [poem.id for poem, _ in await store.poems.top(None, None, 1)] == [loved.id]


async def test_the_top_shows_words_only_where_they_were_said(store: Store) -> None:
    for chat_id in (-5, -6):
        await store.chats.ensure(chat_id, "group", "friends", zone="UTC")
    drawn = await rated(store, [5, 5])
    said = await rated(store, [4], new_poem(public=False, chat_id=-5, seed_text="ada"))

    async def top(chat_id: int | None) -> list[int]:
        return [poem.id for poem, _ in await store.poems.top(chat_id, None, 10)]

    assert await top(-5) == [drawn.id, said.id]
    assert await top(-6) == [drawn.id]
    assert await top(None) == [drawn.id]


async def test_the_top_of_a_week_leaves_out_older_poems(database_url: str) -> None:
    moments = iter([datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 9, tzinfo=UTC)])
    latest = [next(moments)]
    store = Store.open(database_url, clock=lambda: latest[0])
    old = await rated(store, [5, 5])
    latest[0] = next(moments)
    new = await rated(store, [4])
    # The same moment, said in another zone.
    since = datetime(2026, 1, 8, 8, tzinfo=timezone(timedelta(hours=8)))
    assert [poem.id for poem, _ in await store.poems.top(None, since, 10)] == [new.id]
    assert [poem.id for poem, _ in await store.poems.top(None, None, 10)] == [old.id, new.id]
    await store.close()


async def test_a_naive_moment_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="needs a zone"):
        await store.poems.top(None, datetime(2026, 1, 8), 10)


async def test_unrated_poems_are_ranked_by_the_poet(store: Store) -> None:
    await store.chats.ensure(-5, "group", "friends", zone="UTC")
    await rated(store, [5])
    low = await store.poems.add(new_poem("海内存知己，天涯若比邻。", score=-5.0))
    high = await store.poems.add(new_poem("明月松间照，清泉石上流。", score=-4.0))
    own = await store.poems.add(
        new_poem("空山新雨后，天气晚来秋。", score=-4.5, public=False, chat_id=-5)
    )
    assert await store.poems.unrated(-5, None, 9) == [high, own, low]
    assert await store.poems.unrated(-6, None, 1) == [high]
    assert await store.poems.unrated(-6, high.created_at + timedelta(seconds=1), 9) == []


async def test_an_unrated_text_is_listed_once(store: Store) -> None:
    await store.poems.add(new_poem(text="白日依山尽，黄河入海流。"))
    again = await store.poems.add(new_poem(text="白日依山尽，黄河入海流。"))
    other = await store.poems.add(new_poem(text="空山新雨后，天气晚来秋。"))
    assert set(await store.poems.unrated(None, None, 9)) == {again, other}
