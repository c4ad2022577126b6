"""Databases for tests, each its own.

Decides where they are: files, or databases on the PostgreSQL server that QIBU_TEST_POSTGRES names;
what is in them is left to the tests.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.store import NewPoem, PoemRecord, Store
from model.verse import Form

SERVER = os.environ.get("QIBU_TEST_POSTGRES")


@asynccontextmanager
async def blank_database(directory: Path) -> AsyncIterator[str]:
    """The address of a database without tables."""
    if SERVER is None:
        yield f"sqlite+aiosqlite:///{directory / 'qibu.db'}"
        return
    name = f"qibu_{uuid.uuid4().hex}"
    server = create_async_engine(SERVER, isolation_level="AUTOCOMMIT")
    try:
        async with server.connect() as connection:
            await connection.execute(text(f"CREATE DATABASE {name}"))
            yield make_url(SERVER).set(database=name).render_as_string(hide_password=False)
            await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        await server.dispose()


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
