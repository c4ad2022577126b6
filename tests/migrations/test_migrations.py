"""Every migration, walked up and down, and the schema it ends in."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import Store, migrate
from bot.store.engine import create_engine, writing
from bot.store.tables import Base
from tests.bot.databases import SERVER, blank_database, new_poem


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    async with blank_database(tmp_path) as address:
        yield address


async def _tables(url: str) -> set[str]:
    engine = create_engine(url)
    async with engine.connect() as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    await engine.dispose()
    return set(names)


async def test_each_step_goes_up_down_and_up_again(url: str) -> None:
    before = None
    for revision in migrate.revisions():
        await migrate.upgrade(url, revision)
        assert await migrate.current(url) == revision
        tables = await _tables(url)
        await migrate.downgrade(url)
        assert await migrate.current(url) == before
        await migrate.upgrade(url, revision)
        assert await _tables(url) == tables
        before = revision
    assert before == migrate.head()


async def test_the_way_down_leaves_nothing(url: str) -> None:
    await migrate.upgrade(url)
    await migrate.downgrade(url, "base")
    assert await _tables(url) <= {"alembic_version"}
    assert await migrate.current(url) is None


async def test_the_newest_schema_is_what_the_models_say(url: str) -> None:
    assert await migrate.drift(url) != []
    await migrate.upgrade(url)
    assert await migrate.drift(url) == []
    assert await _tables(url) == set(Base.metadata.tables) | {"alembic_version"}


@pytest.mark.skipif(SERVER is not None, reason="reads what SQLite keeps of CREATE statements")
async def test_checks_and_keys_are_what_the_models_say(tmp_path: Path) -> None:
    """What Alembic does not compare: checks, and how foreign keys and ids behave."""

    async def statements(connection: AsyncConnection) -> dict[str, set[str]]:
        rows = await connection.execute(
            text(
                "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql > ''"
            )
        )
        return {
            name: {part.strip().replace('"', "") for part in re.split(r",\s|,?\n", sql)}
            for name, sql in rows
            if not name.startswith(("alembic", "sqlite"))
        }

    found = []
    for name in ("migrated", "made"):
        address = f"sqlite+aiosqlite:///{tmp_path / name}.db"
        if name == "migrated":
            await migrate.upgrade(address)
        engine = create_engine(address)
        async with writing(engine).begin() as connection:
            if name == "made":
                await connection.run_sync(Base.metadata.create_all)
            found.append(await statements(connection))
        await engine.dispose()
    assert found[0] == found[1]


async def test_upgrading_keeps_what_is_there(url: str) -> None:
    await migrate.upgrade(url)
    store = Store.open(url)
    poem = await store.poems.add(new_poem())
    await migrate.upgrade(url)
    assert await store.poems.get(poem.public_id) == poem
    await store.close()


async def test_a_step_that_fails_leaves_nothing_behind(url: str) -> None:
    engine = create_engine(url)
    async with writing(engine).begin() as connection:
        await connection.execute(text("CREATE TABLE deliveries (id INTEGER)"))
    await engine.dispose()
    with pytest.raises(Exception, match="exists"):
        await migrate.upgrade(url)
    assert await _tables(url) == {"deliveries"}


async def test_unknown_versions_are_named(url: str) -> None:
    await migrate.upgrade(url)
    with pytest.raises(migrate.SchemaError, match="9999"):
        await migrate.upgrade(url, "9999")
    engine = create_engine(url)
    async with writing(engine).begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9998'"))
    await engine.dispose()
    with pytest.raises(migrate.SchemaError, match="9998"):
        await migrate.upgrade(url)


async def test_two_processes_may_upgrade_at_once(url: str) -> None:
    program = (
        "import asyncio, sys; from bot.store import migrate;"
        "asyncio.run(migrate.upgrade(sys.argv[1]))"
    )
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", program, url) for _ in range(3)
    ]
    assert [await process.wait() for process in processes] == [0, 0, 0]
    assert await migrate.drift(url) == []
