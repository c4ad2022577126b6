"""Everything from one database to another, of either kind.

Decides that all of it arrives or nothing, and that it is read back and compared before it counts;
bringing schemas up to date is left to `bot.store.migrate`.
"""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from sqlalchemy import Table, TextClause, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import backups, migrate
from bot.store.backups import BackupError, file_of, is_missing
from bot.store.engine import at_one_moment, create_engine
from bot.store.migrate import schema_connection
from bot.store.tables import Base

Contents = dict[str, tuple[int, str]]
"""Of each table how many rows it has, and a digest of all they hold."""

_BATCH = 1000
_COUNTED = ("poems", "deliveries")
"""Tables whose ids the database counts, and must go on counting where it was."""
_DERIVED = ("standings",)
"""Tables that triggers fill, from what is copied; they are compared at the end."""
_KEPT_BY_SQLITE = ("deliveries",)
"""Of those, the ones whose ids SQLite never gives again; of others it looks at the largest."""


class CopyError(BackupError):
    """Nothing was copied; `str()` says why and what to do."""


async def copy(
    source: str, target: str, *, told: Callable[[str, int], None] = lambda _table, _rows: None
) -> Contents:
    """Copies every row of a database, as it is at one moment, into one that holds none.

    The target gets its tables here. `told` hears each table and how many rows it had. Raises
    CopyError if the target holds rows, or the source is of another version.
    """
    if is_missing(source):
        raise CopyError(f"there is no database {file_of(source)}")
    at, head = await migrate.current(source), migrate.head()
    if at != head:
        raise CopyError(
            f"the database to copy is at {at or 'base'}, this version needs {head}: bring it there"
            " with `qibu db upgrade`"
        )
    made = is_missing(target)
    if not made and (version := await migrate.current(target)) not in (None, head):
        raise CopyError(
            f"the database to fill is at {version}, this version needs {head}: run"
            " `qibu db upgrade` on it"
        )
    try:
        await migrate.upgrade(target)
        return await _copy(source, target, told)
    except BaseException:
        if made:
            _remove(target)
        raise


async def restore(file: Path, target: str) -> Contents:
    """Copies a backup, which may be of an older version, into a database that holds no rows; the
    file stays as it is. Raises CopyError as `copy`."""
    if not await asyncio.to_thread(file.is_file):
        raise CopyError(f"there is no file {file}")
    with tempfile.TemporaryDirectory(prefix="qibu-restore-") as folder:
        copied = Path(folder) / "backup.db"
        shutil.copyfile(file, copied)
        url = f"sqlite+aiosqlite:///{copied}"
        await migrate.upgrade(url)
        return await copy(url, target)


async def backup(database_url: str, file: Path) -> int:
    """Copies a database, of either kind, as it is at one moment into a new SQLite file; its bytes.

    Raises BackupError if the file is there already.
    """
    if file_of(database_url) is not None:
        return await backups.backup(database_url, file)
    with tempfile.TemporaryDirectory(prefix=".qibu-backup-", dir=file.parent) as folder:
        rows = f"sqlite+aiosqlite:///{Path(folder) / 'rows.db'}"
        await copy(database_url, rows)
        return await backups.backup(rows, file)


async def contents(database_url: str) -> Contents:
    """What a database holds: the same for two that hold the same, of whichever kind."""
    engine = create_engine(database_url)
    try:
        async with engine.connect() as connection:
            return {table.name: await _digest(connection, table) for table in _tables()}
    finally:
        await engine.dispose()


async def _copy(source: str, target: str, told: Callable[[str, int], None]) -> Contents:
    engine = at_one_moment(create_engine(source))
    try:
        async with engine.connect() as reading, schema_connection(target) as writing:
            for table in _tables():
                if await writing.scalar(select(func.count()).select_from(table)):
                    raise CopyError(
                        f"the database to fill has rows in {table.name}: name an empty one"
                    )
            found: Contents = {}
            for table in sorted(_tables(), key=lambda table: table.name in _DERIVED):
                if table.name not in _DERIVED:
                    async for batch in _batches(reading, table):
                        await writing.execute(insert(table), batch)
                found[table.name] = await _digest(reading, table)
                if await _digest(writing, table) != found[table.name]:
                    raise CopyError(
                        f"{table.name} cannot be read back as it was written; nothing was copied"
                    )
                told(table.name, found[table.name][0])
            for name in _COUNTED:
                await _go_on_counting(writing, name, await _counted_to(reading, name))
            return found
    finally:
        await engine.dispose()


def _tables() -> list[Table]:
    """Those that others refer to first."""
    return Base.metadata.sorted_tables


async def _batches(
    connection: AsyncConnection, table: Table
) -> AsyncIterator[list[dict[str, object]]]:
    """Rows in the order of their keys: a variation comes after its original."""
    query = select(table).order_by(*table.primary_key.columns)
    rows = await connection.stream(query.execution_options(yield_per=_BATCH))
    async for part in rows.mappings().partitions():
        yield [dict(row) for row in part]


async def _digest(connection: AsyncConnection, table: Table) -> tuple[int, str]:
    digest, count = hashlib.sha256(), 0
    async for batch in _batches(connection, table):
        count += len(batch)
        for row in batch:
            digest.update(repr(list(row.values())).encode())
    return count, digest.hexdigest()


async def _counted_to(connection: AsyncConnection, table: str) -> int:
    """The last id that was given, though its row may be gone: a claim names its row by it."""
    largest = await connection.scalar(text(f"SELECT max(id) FROM {table}")) or 0
    if connection.dialect.name == "postgresql":
        sequence = await connection.scalar(_sequence(table))
        last = await connection.scalar(text(f"SELECT last_value FROM {sequence} WHERE is_called"))
    else:
        last = await connection.scalar(_counter(table))
    return max(largest, last or 0)


async def _go_on_counting(connection: AsyncConnection, table: str, last: int) -> None:
    if not last:
        return
    if connection.dialect.name == "postgresql":
        sequence = await connection.scalar(_sequence(table))
        await connection.execute(text(f"SELECT setval('{sequence}', {last})"))
    elif table in _KEPT_BY_SQLITE:
        for statement in (
            f"DELETE FROM sqlite_sequence WHERE name = '{table}'",
            f"INSERT INTO sqlite_sequence (name, seq) VALUES ('{table}', {last})",
        ):
            await connection.execute(text(statement))


def _sequence(table: str) -> TextClause:
    return text(f"SELECT pg_get_serial_sequence('{table}', 'id')")


def _counter(table: str) -> TextClause:
    return text(f"SELECT seq FROM sqlite_sequence WHERE name = '{table}'")


def _remove(database_url: str) -> None:
    """Takes back a SQLite file that was made for nothing."""
    file = file_of(database_url)
    if file is not None:
        for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
            file.with_name(name).unlink(missing_ok=True)
