"""Verse that anybody may be shown: which it is, in which order, once each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text, update

from bot.store import NewPoem, PoemRecord, Store
from bot.store.store import utc_now
from bot.store.tables import Poem
from model.verse import Form
from tests.bot.databases import new_poem, rated

MOON = "明月松间照，清泉石上流。"
APART = "月落乌啼夜，天明客未眠。"
QUATRAIN = "床前明月光，疑是地上霜。\n举头望明月，低头思故乡。"


async def found(store: Store, characters: str, forms: Collection[Form] = ()) -> list[str]:
    newest = await store.anthology.newest()
    rows = await store.anthology.find(characters, forms, up_to=newest, skip=0, limit=9)
    return [poem.text for poem, _ in rows]


async def take_back(store: Store, poem: PoemRecord) -> None:
    async with store._database.write() as session:
        await session.execute(update(Poem).where(Poem.id == poem.id).values(withheld=True))


def of_form(made: NewPoem, form: Form) -> NewPoem:
    return replace(made, form=form)


async def test_verse_is_found_by_its_characters_together_before_apart(store: Store) -> None:
    await rated(store, [5, 5, 5], new_poem(APART))
    await store.poems.add(new_poem(MOON, score=-30))
    await rated(store, [5], of_form(new_poem(QUATRAIN), Form.JUEJU5))
    await store.poems.add(new_poem())
    assert await found(store, "明月") == [QUATRAIN, MOON, APART]
    assert await found(store, "月") == [APART, QUATRAIN, MOON]
    assert await found(store, "月", {Form.COUPLET5}) == [APART, MOON]
    assert await found(store, "鹤") == []


async def test_only_what_anybody_may_see_is_found(store: Store) -> None:
    await store.poems.add(new_poem(MOON, public=False, seed_text="明月"))
    await take_back(store, await store.poems.add(new_poem(APART)))
    assert await found(store, "月") == []
    newest = await store.anthology.newest()
    await rated(store, [5], new_poem(MOON, public=False))
    assert await store.anthology.liked((), 3, up_to=newest + 9, limit=9) == []
    assert await store.anthology.made_by("poem", 9) == []


async def test_the_same_text_comes_once_with_the_ratings_of_its_latest(store: Store) -> None:
    await rated(store, [1], new_poem(MOON))
    await rated(store, [5, 4], new_poem(MOON))
    newest = await store.anthology.newest()
    ((_, summary),) = await store.anthology.find("月", (), up_to=newest, skip=0, limit=9)
    assert (summary.count, summary.mean) == (2, 4.5)


async def test_new_verse_does_not_shift_the_pages_of_who_scrolls(store: Store) -> None:
    first = [await store.poems.add(new_poem(f"{c}{MOON[1:]}")) for c in "春夏秋冬"]
    newest = await store.anthology.newest()

    async def page(skip: int) -> list[int]:
        rows = await store.anthology.find("月", (), up_to=newest, skip=skip, limit=2)
        return [poem.id for poem, _ in rows]

    begun = await page(0)
    await store.poems.add(new_poem(MOON, score=0))
    assert begun + await page(2) == [poem.id for poem in reversed(first)]


async def test_liked_verse_is_above_a_bar(store: Store) -> None:
    best = await rated(store, [5, 5, 5], new_poem(MOON))
    await rated(store, [1, 1, 1], new_poem(APART))
    await store.poems.add(new_poem())
    newest = await store.anthology.newest()
    ((poem, summary),) = await store.anthology.liked((), 3.0, up_to=newest, limit=9)
    assert (poem.id, summary.count) == (best.id, 3)


async def test_what_was_listed_earlier_is_shown_while_it_may_be(store: Store) -> None:
    kept, gone, back = [await store.poems.add(new_poem()) for _ in range(3)]
    await store.users.ensure(1, None)
    await store.ratings.rate(1, kept.public_id, 4)
    await take_back(store, back)
    async with store._database.write() as session:
        await session.execute(text(f"DELETE FROM poems WHERE id = {gone.id}"))
    ((poem, summary),) = await store.anthology.still_open([gone, back, kept])
    assert (poem, summary.mean) == (kept, 4.0)
    assert await store.anthology.still_open([]) == []
    assert [poem.id for poem in await store.anthology.made_by("poem", 9)] == [kept.id]


async def test_the_best_of_a_span_rated_or_not(store: Store) -> None:
    before = await store.poems.add(new_poem())
    good = await rated(store, [5, 5], new_poem(MOON))
    poor = await rated(store, [1], new_poem(APART))
    await store.poems.add(new_poem("白日依山尽，黄河入海流。", public=False, seed_text="白日"))
    soon = poor.created_at + timedelta(seconds=1)
    best = await store.anthology.best((), before.created_at, soon, 9)
    assert [poem.id for poem, _ in best] == [good.id, before.id, poor.id]
    assert await store.anthology.best((), soon, soon + timedelta(days=1), 9) == []
    assert await store.anthology.best({Form.JUEJU7}, before.created_at, soon, 9) == []
    assert await store.anthology.span() == (before.created_at, poor.created_at)


async def test_forgotten_verse_is_shown_to_nobody(store: Store) -> None:
    day = utc_now().date()
    for user, text_ in ((7, MOON), (8, APART)):
        await store.users.ensure(user, None)
        mine = await store.poems.add(replace(new_poem(text_), user_id=user))
        await store.daily_poems.choose(day, mine)
        assert [poem.id for poem, _ in await store.anthology.of([mine.public_id])] == [mine.id]
        assert await store.anthology.days(day, day, 9) == [(day, mine)]
        assert await store.anthology.first_day() == day
        if user == 7:
            await store.users.forget(user)
        else:
            await store.own_poems.remove(user, mine.public_id)
        assert await store.anthology.of([mine.public_id]) == []
        assert await store.anthology.days(day, day, 9) == []
        assert (await store.anthology.first_day(), await store.anthology.span()) == (None, None)
        kept = await store.poems.get(mine.public_id)
        assert kept is not None and kept.user_id is None, "whoever has it may still open it"
        assert await store.daily_poems.of(day) is None, "the date gets another poem"
