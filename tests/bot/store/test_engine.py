"""Transactions: writers wait for each other, readers for nobody, and a cancelled one leaves no
trace."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.store import Store, backups
from tests.bot.databases import SERVER, new_poem, rated

sqlite_only = pytest.mark.skipif(SERVER is not None, reason="about SQLite's own file")


async def test_writers_of_two_bots_wait_for_each_other(store: Store, other_store: Store) -> None:
    poem = await store.poems.add(new_poem())
    for user_id in range(40):
        await store.users.ensure(user_id, None)
    await asyncio.gather(
        *(
            bot.ratings.rate(user_id, poem.public_id, 1 + user_id % 5)
            for user_id in range(40)
            for bot in (store, other_store)
        )
    )
    assert (await store.ratings.summary(poem.public_id)).stars == (8, 8, 8, 8, 8)


@sqlite_only
async def test_a_reader_does_not_wait_for_a_writer(store: Store, tmp_path: Path) -> None:
    poem = await rated(store, [5])
    with contextlib.closing(sqlite3.connect(tmp_path / "qibu.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE ratings SET stars = 1")
        assert (await store.ratings.summary(poem.public_id)).mean == 5
        other.execute("COMMIT")
    assert (await store.ratings.summary(poem.public_id)).mean == 1


async def test_a_snapshot_sees_one_state_of_things_and_a_look_the_newest(
    store: Store, other_store: Store
) -> None:
    count = text("SELECT count(*) FROM poems")
    for transaction, seen in ((store._database.snapshot, [0, 0]), (store._database.read, [1, 2])):
        async with transaction() as session:
            counts = [await session.scalar(count)]
            await other_store.poems.add(new_poem())
            counts.append(await session.scalar(count))
        assert counts == seen


@sqlite_only
async def test_a_writer_waits_for_another_process(store: Store, tmp_path: Path) -> None:
    poem = await rated(store, [5])
    with contextlib.closing(sqlite3.connect(tmp_path / "qibu.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        rating = asyncio.create_task(store.ratings.rate(1000, poem.public_id, 2))
        done, _ = await asyncio.wait({rating}, timeout=0.2)
        assert not done
        other.execute("COMMIT")
    summary = await rating
    assert summary is not None
    assert summary.mean == 2


async def test_cancelled_writers_leave_no_trace_and_no_lock(store: Store) -> None:
    poem = await store.poems.add(new_poem())
    await store.users.ensure(1, None)
    for turns in range(40):
        rating = asyncio.create_task(store.ratings.rate(1, poem.public_id, 3))
        for _ in range(turns):
            await asyncio.sleep(0)
        rating.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await rating
    summary = await store.ratings.rate(1, poem.public_id, 4)
    assert summary is not None
    assert summary.stars == (0, 0, 0, 1, 0)


async def test_what_refers_to_nobody_is_refused(store: Store) -> None:
    poem = await store.poems.add(new_poem())
    with pytest.raises(IntegrityError):
        await store.ratings.rate(404, poem.public_id, 5)
    with pytest.raises(IntegrityError):
        await store.poems.add(new_poem(chat_id=-404))


def test_a_database_in_memory_is_refused() -> None:
    for address in ("sqlite+aiosqlite://", "sqlite+aiosqlite:///:memory:"):
        with pytest.raises(ValueError, match="needs a file"):
            Store.open(address)


@sqlite_only
async def test_what_is_removed_is_overwritten_and_the_log_emptied(
    store: Store, database_url: str
) -> None:
    file = backups.file_of(database_url)
    assert file is not None
    await store.users.ensure(1, "en")
    log = file.with_name(f"{file.name}-wal")
    assert log.stat().st_size > 0
    await store.sweep()
    assert log.stat().st_size == 0
    async with store._database.read() as session:
        assert await session.scalar(text("PRAGMA secure_delete")) == 1
