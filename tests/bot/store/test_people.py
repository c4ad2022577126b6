"""People: what is remembered of them, and what is forgotten."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

from bot.store import Forgotten, Store
from tests.bot.databases import new_poem


async def test_a_person_is_met_once_and_their_language_is_the_latest(store: Store) -> None:
    await store.users.ensure(1, None)
    await store.users.ensure(1, "en")
    assert (await store.users.ensure(1, "zh-hant")).language_code == "zh-hant"
    assert (await store.users.ensure(1, "zh-hant")).id == 1
    assert (await store.users.ensure(1, "en-" + "x" * 5000)).language_code == "en-" + "x" * 32


async def test_forgetting_takes_ratings_and_words_and_leaves_random_verse_nameless(
    store: Store,
) -> None:
    await store.users.ensure(1, "en")
    await store.users.ensure(2, "en")
    await store.chats.ensure(-5, "group", "friends", zone="UTC")
    drawn = await store.poems.add(new_poem(user_id=1, chat_id=-5))
    worded = await store.poems.add(new_poem(user_id=1, public=False, seed_text="ada"))
    other = await store.poems.add(new_poem(user_id=2, public=False, seed_text="bo"))
    await store.deliveries.record(-5, 9, [worded.public_id])
    for poem in (drawn, worded, other):
        await store.ratings.rate(1, poem.public_id, 1)
        await store.ratings.rate(2, poem.public_id, 5)
    await store.favourites.keep(1, other.public_id)
    await store.favourites.keep(2, drawn.public_id)

    assert await store.users.forget(1) == Forgotten(ratings=3, poems=2, favourites=1)

    kept = await store.poems.get(drawn.public_id)
    assert kept is not None
    assert (kept.user_id, kept.seed_text, kept.chat_id) == (None, None, -5)
    assert await store.poems.get(worded.public_id) is None
    assert await store.poems.get(other.public_id) == other
    assert await store.ratings.of(1, drawn.public_id) is None
    assert (await store.ratings.summary(drawn.public_id)).stars == (0, 0, 0, 0, 1)
    assert (await store.ratings.summary(other.public_id)).count == 1
    assert await store.users.forget(1) == Forgotten(0, 0, 0)
    assert await store.favourites.has(2, drawn.public_id)
    await store.users.ensure(1, "en")
    assert await store.favourites.count(1) == 0, "nothing of it comes back"


async def test_forgetting_takes_the_private_chat_and_no_other(store: Store) -> None:
    await store.users.ensure(1, "en")
    await store.chats.ensure(1, "private", "Ada", zone="UTC")
    await store.chats.set_daily(1, time(8), "UTC")
    await store.chats.ensure(-5, "group", "friends", zone="UTC")
    await store.users.forget(1)
    assert await store.chats.get(1) is None
    assert await store.rounds.times() == []
    assert await store.chats.get(-5) is not None


async def test_what_others_varied_from_a_persons_words_is_forgotten_with_them(
    store: Store,
) -> None:
    for user_id in (1, 2):
        await store.users.ensure(user_id, "en")
    worded = await store.poems.add(new_poem(user_id=1, public=False, seed_text="ada"))
    varied = await store.poems.add(
        replace(new_poem(user_id=2, public=False), parent_id=worded.id, distance=0.3)
    )
    drawn = await store.poems.add(new_poem(user_id=1))
    from_drawn = await store.poems.add(replace(new_poem(user_id=2), parent_id=drawn.id))
    assert await store.users.forget(1) == Forgotten(ratings=0, poems=2, favourites=0)
    assert await store.poems.get(varied.public_id) is None
    assert await store.poems.get(from_drawn.public_id) == from_drawn


async def test_a_trace_holds_all_of_a_person_and_nobody_elses_words(store: Store) -> None:
    assert await store.traces.of(1) is None
    for user_id in (1, 2):
        await store.users.ensure(user_id, "en")
        await store.chats.ensure(user_id, "private", "", zone="UTC")
    drawn = await store.poems.add(new_poem(user_id=1, chat_id=1))
    varied = await store.poems.add(replace(new_poem(user_id=1), parent_id=drawn.id))
    other = await store.poems.add(new_poem(user_id=2, public=False, seed_text="bo"))
    for poem in (drawn, other):
        await store.ratings.rate(1, poem.public_id, 4)
    await store.favourites.keep(1, drawn.public_id)
    await store.deliveries.record(1, 9, [drawn.public_id])
    await store.tastes.agree(1)
    await store.tastes.rate(1, 1, drawn.public_id, 5)
    trace = await store.traces.of(1)
    assert trace is not None
    assert [own.chat.id for own in trace.chats] == [1]
    assert [(own.poem.id, own.original) for own in trace.poems] == [
        (drawn.id, None),
        (varied.id, drawn.public_id),
    ]
    assert [(rating.text, rating.stars) for rating in trace.ratings] == [(drawn.text, 4), (None, 4)]
    assert [(lesson.public_id, lesson.stars) for lesson in trace.taste_ratings] == [
        (drawn.public_id, 5)
    ]
    assert [kept.public_id for kept in trace.favourites] == [drawn.public_id]
    assert [(sent.public_id, sent.message_id) for sent in trace.deliveries] == [
        (drawn.public_id, 9)
    ]


async def test_a_daily_poem_outlives_whoever_drew_it(store: Store) -> None:
    await store.users.ensure(1, "en")
    poem = await store.poems.add(new_poem(user_id=1))
    await store.daily_poems.choose(date(2026, 1, 1), poem)
    await store.users.forget(1)
    chosen = await store.daily_poems.of(date(2026, 1, 1))
    assert chosen is not None
    assert (chosen.public_id, chosen.user_id) == (poem.public_id, None)
