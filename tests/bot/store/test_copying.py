"""Everything from one database to another and back, and backups of one that is in use."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.store import Arrival, Lesson, Store, copying, migrate
from bot.store.backups import BackupError
from bot.store.copying import CopyError, contents, copy
from bot.store.engine import create_engine, writing
from model.verse import Script
from tests.bot.databases import SERVER, new_poem, postgres_database, rated, sqlite_in
from tests.bot.rows import columns, fill

MOMENT = datetime(2026, 3, 1, 23, 59, 59, 999_999, tzinfo=UTC)


async def _fill(store: Store, url: str) -> None:
    """Something in every table, with what is hard to carry: emoji, quotes, both scripts, floats."""
    await store.users.ensure(7, "zh-hans")
    await store.chats.ensure(7, "private", "", zone="UTC")
    await store.chats.ensure(
        -1_001_234_567_890, "channel", "诗 '\"; --\\ 🎋\u200f", zone="Asia/Tokyo"
    )
    await store.chats.set_daily(-1_001_234_567_890, time(23, 59), "Pacific/Chatham", 2**40)
    await store.chats.set_language(7, "zh-Hant", Script.TRADITIONAL)
    poem = await rated(store, [5, 4, 1], new_poem(user_id=7, chat_id=7, seed_text="明月\n🌕" * 300))
    await rated(store, [3], new_poem("海內存知己，天涯若比鄰。", score=-1e-300, public=False))
    await store.deliveries.record(7, 1, [poem.public_id])
    claim = await store.deliveries.claim(7, date(2026, 5, 1), MOMENT + timedelta(hours=3), MOMENT)
    assert claim is not None
    await store.deliveries.retry(claim, MOMENT, "later ’…", MOMENT)
    await store.tastes.agree(7)
    lesson = Lesson("poet 1", b"\x00\xff'", b"\x80", 1)
    await store.tastes.rate(7, 7, poem.public_id, 5, lambda *_: lesson)
    arrivals = [Arrival(2**60, -1_001_234_567_890, '{"text": "白日 🌞"}'), Arrival(1, 7, "{}")]
    await store.updates.add(arrivals, "somebody", 10)
    engine = create_engine(url)
    async with writing(engine).begin() as connection:
        known = await connection.run_sync(columns)
        for number in (101, 102):
            await connection.run_sync(fill, known, number)
    await engine.dispose()


@pytest.fixture
def elsewhere(tmp_path: Path) -> str:
    """A SQLite file that is not there yet: on PostgreSQL, a database of the other kind."""
    return f"sqlite+aiosqlite:///{tmp_path / 'elsewhere.db'}"


async def test_every_row_of_every_table_goes_there_and_back(
    store: Store, database_url: str, elsewhere: str, tmp_path: Path
) -> None:
    await _fill(store, database_url)
    before = await contents(database_url)
    assert all(count for count, _ in before.values()), f"an empty table proves nothing: {before}"
    told: dict[str, int] = {}
    assert await copy(database_url, elsewhere, told=told.__setitem__) == before
    assert told == {name: count for name, (count, _) in before.items()}
    assert await contents(elsewhere) == before

    async with contextlib.AsyncExitStack() as opened:
        back = (
            f"sqlite+aiosqlite:///{tmp_path / 'back.db'}"
            if SERVER is None
            else await opened.enter_async_context(postgres_database())
        )
        assert await copy(elsewhere, back) == before
        assert await contents(back) == before
        assert await migrate.drift(back) == []
        again = Store.open(back)
        assert (await again.poems.add(new_poem())).id == 103, "ids go on where they were"
        await again.close()
    assert await contents(database_url) == before, "nothing was taken away"


async def test_an_id_that_was_given_and_is_gone_is_not_given_again(
    store: Store, database_url: str, elsewhere: str
) -> None:
    await store.users.ensure(7, None)
    await store.chats.ensure(7, "private", "", zone="UTC")
    last = await store.deliveries.claim(7, date(2026, 5, 1), MOMENT, MOMENT)
    assert last is not None
    await store.users.forget(7)
    await copy(database_url, elsewhere)
    copied = Store.open(elsewhere)
    await copied.chats.ensure(8, "private", "", zone="UTC")
    first = await copied.deliveries.claim(8, date(2026, 5, 1), MOMENT, MOMENT)
    await copied.close()
    assert first is not None
    assert first.delivery_id > last.delivery_id


async def test_a_target_that_holds_a_row_is_left_alone(
    store: Store, database_url: str, elsewhere: str
) -> None:
    await store.users.ensure(7, None)
    await migrate.upgrade(elsewhere)
    other = Store.open(elsewhere)
    await other.chats.ensure(1, "private", "", zone="UTC")
    await other.close()
    before = await contents(elsewhere)
    with pytest.raises(CopyError, match="has rows in chats"):
        await copy(database_url, elsewhere)
    assert await contents(elsewhere) == before


async def test_what_fails_leaves_nothing(
    store: Store, database_url: str, elsewhere: str, tmp_path: Path
) -> None:
    await _fill(store, database_url)

    def interrupt(table: str, _: int) -> None:
        if table == "ratings":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await copy(database_url, elsewhere, told=interrupt)
    assert not (tmp_path / "elsewhere.db").exists()
    await migrate.downgrade(database_url, "0001")
    with pytest.raises(CopyError, match="qibu db upgrade"):
        await copy(database_url, elsewhere)


async def test_a_backup_under_writes_restores_to_what_was_committed(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    """Each poem is committed with its writer before its rating: a copy is of one moment."""
    await _fill(store, database_url)
    await store.users.ensure(1, None)
    kept: list[str] = []
    before = await contents(database_url)
    none_lacking = before["poems"][0] - before["ratings"][0]

    async def write() -> None:
        while True:
            poem = await store.poems.add(new_poem(f"verse {len(kept)}", user_id=1))
            await store.ratings.rate(1, poem.public_id, 1 + len(kept) % 5)
            kept.append(poem.public_id)
            await asyncio.sleep(0)

    writing_ = asyncio.create_task(write())
    for number in range(3):
        while len(kept) < 10 * (number + 1):
            await asyncio.sleep(0.01)
        committed = list(kept)
        file = tmp_path / f"backup {number}.db"
        assert await copying.backup(database_url, file) == file.stat().st_size
        folder = tmp_path / f"new {number}"
        folder.mkdir()
        target = sqlite_in(folder)
        restored = await copying.restore(file, target)
        assert restored == await contents(f"sqlite+aiosqlite:///{file}") == await contents(target)
        copied = Store.open(target)
        for public_id in committed:
            poem = await copied.poems.get(public_id)
            assert poem == await store.poems.get(public_id)
            assert (await copied.ratings.summary(public_id)).count == 1
        lacking = restored["poems"][0] - restored["ratings"][0]
        assert lacking - none_lacking in (0, 1), "at most the last one's rating"
        await copied.close()
    writing_.cancel()
    await asyncio.gather(writing_, return_exceptions=True)
    with pytest.raises(BackupError, match="there already"):
        await copying.backup(database_url, file)


async def test_a_backup_of_an_older_version_is_restored(tmp_path: Path) -> None:
    old, new = f"sqlite+aiosqlite:///{tmp_path / 'old.db'}", f"sqlite+aiosqlite:///{tmp_path / 'n'}"
    await migrate.upgrade(old)
    store = Store.open(old)
    poem = await store.poems.add(new_poem())
    await store.close()
    await migrate.downgrade(old, "0001")
    backup = tmp_path / "backup.db"
    await copying.backup(old, backup)
    await copying.restore(backup, new)
    store = Store.open(new)
    assert await store.poems.get(poem.public_id) == poem
    await store.close()
    assert await migrate.current(f"sqlite+aiosqlite:///{backup}") == "0001", "the file stays"
