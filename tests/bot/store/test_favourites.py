"""What people keep, what was made for them, and what they may do with it."""

from __future__ import annotations

from dataclasses import replace

from bot.store import PoemRecord, Store
from tests.bot.databases import new_poem


async def made(store: Store, text: str, **about: object) -> PoemRecord:
    return await store.poems.add(replace(new_poem(text), **about))  # type: ignore[arg-type]


async def people(store: Store, *ids: int) -> None:
    for user_id in ids:
        await store.users.ensure(user_id, "en")
        await store.chats.ensure(user_id, "private", "", zone="UTC")


async def test_a_poem_is_kept_once_by_each_person(store: Store) -> None:
    await people(store, 1, 2)
    poem = await made(store, "白日依山尽，黄河入海流。")
    assert await store.favourites.keep(1, poem.public_id)
    assert await store.favourites.keep(1, poem.public_id) is False
    assert await store.favourites.keep(1, "nothing-here") is None
    assert await store.favourites.has(1, poem.public_id)
    assert not await store.favourites.has(2, poem.public_id)
    assert await store.favourites.drop(1, poem.public_id)
    assert not await store.favourites.drop(1, poem.public_id)
    assert not await store.favourites.has(1, poem.public_id)


async def test_what_was_kept_last_is_listed_first(store: Store) -> None:
    await people(store, 1)
    poems = [await made(store, "白日依山尽，黄河入海流。") for _ in range(5)]
    for poem in (poems[0], poems[2], poems[1]):
        await store.favourites.keep(1, poem.public_id)
    assert await store.favourites.count(1) == 3
    assert [poem.id for poem in await store.favourites.list(1, 0, 2)] == [poems[1].id, poems[2].id]
    assert [poem.id for poem in await store.favourites.list(1, 2, 2)] == [poems[0].id]


async def test_own_poems_are_listed_latest_first(store: Store) -> None:
    await people(store, 1, 2)
    first = await made(store, "白日依山尽，黄河入海流。", user_id=1)
    await made(store, "白日依山尽，黄河入海流。", user_id=2)
    last = await made(store, "白日依山尽，黄河入海流。", user_id=1)
    assert await store.own_poems.count(1) == 2
    assert [poem.id for poem in await store.own_poems.list(1, 0, 9)] == [last.id, first.id]


async def test_only_its_maker_shares_a_poem_and_taking_back_empties_other_collections(
    store: Store,
) -> None:
    await people(store, 1, 2)
    poem = await made(store, "白日依山尽，黄河入海流。", user_id=1, public=False, seed_text="ada")
    assert not await store.own_poems.share(2, poem.public_id)
    assert await store.own_poems.share(1, poem.public_id)
    shared = await store.poems.get(poem.public_id)
    assert shared is not None
    assert shared.shared
    for user_id in (1, 2):
        await store.favourites.keep(user_id, poem.public_id)
    assert not await store.own_poems.take_back(2, poem.public_id)
    assert await store.own_poems.take_back(1, poem.public_id)
    assert [await store.favourites.has(user_id, poem.public_id) for user_id in (1, 2)] == [
        True,
        False,
    ]


async def test_a_removed_poem_of_words_goes_with_its_variations(store: Store) -> None:
    await people(store, 1, 2)
    words = await made(store, "白日依山尽，黄河入海流。", user_id=1, public=False)
    own = await made(store, "白日依水尽，黄河入海流。", user_id=1, public=False, parent_id=words.id)
    other = await made(
        store, "白日依水尽，黄河入山流。", user_id=2, public=False, parent_id=own.id, distance=0.5
    )
    bystander = await made(store, "空山新雨后，天气晚来秋。", user_id=2, public=False)
    assert other.distance == 0.5
    assert not await store.own_poems.remove(2, words.public_id)
    assert await store.own_poems.remove(1, words.public_id)
    for poem in (words, own, other):
        assert await store.poems.get(poem.public_id) is None
    assert await store.poems.get(bystander.public_id) == bystander


async def test_a_removed_poem_of_random_numbers_only_loses_its_trace(store: Store) -> None:
    await people(store, 1, 2)
    drawn = await made(store, "白日依山尽，黄河入海流。", user_id=1, chat_id=1)
    await store.favourites.keep(2, drawn.public_id)
    assert await store.own_poems.remove(1, drawn.public_id)
    left = await store.poems.get(drawn.public_id)
    assert left is not None
    assert (left.user_id, left.chat_id) == (None, None)
    assert await store.favourites.has(2, drawn.public_id)
    assert not await store.own_poems.remove(1, drawn.public_id), "it is theirs no more"
