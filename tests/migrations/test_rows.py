"""Rows through every step up and down, and a bot of the version before beside the new schema."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Connection, MetaData, Table, func, insert, select, types

from bot.store import migrate
from bot.store.engine import create_engine, writing
from tests.bot.databases import blank_database

STEPS = list(pairwise(migrate.revisions()))
Row = dict[str, Any]
Rows = dict[str, list[Row]]


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    async with blank_database(tmp_path) as address:
        yield address


def _tables(connection: Connection) -> list[Table]:
    """The tables as they are in the database, those that others refer to first."""
    schema = MetaData()
    schema.reflect(connection)
    return [table for table in schema.sorted_tables if table.name != "alembic_version"]


def _value(column: Column[Any], number: int, dialect: str) -> Any:
    """Something that fits the column; whatever refers to a row refers to the one of its number."""
    moment = datetime(2026, 5, number, 8, 30, tzinfo=UTC)
    match column.type:
        case types.Boolean():
            return number == 1
        case types.Integer():
            return number
        case types.Float():
            return number + 0.25
        case types.LargeBinary():
            return b"\x00\x80" * number
        case types.DateTime():
            return moment if dialect == "postgresql" else moment.replace(tzinfo=None)
        case types.Date():
            return date(2026, 5, number)
        case types.Time():
            return time(8, number)
        case types.String() as text:
            return f"{column.name} 白{number}"[: text.length]
    raise AssertionError(f"what fits {column!r}?")


def _fill(connection: Connection, known: dict[str, list[str]], number: int) -> None:
    """A row in each of these tables, by the names of these columns alone, as an insert of the
    version that knew no others."""
    for table in _tables(connection):
        if table.name in known:
            values = {
                name: _value(table.c[name], number, connection.dialect.name)
                for name in known[table.name]
            }
            connection.execute(insert(table).values(values))


def _columns(connection: Connection) -> dict[str, list[str]]:
    return {table.name: list(table.c.keys()) for table in _tables(connection)}


def _rows(connection: Connection, known: dict[str, list[str]]) -> Rows:
    """Every row, by these columns."""
    found: Rows = {}
    for table in _tables(connection):
        if table.name in known:
            query = select(*(table.c[name] for name in known[table.name]))
            rows = connection.execute(query.order_by(*table.primary_key.columns))
            found[table.name] = [dict(row._mapping) for row in rows]
    return found


@pytest.mark.parametrize(("older", "newer"), STEPS)
async def test_every_row_survives_the_way_up_and_down_and_the_version_before_works_beside_it(
    url: str, older: str, newer: str
) -> None:
    await migrate.upgrade(url, older)
    engine = create_engine(url)
    write = writing(engine)
    async with write.begin() as connection:
        known = await connection.run_sync(_columns)
        await connection.run_sync(_fill, known, 1)
        before = await connection.run_sync(_rows, known)
    await engine.dispose()
    assert all(len(rows) == 1 for rows in before.values())

    await migrate.upgrade(url, newer)
    async with write.begin() as connection:
        assert await connection.run_sync(_rows, known) == before
        # The version before goes on for a while: it reads its columns, and writes them alone.
        await connection.run_sync(_fill, known, 2)
        after = await connection.run_sync(_rows, known)
    await engine.dispose()

    await migrate.downgrade(url, older)
    async with write.begin() as connection:
        assert await connection.run_sync(_columns) == known
        assert await connection.run_sync(_rows, known) == after
    await engine.dispose()

    await migrate.upgrade(url, newer)
    async with write.begin() as connection:
        assert await connection.run_sync(_rows, known) == after
    await engine.dispose()


async def test_nothing_is_left_of_a_row_that_the_old_version_cannot_hold(url: str) -> None:
    """What a newer version added goes with its tables, and takes nothing of the older along."""
    await migrate.upgrade(url)
    engine = create_engine(url)
    write = writing(engine)
    async with write.begin() as connection:
        known = await connection.run_sync(_columns)
        await connection.run_sync(_fill, known, 1)
    await engine.dispose()
    first = migrate.revisions()[0]
    await migrate.downgrade(url, first)
    async with write.begin() as connection:
        for table in await connection.run_sync(_tables):
            assert await connection.scalar(select(func.count()).select_from(table)) == 1, table.name
    await engine.dispose()
