"""The command that looks after the store: `qibu db`.

Decides options and how a result reads; what happens is left to `bot.store`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy.exc import DBAPIError

from bot.settings import Settings
from bot.store import Store, backups, copying, migrate

_T = TypeVar("_T")


@click.group()
def db() -> None:
    """Look after the database that QIBU_DATABASE_URL names.

    \b
    Example:
      qibu db check
    """


@db.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the database up to the newest REVISION, or to the one given.

    \b
    Example:
      qibu db upgrade
    """
    url = Settings().database_url
    run_on_database(migrate.upgrade(url, revision))
    click.echo(f"The database is at {run_on_database(migrate.current(url))}.")


@db.command(context_settings={"ignore_unknown_options": True})
@click.argument("revision", default="-1")
def downgrade(revision: str) -> None:
    """Bring the database one step down, or to REVISION; `base` removes every table.

    What the older version cannot hold is lost: `qibu db backup FILE` first.

    \b
    Example:
      qibu db downgrade
      qibu db downgrade 0001
    """
    url = Settings().database_url
    _must_exist(url)
    if run_on_database(migrate.current(url)) is None:
        raise click.ClickException("the database is at base already: it has no tables")
    run_on_database(migrate.downgrade(url, revision))
    click.echo(
        f"The database is at {run_on_database(migrate.current(url)) or 'base: it has no tables'}."
    )


@db.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Copy the database to FILE, whole and of one moment, while the bot runs.

    FILE is a SQLite database, of PostgreSQL too; `qibu db restore` takes it.

    \b
    Example:
      qibu db backup qibu-2026-01-31.db
    """
    url = Settings().database_url
    _must_exist(url)
    size = run_on_database(copying.backup(url, file))
    click.echo(f"{file}: {size:,} bytes")


@db.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Fill the database with the backup FILE; it must hold no rows yet.

    A backup of an older version is brought to this one; FILE stays as it is.

    \b
    Example:
      qibu db restore qibu-2026-01-31.db
    """
    found = run_on_database(copying.restore(file, Settings().database_url))
    click.echo(f"{_rows(found):,} rows restored, and read back as they were.")


@db.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO", required=False)
def copy(source: str, target: str | None) -> None:
    """Copy every row FROM one database TO another that holds none: SQLite or PostgreSQL.

    Stop the bot first: what it writes afterwards stays behind. FROM and TO are addresses as in
    QIBU_DATABASE_URL, or files; TO is that setting by default. Leave a password out of an address,
    where others on this machine could read it: PGPASSWORD or ~/.pgpass may have it.

    \b
    Example:
      qibu db copy qibu.db postgresql+asyncpg://qibu@localhost/qibu
    """
    here, there = _address(source), _address(target) if target else Settings().database_url
    found = run_on_database(
        copying.copy(here, there, told=lambda table, rows: click.echo(f"{table:<16} {rows:>9,}"))
    )
    click.echo(f"{_rows(found):,} rows copied, and read back as they were.")


@db.command()
def check() -> None:
    """Say whether the database is whole and has the tables this version needs.

    \b
    Example:
      qibu db check
    """
    run_on_database(_check(Settings().database_url))


async def _check(url: str) -> None:
    await _must_be_current(url)
    wrong = [*await backups.damage(url), *await migrate.drift(url)]
    if wrong:
        raise click.ClickException(f"the database is not as it should be: {'; '.join(wrong)}")
    click.echo(f"The database is at {migrate.head()}, whole, and as this version expects it.")


@asynccontextmanager
async def open_store(url: str) -> AsyncIterator[Store]:
    await _must_be_current(url)
    store = Store.open(url)
    try:
        yield store
    finally:
        await store.close()


async def _must_be_current(url: str) -> None:
    _must_exist(url)
    at, head = await migrate.current(url), migrate.head()
    if at != head:
        raise click.ClickException(
            f"the database is at {at or 'base'}, this version needs {head}: run `qibu db upgrade`"
        )


def _must_exist(url: str) -> None:
    # SQLite would make an empty file, which helps nobody.
    if backups.is_missing(url):
        raise click.ClickException(
            f"there is no database {backups.file_of(url)}: run `qibu db upgrade`, or set"
            " QIBU_DATABASE_URL"
        )


def _address(given: str) -> str:
    """The address of a database by its address or its file."""
    drivers = ("sqlite+aiosqlite://", "postgresql+asyncpg://")
    if given.startswith(drivers):
        return given
    if "://" in given:
        raise click.UsageError("an address starts with " + " or ".join(drivers))
    return f"sqlite+aiosqlite:///{given}"


def _rows(found: copying.Contents) -> int:
    return sum(count for count, _ in found.values())


def run_on_database(work: Coroutine[Any, Any, _T]) -> _T:
    """Runs it; a database that cannot be used becomes one line that says what to do."""
    try:
        return asyncio.run(work)
    except (migrate.SchemaError, backups.BackupError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    except (DBAPIError, OSError) as error:
        said = error.orig if isinstance(error, DBAPIError) else error
        raise click.ClickException(
            f"the database of QIBU_DATABASE_URL cannot be used: {said}"
        ) from error
