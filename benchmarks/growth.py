"""What the store's queries cost when it is large: each command at two sizes.

Decides how the work of a query is measured and what the report says; the stores are
`generated_store`'s, the commands `growth_acts`'. SQLite. Run as `python -m benchmarks.growth`.

The work of a statement is counted in steps of SQLite's virtual machine, which are the same on every
machine however busy, and in processor time.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click

from benchmarks.generated_store import Extent, fill
from benchmarks.growth_acts import ACTS
from benchmarks.growth_record import GROWING, Statement, record
from benchmarks.markdown import table
from benchmarks.pages import write_between_marks

SMALL, LARGE = 10_000, 1_000_000
_STEPS = 20
"""Steps of the machine between two looks."""
_REPEATS = 5
_MARK = "growth"
_ALIAS = re.compile(r'\b(\w+) AS "?(\w+)"?')
_SCAN = re.compile(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?")


@dataclass
class Cost:
    """What an act cost."""

    statements: int = 0
    steps: int = 0
    milliseconds: float = 0.0
    scans: list[str] = field(default_factory=list)
    """Tables that were walked through, row after row."""
    indexes: set[str] = field(default_factory=set)


def measure(file: Path, statements: Sequence[Statement], repeats: int) -> Cost:
    """What these statements cost now, one after the other, undone at the end."""
    cost = Cost(len(statements))
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("BEGIN IMMEDIATE")
        for statement in statements:
            plan = connection.execute(
                f"EXPLAIN QUERY PLAN {statement.sql}", statement.parameters
            ).fetchall()
            cost.scans += scans(statement.sql, [row[3] for row in plan])
            cost.indexes |= {name for row in plan for name in re.findall(r"INDEX (\w+)", row[3])}
            times = []
            for number in range(repeats):
                connection.execute("SAVEPOINT act")
                begun = time.thread_time()
                connection.execute(statement.sql, statement.parameters).fetchall()
                times.append(1000 * (time.thread_time() - begun))
                last = number == repeats - 1
                connection.execute("RELEASE act" if last else "ROLLBACK TO act")
            cost.milliseconds += statistics.median(times)
        connection.execute("ROLLBACK")
        cost.steps = _steps(connection, statements)
    return cost


def _steps(connection: sqlite3.Connection, statements: Sequence[Statement]) -> int:
    taken = 0

    def step() -> int:
        nonlocal taken
        taken += 1
        return 0

    connection.execute("BEGIN IMMEDIATE")
    connection.set_progress_handler(step, _STEPS)
    for statement in statements:
        connection.execute(statement.sql, statement.parameters).fetchall()
    connection.set_progress_handler(None, 0)
    connection.execute("ROLLBACK")
    return taken * _STEPS


@contextmanager
def without_index(file: Path, name: str) -> Iterator[None]:
    """As long as the context lasts, as if nobody had made that index."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        made = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,))
        statement = made.fetchone()[0]
        connection.execute(f"DROP INDEX {name}")
        try:
            yield
        finally:
            connection.execute(statement)


def scans(sql: str, plan: Sequence[str]) -> list[str]:
    """Growing tables that a plan walks through; an index that is walked in its order, until there
    is enough, is none of them."""
    names = {alias: name for name, alias in _ALIAS.findall(sql)}
    sorts = any("USE TEMP B-TREE" in line for line in plan)
    found = []
    for line in plan:
        walked = _SCAN.match(line)
        name = names.get(walked[1], walked[1]) if walked else ""
        if name in GROWING and (sorts or "LIMIT" not in sql):
            found.append(name)
    return found


def costs(file: Path, repeats: int = _REPEATS) -> dict[str, Cost]:
    """What each act costs in a store, which it leaves as it was."""
    recorded = asyncio.run(record(f"sqlite+aiosqlite:///{file}", list(ACTS)))
    return {act: measure(file, statements, repeats) for act, statements in recorded.items()}


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
                f"{before.steps:,}",
                f"{after.steps:,}",
                f"{after.steps / before.steps:.2f}",
                f"{before.milliseconds:.2f}",
                f"{after.milliseconds:.2f}",
                f"{after.milliseconds / before.milliseconds:.2f}",
            )
        )
    head = ["", "walks through", "statements", "steps", "steps", "ratio", "ms", "ms", "ratio"]
    return table(head, rows, words=2)


def _made(folder: Path, poems: int) -> Path:
    file = folder / f"{poems}.db"
    if not file.exists():
        click.echo(f"a store of {poems:,} poems is made", err=True)
        part = file.with_suffix(".part")
        part.unlink(missing_ok=True)
        fill(part, Extent(poems))
        part.rename(file)
    return file


@click.command()
@click.option("--small", is_flag=True, help="10,000 poems beside 1,000: a quick look.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where stores are kept and found.")
@click.option("--write", type=click.Path(path_type=Path), help="A page to write the report into.")
def main(*, small: bool, folder: Path | None, write: Path | None) -> None:
    """Print what each command costs at two sizes, or write it into a page, between its marks."""
    sizes = (SMALL // 10, SMALL) if small else (SMALL, LARGE)
    with tempfile.TemporaryDirectory(prefix="qibu-growth-") as temporary:
        where = folder or Path(temporary)
        files = [_made(where, poems) for poems in sizes]
        megabytes = [file.stat().st_size / 2**20 for file in files]
        text = report(*(costs(file) for file in files))
    extents = [Extent(poems) for poems in sizes]
    first, second = (
        f"{one.poems:,} poems, {one.ratings:,} ratings, {one.chats:,} chats ({size:,.0f} MiB)"
        for one, size in zip(extents, megabytes, strict=True)
    )
    text = (
        f"First {first}, then {second}; SQLite {sqlite3.sqlite_version}. Steps of its virtual"
        f" machine, and processor time, median of {_REPEATS}.\n\n{text}"
    )
    print(text)
    if write is not None:
        write_between_marks(write, _MARK, text)


if __name__ == "__main__":
    main()
