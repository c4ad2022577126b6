"""`qibu db` and `qibu daily`, as an operator types them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from bot.cli_daily import daily
from bot.cli_store import db
from bot.store import migrate

CHANNEL = "-1001234567890"


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QIBU_DATABASE_URL", "sqlite+aiosqlite:///qibu.db")
    monkeypatch.setenv("QIBU_TIMEZONE", "Asia/Tokyo")


def _run(line: str) -> Result:
    group, *arguments = line.split()
    groups: dict[str, click.Group] = {"db": db, "daily": daily}
    return CliRunner().invoke(groups[group], arguments)


def _done(line: str) -> str:
    result = _run(line)
    assert result.exit_code == 0, result.output
    return result.output


def _refused(line: str, code: int = 1) -> str:
    result = _run(line)
    assert result.exit_code == code, result.output
    assert isinstance(result.exception, SystemExit), "an error of ours, with no traceback"
    return " ".join(result.stderr.split())


def test_the_life_of_a_database() -> None:
    assert "qibu db upgrade" in _refused("db check")
    assert migrate.head() in _done("db upgrade")
    assert migrate.head() in _done("db check")
    assert "bytes" in _done("db backup copy.db")
    assert "copy.db is there already" in _refused("db backup copy.db")
    assert "base" in _done("db downgrade base")
    assert "qibu db upgrade" in _refused("db check")
    assert "base already" in _refused("db downgrade")
    assert "9999" in _refused("db upgrade 9999")
    assert migrate.head() in _done("db upgrade")


@pytest.mark.parametrize(
    "line", ["db check", "db backup copy.db", "db downgrade", "daily list", "daily due"]
)
def test_what_is_not_there_is_not_made(line: str) -> None:
    assert "there is no database qibu.db" in _refused(line)
    assert not list(Path().iterdir())


def test_a_damaged_database_does_not_pass() -> None:
    _done(f"daily add {CHANNEL} --at 08:00")
    with closing(sqlite3.connect("qibu.db")) as connection, connection:
        connection.execute("DROP INDEX ix_ratings_user_id")
    assert "ix_ratings_user_id" in _refused("db check")


def test_an_address_that_leads_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QIBU_DATABASE_URL", "sqlite+aiosqlite:////nowhere/at/all.db")
    assert "no folder /nowhere/at" in _refused("db upgrade")
    monkeypatch.setenv("QIBU_DATABASE_URL", "postgresql+asyncpg://u:secret@127.0.0.1:1/qibu")
    said = _refused("db check")
    assert "QIBU_DATABASE_URL" in said
    assert "secret" not in said
    said = _refused("db backup copy")
    assert "QIBU_DATABASE_URL" in said
    assert "secret" not in said
    assert not list(Path().glob("*copy*"))


def test_chats_come_and_go() -> None:
    _done("db upgrade")
    row = _done(f"daily add {CHANNEL} --at 08:00 --tz Europe/Berlin --language zh-Hant")
    assert row.split() == [CHANNEL, "08:00", "Europe/Berlin", "active", CHANNEL]
    assert "Asia/Tokyo" in _done("daily add 5 --at 7:30"), "the zone of the settings"
    assert [line.split()[:2] for line in _done("daily list").splitlines()] == [
        ["5", "07:30"],
        [CHANNEL, "08:00"],
    ]
    _done(f"daily add {CHANNEL} --at 21:15 --tz UTC")
    assert [line.split()[1] for line in _done("daily list").splitlines()] == ["07:30", "21:15"]
    with closing(sqlite3.connect("qibu.db")) as connection:
        rows = connection.execute("SELECT id, kind, language, script FROM chats ORDER BY id")
        assert rows.fetchall() == [
            (int(CHANNEL), "channel", "zh-Hant", "traditional"),
            (5, "private", None, "simplified"),
        ]
    _done(f"daily remove {CHANNEL}")
    assert "has no poem of the day" in _refused(f"daily remove {CHANNEL}")
    assert _done("daily list").split()[0] == "5"


def test_the_first_chat_makes_the_database() -> None:
    result = _run(f"daily add {CHANNEL} --at 08:00")
    assert "qibu.db" in result.stderr
    assert migrate.head() in _done("db check")


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("daily add 5 --at 8:61", "--at"),
        ("daily add 5 --at noon", "--at"),
        ("daily add 5 --at 08:00 --tz Mars/Base", "--tz"),
        ("daily add 5 --at 08:00 --language klingon", "--language"),
        ("daily add @channel --at 08:00", "CHAT"),
        ("daily add 5", "--at"),
    ],
)
def test_a_slip_of_the_pen(line: str, names: str) -> None:
    assert names in _refused(line, 2)


def test_who_is_due_and_why_not() -> None:
    now = datetime.now(UTC)

    def at(hours: float) -> str:
        return (now + timedelta(hours=hours)).strftime("%H:%M")

    _done(f"daily add 1 --tz UTC --at {at(-1)}")
    _done(f"daily add 2 --tz UTC --at {at(-5)}")
    _done(f"daily add 3 --tz UTC --at {at(2)}")
    _done(f"daily add 4 --tz UTC --at {at(-1)}")
    _done(f"daily add 6 --tz UTC --at {at(-1)}")
    with closing(sqlite3.connect("qibu.db")) as connection, connection:
        connection.execute("UPDATE chats SET state = 'dead' WHERE id = 4")
        day = (now - timedelta(hours=1)).date()
        connection.execute(
            "INSERT INTO deliveries (chat_id, local_date, state, attempt, changed_at, why)"
            " VALUES (6, ?, 'unknown', 1, '2026-01-01 00:00:00.000000', 'timed out')",
            (str(day),),
        )
    lines = {line.split()[0]: line for line in _done("daily due").splitlines()}
    assert f"  due for {day}" in lines["1"]
    assert "not due:" in lines["2"]
    assert f"next {(now + timedelta(hours=2)):%Y-%m-%d %H:%M}" in lines["3"]
    assert "the chat is dead" in lines["4"]
    assert f"not due: unknown for {day} (timed out)" in lines["6"]


def test_a_backup_is_restored_where_nothing_is(monkeypatch: pytest.MonkeyPatch) -> None:
    _done(f"daily add {CHANNEL} --at 08:00")
    _done("db backup backup.db")
    assert "has rows in" in _refused("db restore backup.db")
    monkeypatch.setenv("QIBU_DATABASE_URL", "sqlite+aiosqlite:///new.db")
    assert "no file" in _refused("db restore nothing.db")
    assert "1 rows restored" in _done("db restore backup.db")
    assert _done("daily list").split()[0] == CHANNEL
    assert "whole" in _done("db check")


def test_everything_goes_to_another_database() -> None:
    _done(f"daily add {CHANNEL} --at 08:00")
    assert "1 rows copied" in _done("db copy qibu.db other.db")
    assert "has rows in chats" in _refused("db copy qibu.db other.db")
    assert "1 rows copied" in _done("db copy sqlite+aiosqlite:///other.db third.db")
    assert "no database nothing.db" in _refused("db copy nothing.db fourth.db")
    assert "address" in _refused("db copy mysql://here there.db", 2)
    assert not Path("fourth.db").exists()


def test_why_a_chat_got_no_poem() -> None:
    now = datetime.now(UTC)
    late, soon = ((now + timedelta(hours=h)).strftime("%H:%M") for h in (-1, 2))
    _done(f"daily add 1 --tz UTC --at {late}")
    _done(f"daily add 2 --tz UTC --at {soon}")
    assert "is one running" in _done(f"daily why 1 {(now - timedelta(hours=1)).date()}")
    assert "not due yet" in _done(f"daily why 2 {(now + timedelta(hours=2)).date()}")
    assert "too late" in _done("daily why 1 2026-01-31")
    assert "unknown" in _done("daily why 3 yesterday")
    assert "no date" in _refused("daily why 1 someday", 2)


@pytest.mark.parametrize("group", [db, daily])
def test_every_command_shows_an_example(group: click.Group) -> None:
    for name in group.commands:
        assert "Example:" in CliRunner().invoke(group, [name, "--help"]).output
