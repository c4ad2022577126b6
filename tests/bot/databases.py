"""Databases for tests, each its own.

Decides where they are: files, or databases on the PostgreSQL server that QIBU_TEST_POSTGRES names,
as in `make test-postgres`; what is in them is left to the tests.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from bot.store import NewPoem, PoemRecord, Store, backups
from model.verse import Form

SERVER = os.environ.get("QIBU_TEST_POSTGRES")


@asynccontextmanager
async def blank_database(directory: Path) -> AsyncIterator[str]:
    """The address of a database without tables."""
    if SERVER is None:
        yield sqlite_in(directory)
    else:
        async with postgres_database() as url:
            yield url


@asynccontextmanager
async def copied_database(original: str, directory: Path) -> AsyncIterator[str]:
    """The address of a copy of a database that nobody uses: made faster than migrated."""
    if SERVER is None:
        file = backups.file_of(original)
        assert file is not None
        shutil.copy(file, directory / "qibu.db")
        yield sqlite_in(directory)
    else:
        async with postgres_database(f"TEMPLATE {make_url(original).database}") as url:
            yield url


def sqlite_in(directory: Path) -> str:
    """The address of the SQLite file of a folder."""
    return f"sqlite+aiosqlite:///{directory / 'qibu.db'}"


@asynccontextmanager
async def postgres_database(options: str = "") -> AsyncIterator[str]:
    """The address of a database of its own on the server of QIBU_TEST_POSTGRES."""
    assert SERVER is not None
    name = f"qibu_{uuid.uuid4().hex}"
    server = create_async_engine(SERVER, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    async with server.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name} {options}"))
    try:
        yield make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    finally:
        async with server.connect() as connection:
            await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def new_poem(
    text: str = "白日依山尽，黄河入海流。",
    *,
    public: bool = True,
    score: float = -20.0,
    user_id: int | None = None,
    chat_id: int | None = None,
    seed_text: str | None = None,
) -> NewPoem:
    """A poem to be kept."""
    return NewPoem(
        text=text,
        form=Form.COUPLET5,
        command="poem",
        model="gcnn@1a2b3c4d5e6f",
        seed=2**53 - 1,
        seed_text=seed_text,
        latent=(0.5, -1.25, 3.0),
        score=score,
        public=public,
        user_id=user_id,
        chat_id=chat_id,
    )


async def rated(store: Store, stars: list[int], poem: NewPoem | None = None) -> PoemRecord:
    """A kept poem to which that many people gave those stars."""
    record = await store.poems.add(poem or new_poem())
    for user_id, number in enumerate(stars, start=1000):
        await store.users.ensure(user_id, None)
        await store.ratings.rate(user_id, record.public_id, number)
    return record
