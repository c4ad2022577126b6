"""What is known of a person: all of it is handed over, and all of it goes.

Both are read off the tables and the files themselves: a table that comes later counts, too.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select

from bot import texts
from bot.pages import talk
from bot.pages.page import Reader
from bot.store import Store, backups
from bot.store.engine import create_engine
from bot.store.tables import Base
from model.verse import Script
from tests.bot.databases import SERVER
from tests.bot.life import ID, KEY, NAME, WORDS, Life
from tests.bot.worker import LocalWorker
from tests.telegram import FakeTelegram

DERIVED = {"standings": "what poems, ratings and reactions say, by triggers"}
"""Tables that repeat what others have."""
NEVER_TOLD = {
    ("chats", "daily_of"): "the date of the last daily poem that was sent stands for it",
    ("poems", "id"): "the public id stands for it",
    ("poems", "parent_id"): "likewise",
    ("poems", "latent"): "told in digits, for people",
    ("ratings", "poem_id"): "the public id of the verse stands for it",
    ("favourites", "poem_id"): "likewise",
    ("taste_ratings", "poem_id"): "likewise",
    ("deliveries", "id"): "a number within the database",
    ("deliveries", "poem_id"): "the public id of the verse stands for it",
    ("deliveries", "attempt"): "how often it was tried to send",
    ("deliveries", "not_before"): "when it is tried again",
    ("deliveries", "expires_at"): "until when",
    ("tastes", "space"): "for which poet it was learnt",
    ("tastes", "evidence"): "told as what is liked",
    ("tastes", "voice"): "likewise",
    ("tastes", "revision"): "a number within the database",
    ("updates", "payload"): "told as the JSON that it is",
    ("updates", "owner"): "which bot answers it",
    ("updates", "beat"): "whether that bot lives",
    ("updates", "attempt"): "how often bots died over it",
    ("updates", "state"): "it is being answered",
    ("updates", "changed_at"): "since when",
}
"""Columns whose values are not in the export as they are, and why."""


@pytest.fixture
def worker() -> Iterator[LocalWorker]:
    with LocalWorker(KEY).serving() as worker:
        yield worker


@pytest.fixture
async def life(store: Store, worker: LocalWorker) -> AsyncIterator[Life]:
    life = Life(FakeTelegram(inline_mode=True, inline_feedback=True), store)
    async with life.open(worker):
        await life.is_lived()
        yield life


async def rows_of(database_url: str) -> list[tuple[Table, dict[str, Any]]]:
    """Every row of every table, with values as the models have them."""
    engine = create_engine(database_url)
    found = []
    async with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            rows = await connection.execute(select(table))
            found += [(table, dict(row._mapping)) for row in rows]
    await engine.dispose()
    return found


def leaves(value: Any) -> Iterator[Any]:
    """Everything that stands in a piece of JSON."""
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from leaves(part)
    else:
        yield value


def plain(value: Any) -> Any:
    """A value of a column as JSON has it."""
    return value.isoformat() if isinstance(value, date | datetime | time) else value


async def test_an_export_has_every_row_in_which_a_person_stands(
    life: Life, database_url: str
) -> None:
    document = (await life.ada.asks("/export")).document
    assert document is not None
    told = set(leaves(json.loads(life.telegram.files[document])))
    concerned = [
        (table, row)
        for table, row in await rows_of(database_url)
        if ID in row.values() and table.name not in DERIVED
    ]
    seen = {table.name for table, _ in concerned}
    untold = {
        f"{table.name}.{column}"
        for table, row in concerned
        for column, value in row.items()
        if (table.name, column) not in NEVER_TOLD and value != ID and plain(value) not in told
    }
    assert not untold, "the export tells nothing of these"
    assert seen >= {
        *("users", "chats", "poems", "ratings", "favourites", "deliveries", "tastes"),
        "taste_ratings",
    }


async def test_what_is_forgotten_stands_in_no_row_and_no_byte(
    life: Life, store: Store, database_url: str, tmp_path: Path
) -> None:
    files = [backups.file_of(database_url)] if SERVER is None else []
    before = sum(_finds(file) for file in _beside(files))
    assert not files or before, "the search finds what is there"
    poems = len([row for table, row in await rows_of(database_url) if table.name == "poems"])
    question = await life.ada.asks("/forget")
    await life.presses(question, f"f1:{ID}:yes")

    left = await rows_of(database_url)
    for table, row in left:
        for column, value in row.items():
            found = [one for one in (*WORDS, str(ID), NAME) if one in str(value)]
            assert not found, (table.name, column, value)
    assert 0 < len([row for table, row in left if table.name == "poems"]) < poems

    await store.sweep()  # as each minute
    if files:
        await backups.backup(database_url, tmp_path / "copy.db")
        for file in _beside([*files, tmp_path / "copy.db"]):
            assert not _finds(file), file.name


@pytest.mark.parametrize(
    ("days", "promise"), [(None, "as long as the verse"), (1, "for 1 day\n"), (30, "for 30 days\n")]
)
def test_it_is_told_for_how_long_words_are_kept(days: int | None, promise: str) -> None:
    reader = Reader.of(texts.load().for_language("en"), Script.SIMPLIFIED)
    assert promise in talk.privacy(reader, days).text


def _beside(files: list[Path | None]) -> list[Path]:
    """These files, and what SQLite keeps beside them."""
    return [one for file in files if file is not None for one in file.parent.glob(f"{file.name}*")]


def _finds(file: Path) -> int:
    """How often the bytes of a file tell of Ada: in any way in which SQLite or JSON write."""
    varint = bytes((ID >> shift & 0x7F) | 0x80 * (shift > 0) for shift in (28, 21, 14, 7, 0))
    words = [NAME, str(ID), *WORDS, *(word.rstrip("。").replace("，", "") for word in WORDS)]
    needles = {ID.to_bytes(6, "big"), varint, *(word.encode() for word in words)}
    needles |= {json.dumps(word)[1:-1].encode() for word in words}
    content = file.read_bytes()
    return sum(needle in content for needle in needles)
