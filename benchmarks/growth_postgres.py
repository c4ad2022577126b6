"""What the store's queries cost on PostgreSQL when it is large: each command at two sizes.

Decides how work is counted there and what the report says; the stores are `generated_store`'s,
copied over, the commands `growth_acts`'. Run beside a server of its own, with
`python tools/with_postgres.py python -m benchmarks.growth_postgres`.

The work of a statement is counted in pages of tables and indexes that it touches (EXPLAIN BUFFERS)
and in rows that it reads, those of its triggers and foreign keys among them
(pg_stat_xact_user_tables): both are the same on every machine, however busy.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from benchmarks.generated_store import Extent, fill
from benchmarks.growth import LARGE, SMALL
from benchmarks.growth_acts import ACTS
from benchmarks.growth_record import GROWING, Statement, record
from benchmarks.markdown import table
from benchmarks.pages import write_between_marks
from bot.store import copying
from bot.store.engine import create_engine
from tests.bot.databases import SERVER, postgres_database

_MARK = "growth-postgres"
_WALK = 1000
"""So many rows of a growing table, read one after the other, are a walk through it."""
_EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "
_READ = text(
    "SELECT relname, seq_tup_read, coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables"
)


@dataclass
class Cost:
    """What an act cost."""

    statements: int = 0
    pages: int = 0
    rows: int = 0
    milliseconds: float = 0.0
    scans: list[str] = field(default_factory=list)
    """Tables that were walked through, row after row."""


async def fill_from(file: Path, url: str) -> None:
    """Copies a generated store into an empty database, and has the server learn what is in it, as
    its autovacuum would by itself."""
    await copying.copy(f"sqlite+aiosqlite:///{file}", url)
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.execute(text("VACUUM (ANALYZE)"))


async def costs(url: str) -> dict[str, Cost]:
    """What each act costs in a store, which it leaves as it was."""
    recorded = await record(url, list(ACTS))
    engine = create_engine(url)
    found = {}
    for act, statements in recorded.items():
        async with engine.connect() as connection, connection.begin() as whole:
            found[act] = await _measure(connection, statements)
            await whole.rollback()
    await engine.dispose()
    return found


async def _measure(connection: AsyncConnection, statements: Sequence[Statement]) -> Cost:
    cost = Cost(len(statements))
    for statement in statements:
        before = await _rows_read(connection)
        explained = await connection.exec_driver_sql(_EXPLAIN + statement.sql, statement.parameters)
        (plan,) = explained.scalar_one()
        cost.pages += plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]
        cost.milliseconds += plan["Execution Time"]
        for name, (walked, fetched) in (await _rows_read(connection)).items():
            walked_before, fetched_before = before.get(name, (0, 0))
            cost.rows += walked - walked_before + fetched - fetched_before
            if name in GROWING and walked - walked_before >= _WALK:
                cost.scans.append(name)
    return cost


async def _rows_read(connection: AsyncConnection) -> dict[str, tuple[int, int]]:
    """Of each table, the rows read so far in this transaction: in a walk, and by an index."""
    return {name: (walked, fetched) for name, walked, fetched in await connection.execute(_READ)}


def report(small: dict[str, Cost], large: dict[str, Cost]) -> str:
    """A row for each act."""
    rows = []
    for act, before in small.items():
        after = large[act]
        rows.append(
            (
                act,
                ", ".join(sorted(set(after.scans))) or "–",
                str(after.statements),
                f"{before.rows:,}",
                f"{after.rows:,}",
                f"{before.pages:,}",
                f"{after.pages:,}",
                f"{after.pages / max(1, before.pages):.2f}",
                f"{before.milliseconds:.2f}",
                f"{after.milliseconds:.2f}",
            )
        )
    head = [
        "",
        "walks through",
        "statements",
        "rows",
        "rows",
        "pages",
        "pages",
        "ratio",
        "ms",
        "ms",
    ]
    return table(head, rows, words=2)


async def _cost_of(folder: Path, poems: int) -> dict[str, Cost]:
    file = folder / f"{poems}.db"
    if not file.exists():
        click.echo(f"a store of {poems:,} poems is made", err=True)
        await asyncio.to_thread(fill, file, Extent(poems))
    async with postgres_database() as url:
        click.echo(f"{poems:,} poems are copied", err=True)
        await fill_from(file, url)
        await costs(url)  # pages come into memory
        return await costs(url)


async def _version(server: str) -> str:
    engine = create_async_engine(server, poolclass=NullPool)
    async with engine.connect() as connection:
        return str(await connection.scalar(text("SHOW server_version"))).split()[0]


@click.command()
@click.option("--small", is_flag=True, help="10,000 poems beside 1,000: a quick look.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where stores are kept and found.")
@click.option("--write", type=click.Path(path_type=Path), help="A page to write the report into.")
def main(*, small: bool, folder: Path | None, write: Path | None) -> None:
    """Print what each command costs at two sizes, or write it into a page, between its marks."""
    if SERVER is None:
        raise click.ClickException("no server: run it by tools/with_postgres.py")
    sizes = (SMALL // 10, SMALL) if small else (SMALL, LARGE)
    with tempfile.TemporaryDirectory(prefix="qibu-growth-") as temporary:
        found = [asyncio.run(_cost_of(folder or Path(temporary), one)) for one in sizes]
    first, second = (f"{one:,}" for one in sizes)
    report_text = (
        f"First {first} poems, then {second}, with what goes with them as above; PostgreSQL"
        f" {asyncio.run(_version(SERVER))}. Rows read, pages touched, and the server's time.\n\n"
        f"{report(*found)}"
    )
    print(report_text)
    if write is not None:
        write_between_marks(write, _MARK, report_text)


if __name__ == "__main__":
    main()
