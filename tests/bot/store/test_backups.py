"""Copies of a database that is in use."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.store import Store, backups
from tests.bot.databases import SERVER, new_poem

pytestmark = pytest.mark.skipif(SERVER is not None, reason="SQLite only")


async def test_a_copy_is_of_one_moment_while_others_write(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    """Each poem comes with its delivery in a later transaction: a copy may lack the last one."""
    await store.chats.ensure(-5, "group", "friends", zone="UTC")

    async def write() -> None:
        for number in range(400):
            poem = await store.poems.add(new_poem(f"verse {number}", chat_id=-5))
            await store.deliveries.record(-5, number, [poem.public_id])

    writing = asyncio.create_task(write())
    counts = []
    for number in range(4):
        copy = tmp_path / f"copy {number}.db"
        assert await backups.backup(database_url, copy) == copy.stat().st_size
        with closing(sqlite3.connect(copy)) as connection:
            (poems,) = connection.execute("SELECT count(*) FROM poems").fetchone()
            (deliveries,) = connection.execute("SELECT count(*) FROM deliveries").fetchone()
        assert poems - deliveries in (0, 1)
        counts.append(poems)
    assert counts == sorted(counts)
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    assert await backups.damage(f"sqlite+aiosqlite:///{copy}") == []


async def test_a_copy_is_a_store_in_one_file(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    poem = await store.poems.add(new_poem())
    folder = tmp_path / "copies"
    folder.mkdir()
    await backups.backup(database_url, folder / "copy.db")
    assert _names(folder) == ["copy.db"]
    copied = Store.open(f"sqlite+aiosqlite:///{folder / 'copy.db'}")
    assert await copied.poems.get(poem.public_id) == poem
    await copied.close()


async def test_nothing_is_overwritten_and_nothing_half_done_is_left(
    database_url: str, tmp_path: Path
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("precious")
    with pytest.raises(backups.BackupError, match="there already"):
        await backups.backup(database_url, taken)
    assert taken.read_text() == "precious"

    broken = tmp_path / "broken.db"
    broken.write_bytes(b"no database at all" * 1000)
    with pytest.raises(backups.BackupError):
        await backups.backup(f"sqlite+aiosqlite:///{broken}", tmp_path / "copy.db")
    assert not any(name.startswith("copy.db") for name in _names(tmp_path))


async def test_damage_is_found(store: Store, database_url: str, tmp_path: Path) -> None:
    await store.chats.ensure(-5, "group", "friends", zone="UTC")
    await store.poems.add(new_poem(chat_id=-5))
    with closing(sqlite3.connect(tmp_path / "qibu.db")) as connection, connection:
        connection.execute("DELETE FROM chats")  # sqlite3 alone minds no foreign keys
    (line,) = await backups.damage(database_url)
    assert "poems" in line
    assert "chats" in line


def _names(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]
