"""Rows through every step up and down, and a bot of the version before beside the new schema."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.store import migrate
from bot.store.engine import create_engine, writing
from tests.bot.databases import blank_database
from tests.bot.rows import columns, fill, rows, tables

STEPS = list(pairwise(migrate.revisions()))


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    async with blank_database(tmp_path) as address:
        yield address


@pytest.mark.parametrize(("older", "newer"), STEPS)
async def test_every_row_survives_the_way_up_and_down_and_the_version_before_works_beside_it(
    url: str, older: str, newer: str
) -> None:
    await migrate.upgrade(url, older)
    engine = create_engine(url)
    write = writing(engine)
    async with write.begin() as connection:
        known = await connection.run_sync(columns)
        await connection.run_sync(fill, known, 1)
        before = await connection.run_sync(rows, known)
    await engine.dispose()
    assert all(len(found) == 1 for found in before.values())

    await migrate.upgrade(url, newer)
    async with write.begin() as connection:
        assert await connection.run_sync(rows, known) == before
        # The version before goes on for a while: it reads its columns, and writes them alone.
        await connection.run_sync(fill, known, 2)
        after = await connection.run_sync(rows, known)
    await engine.dispose()

    await migrate.downgrade(url, older)
    async with write.begin() as connection:
        assert await connection.run_sync(columns) == known
        assert await connection.run_sync(rows, known) == after
    await engine.dispose()

    await migrate.upgrade(url, newer)
    async with write.begin() as connection:
        assert await connection.run_sync(rows, known) == after
    await engine.dispose()


async def test_nothing_is_left_of_a_row_that_the_old_version_cannot_hold(url: str) -> None:
    """What a newer version added goes with its tables, and takes nothing of the older along."""
    await migrate.upgrade(url)
    engine = create_engine(url)
    write = writing(engine)
    async with write.begin() as connection:
        known = await connection.run_sync(columns)
        await connection.run_sync(fill, known, 1)
    await engine.dispose()
    first = migrate.revisions()[0]
    await migrate.downgrade(url, first)
    async with write.begin() as connection:
        for table in await connection.run_sync(tables):
            assert await connection.scalar(select(func.count()).select_from(table)) == 1, table.name
    await engine.dispose()
