"""Connections and transactions, on SQLite and PostgreSQL.

Decides how a transaction begins and what each connection is told first; what happens inside a
transaction is left to the modules beside this one.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from bot.store.tables import Base

Clock = Callable[[], datetime]
"""The time now, aware, in UTC."""

BUSY_SECONDS = 15
"""How long a writer waits for another process to finish writing, on SQLite."""
PORTION = 1000
"""Rows that a sweep changes in one transaction: whoever waits to write waits no longer for it."""

_SWEEP_SECONDS = 1.0
"""How long emptying the log waits for those who use it."""
_KIND = "qibu_transaction"
"""What a transaction on SQLite begins with; nothing: each statement is one by itself."""


def create_engine(database_url: str, *, foreign_keys: bool = True) -> AsyncEngine:
    """An engine whose transactions mean the same on both databases.

    Raises ValueError for a SQLite file in a folder that is not there, and for a database in memory:
    each connection would see another one.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite":
        return create_async_engine(url, pool_pre_ping=True, hide_parameters=True)
    if url.database in (None, "", ":memory:"):
        raise ValueError("the database needs a file, for example sqlite+aiosqlite:///qibu.db")
    folder = Path(url.database).absolute().parent
    if not folder.is_dir():
        raise ValueError(
            f"there is no folder {folder} for the database: make it, or set QIBU_DATABASE_URL"
        )
    engine = create_async_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _tell(foreign_keys))
    event.listen(engine.sync_engine, "begin", _begin)
    return engine


def writing(engine: AsyncEngine) -> AsyncEngine:
    """The same engine, for transactions that write."""
    return engine.execution_options(**{_KIND: "BEGIN IMMEDIATE"})


def at_one_moment(engine: AsyncEngine) -> AsyncEngine:
    """The same engine, for transactions whose statements all see the things of one moment; those of
    PostgreSQL see each commit as it comes otherwise."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ")


def _tell(foreign_keys: bool) -> Callable[[Any, object], None]:
    def connected(connection: Any, _: object) -> None:
        connection.isolation_level = None  # sqlite3 begins nothing by itself: _begin does
        cursor = connection.cursor()
        # WAL lets readers go on while one writes. `synchronous` stays FULL, its default: that a
        # post is under way must be on the disk before the request leaves.
        cursor.execute("PRAGMA journal_mode = WAL")
        # What is removed is overwritten, and not just marked as free.
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        cursor.close()

    return connected


def _begin(connection: Connection) -> None:
    # A transaction that reads first and then writes fails at once, without waiting, if another
    # process wrote in between; who means to write therefore takes the lock at the start.
    statement = connection.get_execution_options().get(_KIND, "BEGIN")
    if statement:
        connection.exec_driver_sql(statement)


class Database:
    """Transactions on one database, each its own session."""

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self.now = clock
        self._engine = engine
        self._writing = writing(engine)
        self.is_sqlite = engine.dialect.name == "sqlite"
        # The thread of a connection is woken for every BEGIN, too: most looks are one statement.
        self._looking = engine.execution_options(**{_KIND: ""})
        self._snapshots = at_one_moment(engine)
        # SQLite has one writer at a time and lets those who wait try again at random; in this
        # process they stand in line instead.
        self._turn: AbstractAsyncContextManager[Any] = (
            asyncio.Lock() if self.is_sqlite else nullcontext()
        )

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Looks at things, each statement at those of its own moment; changes nothing."""
        async with AsyncSession(self._looking) as session:
            yield session

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncSession]:
        """The same, but all statements see the things of one moment."""
        async with AsyncSession(self._snapshots) as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A transaction that is committed at the end, or undone by an exception."""
        async with (
            self._turn,
            AsyncSession(self._writing, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def insert(self, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
        """An INSERT that can be told what to do about a conflict."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    async def sweep(self) -> None:
        """Empties SQLite's log of changes, in which what was removed still stands; what somebody
        reads at this moment stays until the next time. PostgreSQL's server cleans up by itself."""
        if self.is_sqlite:
            assert self._engine.url.database is not None, "SQLite has a file"
            async with self._turn:
                await asyncio.to_thread(_empty_log, Path(self._engine.url.database))

    async def close(self) -> None:
        """Closes every connection."""
        await self._engine.dispose()


def _empty_log(file: Path) -> None:
    address = f"{file.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(address, uri=True, timeout=_SWEEP_SECONDS)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
