"""What is thought of each poem, counted by triggers: always what a count of all rows would say."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text

from bot.store import PoemRecord, Store, migrate
from bot.store.engine import create_engine, writing
from bot.store.tables import Poem, Rating, ReactionCount, Standing
from tests.bot.databases import new_poem, rated

CHATS = (-1001, -1002, 1, 2)
MOMENT = datetime(2026, 5, 1, 8, tzinfo=UTC)


async def _counted(store: Store) -> dict[int, list[int]]:
    """How many gave each poem one star, two, … five, by a look at every opinion."""
    async with store._database.read() as session:
        counts = {poem: [0] * 5 for poem in await session.scalars(select(Poem.id))}
        for rating in await session.scalars(select(Rating)):
            counts[rating.poem_id][rating.stars - 1] += 1
        posts: defaultdict[tuple[int, int, int], list[int]] = defaultdict(list)
        for row in await session.scalars(select(ReactionCount)):
            posts[row.chat_id, row.message_id, row.poem_id] += [row.stars] * row.count
        for (_, _, poem), stars in posts.items():
            mean = (2 * sum(stars) + len(stars)) // (2 * len(stars))
            counts[poem][mean - 1] += 1
    return counts


async def _must_agree(store: Store) -> None:
    counts = await _counted(store)
    async with store._database.read() as session:
        poems = {poem.id: poem for poem in await session.scalars(select(Poem))}
        found = {row.poem_id: row for row in await session.scalars(select(Standing))}
    assert found.keys() == poems.keys()
    for number, standing in found.items():
        given, poem = counts[number], poems[number]
        assert [standing.one, standing.two, standing.three, standing.four, standing.five] == given
        assert standing.votes == sum(given)
        total = sum(star * n for star, n in enumerate(given, start=1))
        assert standing.average == (total + 15) / (sum(given) + 5)
        assert standing.seen_by == (None if poem.withheld else 0 if poem.public else poem.chat_id)
        made = poem.created_at
        assert standing.week == made.date() - timedelta(days=made.weekday())
        assert (standing.created_at, standing.score) == (made, poem.score)


async def _peopled(store: Store) -> None:
    for chat in CHATS:
        kind = "channel" if chat < 0 else "private"
        await store.chats.ensure(chat, kind, "", zone="UTC")  # type: ignore[arg-type]
    for user in range(1, 9):
        await store.users.ensure(user, None)


async def test_whatever_happens_the_counts_are_those_of_all_rows(store: Store) -> None:
    await _peopled(store)
    chance = random.Random(5)
    poems: list[PoemRecord] = []
    for number in range(250):
        act = chance.randrange(8) if len(poems) > 5 else 0
        poem = chance.choice(poems) if poems else None
        user = chance.randint(1, 8)
        if act == 0:
            made = new_poem(
                f"verse {number}",
                public=chance.random() < 0.6,
                user_id=user,
                chat_id=chance.choice(CHATS),
            )
            await store.users.ensure(user, None)
            for chat in (1, 2):
                await store.chats.ensure(chat, "private", "", zone="UTC")
            poems.append(await store.poems.add(made))
            continue
        assert poem is not None
        if act in (1, 2, 3):
            await store.users.ensure(user, None)
            await store.ratings.rate(user, poem.public_id, chance.randint(1, 5))
        elif act == 4:
            await store.users.ensure(user, None)
            stars = chance.choice([None, 1, 3, 5])
            await store.ratings.react(user, poem.public_id, stars)
        elif act in (5, 6):
            counts = {star: chance.randrange(4) for star in chance.sample(range(1, 6), 3)}
            await store.ratings.count_reactions(
                chance.choice(CHATS[:2]), chance.randint(1, 9), poem.public_id, counts, MOMENT
            )
        elif number % 10 == 0:
            await store.users.forget(user)
        elif poem.user_id is not None:
            await store.own_poems.remove(poem.user_id, poem.public_id)
        if number % 25 == 0:
            await _must_agree(store)
    last = await store.poems.add(new_poem())
    await store.daily_poems.choose(date(2026, 5, 1), last)
    await store.daily_poems.withhold(date(2026, 5, 1), last.public_id)
    await store.chats.migrate(2, -1003)
    await _must_agree(store)
    assert sum(map(sum, (await _counted(store)).values())) > 20, "something was said"


async def test_the_way_up_counts_what_was_said_before(store: Store, database_url: str) -> None:
    await _peopled(store)
    for number in range(6):
        poem = await rated(store, [1 + number % 5, 5], new_poem(f"{number}", public=number > 2))
        await store.ratings.count_reactions(-1001, number, poem.public_id, {5: 2, 1: 1}, MOMENT)
        await store.ratings.count_reactions(-1002, 0, poem.public_id, {4: number}, MOMENT)
    await store.daily_poems.choose(date(2026, 5, 1), poem)
    await store.daily_poems.withhold(date(2026, 5, 1), poem.public_id)
    await store.close()
    await migrate.downgrade(database_url, "0005")
    await migrate.upgrade(database_url)
    again = Store.open(database_url)
    await _must_agree(again)
    await again.close()


async def test_what_the_version_before_writes_is_counted(store: Store, database_url: str) -> None:
    """It knows of no standings, and writes as it always did."""
    await _peopled(store)
    poem = await store.poems.add(new_poem())
    engine = create_engine(database_url)
    async with writing(engine).begin() as connection:
        for statement in (
            f"INSERT INTO ratings VALUES ({poem.id}, 1, 5, '2026-05-01', 'button')",
            f"INSERT INTO ratings VALUES ({poem.id}, 2, 2, '2026-05-01', 'button')",
            "UPDATE ratings SET stars = 4 WHERE user_id = 2",
            f"INSERT INTO reaction_counts VALUES (-1001, 7, 5, {poem.id}, 3, '2026-05-01'),"
            f" (-1001, 7, 1, {poem.id}, 9, '2026-05-01')",
            "DELETE FROM reaction_counts WHERE stars = 5",
            "DELETE FROM chats WHERE id = -1002",
        ):
            await connection.execute(text(statement))
    await engine.dispose()
    await _must_agree(store)
    assert (await store.ratings.summary(poem.public_id)).stars == (1, 0, 0, 1, 1)


@pytest.mark.parametrize("weeks", [1, 5, 40])
async def test_the_best_of_a_time_begin_and_end_to_the_second(
    database_url: str, weeks: int
) -> None:
    now = [MOMENT]
    store = Store.open(database_url, clock=lambda: now[0])
    made = []
    for days in range(7 * weeks + 3):
        now[0] = MOMENT + timedelta(days=days)
        made.append(await rated(store, [5, 4], new_poem(f"verse {days}")))
    since, until = made[2].created_at, made[-1].created_at
    best = await store.anthology.best((), since, until, 999)
    assert {poem.id for poem, _ in best} == {poem.id for poem in made[2:-1]}
    late = since + timedelta(microseconds=1)
    top = await store.poems.top(None, late, 999)
    assert {poem.id for poem, _ in top} == {poem.id for poem in made[3:]}
    await store.close()
