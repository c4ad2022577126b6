"""A store for every test of the bot that wants one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.store import Store, migrate
from tests.bot.databases import blank_database, copied_database


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A migrated database that nobody writes into: a copy is made faster than another one."""
    with asyncio.Runner() as runner:
        blank = blank_database(tmp_path_factory.mktemp("database"))
        url = runner.run(blank.__aenter__())
        try:
            runner.run(migrate.upgrade(url))
            yield url
        finally:
            runner.run(blank.__aexit__(None, None, None))


@pytest.fixture
async def database_url(tmp_path: Path, empty_database: str) -> AsyncIterator[str]:
    """A database at the newest version, with nothing in it."""
    async with copied_database(empty_database, tmp_path) as url:
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
