"""The schema, brought from one version to another.

Decides that a change of version happens wholly or not at all, by one process at a time; what each
version is, is left to `migrations`.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.engine import create_engine, writing
from bot.store.tables import Base

_log = logging.getLogger(__name__)

_LOCK = 0x71696275
"""Names the schema among PostgreSQL's advisory locks."""


class SchemaError(Exception):
    """The schema cannot be brought there; `str()` says why."""


async def upgrade(database_url: str, revision: str = "head") -> None:
    """Brings a database up to a revision; a missing SQLite file is made.

    Raises SchemaError if the revision, or the one the database is at, is not known.
    """
    await _change(database_url, lambda config: command.upgrade(config, revision))


async def downgrade(database_url: str, revision: str = "-1") -> None:
    """Brings a database down to a revision, by default one step; what it cannot hold is lost.

    Raises SchemaError as `upgrade`.
    """
    await _change(database_url, lambda config: command.downgrade(config, revision))


async def current(database_url: str) -> str | None:
    """The revision a database is at; None where there is no schema yet."""
    async with _reading(database_url) as connection:
        return await connection.run_sync(_revision)


def head() -> str:
    """The revision this program is written for."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def revisions() -> list[str]:
    """Every revision, oldest first."""
    script = ScriptDirectory.from_config(_config())
    return [step.revision for step in script.walk_revisions()][::-1]


async def drift(database_url: str) -> list[str]:
    """What differs between a database and the tables this program knows; empty if nothing."""
    async with _reading(database_url) as connection:
        return await connection.run_sync(_drift)


@asynccontextmanager
async def schema_connection(database_url: str) -> AsyncIterator[AsyncConnection]:
    """A transaction that nobody else's change of the schema can overlap, committed at the end."""
    # Foreign keys are off, for SQLite changes a table by dropping it, which would take the rows of
    # others along; they are checked before the commit instead.
    engine = create_engine(database_url, foreign_keys=False)
    try:
        async with writing(engine).begin() as connection:
            if engine.dialect.name == "postgresql":
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            yield connection
    finally:
        await engine.dispose()


@asynccontextmanager
async def _reading(database_url: str) -> AsyncIterator[AsyncConnection]:
    engine = create_engine(database_url)
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


async def _change(database_url: str, change: Callable[[Config], object]) -> None:
    async with schema_connection(database_url) as connection:
        before = await connection.run_sync(_revision)
        await connection.run_sync(_run, change)
        after = await connection.run_sync(_revision)
        if connection.dialect.name == "sqlite":
            broken = await connection.execute(text("PRAGMA foreign_key_check"))
            if tables := sorted({str(row[0]) for row in broken}):
                raise SchemaError(f"rows without what they refer to, in: {', '.join(tables)}")
    if before != after:
        _log.info("the schema went from %s to %s", before or "base", after or "base")


def _run(connection: Connection, change: Callable[[Config], object]) -> None:
    config = _config()
    config.attributes["connection"] = connection
    try:
        change(config)
    except CommandError as error:
        raise SchemaError(str(error)) from error


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    # A percent sign in the path would be taken for a placeholder.
    config.set_main_option("script_location", str(files("migrations")).replace("%", "%%"))
    return config


def _drift(connection: Connection) -> list[str]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    differences: list[Any] = compare_metadata(context, Base.metadata)
    return [_described(difference) for difference in differences]


def _described(difference: Any) -> str:
    """One line for a tuple of Alembic's, or for a list of them that concerns one column."""
    if isinstance(difference, list):
        return "; ".join(_described(part) for part in difference)
    kind, *what = difference
    return f"{kind} {' '.join(str(part) for part in what if part is not None)}"
