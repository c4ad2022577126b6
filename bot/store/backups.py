"""Copies of a SQLite database, and whether it is whole.

Decides how a copy is taken while others write; where copies go and how many are kept is left to
whoever asks.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.store.engine import BUSY_SECONDS


class BackupError(Exception):
    """There can be no copy; `str()` says why and what to do."""


def file_of(database_url: str) -> Path | None:
    """The file of a SQLite database; None for any other."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    return Path(url.database)


def is_missing(database_url: str) -> bool:
    """Whether it is a SQLite database that nobody made yet."""
    file = file_of(database_url)
    return file is not None and not file.exists()


async def backup(database_url: str, copy: Path) -> int:
    """Copies a SQLite database as it is at one moment, whoever writes meanwhile; the copy's bytes.

    Raises BackupError if the file is there already.
    """
    file = file_of(database_url)
    assert file is not None, "other databases are copied by rows"
    return await asyncio.to_thread(_copy, file, copy)


async def damage(database_url: str) -> list[str]:
    """What SQLite finds broken in its own file; for other databases that is their servers' work."""
    file = file_of(database_url)
    return [] if file is None else await asyncio.to_thread(_damage, file)


def _copy(file: Path, copy: Path) -> int:
    if copy.exists():
        raise BackupError(f"{copy} is there already: name another file")
    # Under another name until it is whole, so that a copy with its own name can be trusted.
    part = copy.with_name(f"{copy.name}.part")
    try:
        with closing(_open(file)) as source, closing(sqlite3.connect(part)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
        part.rename(copy)
    except sqlite3.Error as error:
        raise BackupError(f"{file} cannot be copied to {copy}: {error}") from error
    finally:
        part.unlink(missing_ok=True)
    return copy.stat().st_size


def _damage(file: Path) -> list[str]:
    with closing(_open(file)) as connection:
        found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
        orphans = connection.execute("PRAGMA foreign_key_check").fetchall()
    lost = [f"{table} row {row} refers to no {other}" for table, row, other, _ in orphans]
    return [line for line in found if line != "ok"] + lost


def _open(file: Path) -> sqlite3.Connection:
    address = f"{file.absolute().as_uri()}?mode=rw"  # never makes a new database
    return sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS)
