"""A store for every test of the bot that wants one."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store import Store, migrate
from tests.bot.databases import blank_database


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file: a copy is made faster than another one."""
    file = tmp_path_factory.mktemp("database") / "empty.db"
    asyncio.run(migrate.upgrade(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture
async def database_url(tmp_path: Path, empty_sqlite: Path) -> AsyncIterator[str]:
    """A database at the newest version, with nothing in it."""
    async with blank_database(tmp_path) as url:
        if url.startswith("sqlite"):
            shutil.copy(empty_sqlite, tmp_path / "qibu.db")
        else:
            await migrate.upgrade(url)
        yield url


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """The store of that database."""
    store = Store.open(database_url)
    yield store
    await store.close()


@pytest.fixture
async def other_store(database_url: str) -> AsyncIterator[Store]:
    """The same database, as another bot sees it."""
    store = Store.open(database_url)
    yield store
    await store.close()
