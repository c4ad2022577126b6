"""`make test-postgres` leaves out no test that touches the store, and those it runs are on
PostgreSQL."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import make_url

from bot.store import Store
from tests.bot.databases import SERVER

ROOT = Path(__file__).parents[2]
_TOUCHES = re.compile(r"\b(?:store: Store|services: Services|database_url: str)\b")
ON_SQLITE_ALONE = {
    "tests/bot/processes/test_run.py": "the life of the process; its store has tests of its own",
    "tests/bot/processes/test_secrets.py": "what is told of the bot, whatever its store",
    "tests/benchmarks/test_growth.py": "the measurements of a store of SQLite",
}


def test_all_that_touches_the_store_runs_on_postgresql_too() -> None:
    listed = re.search(r"^STORED := ((?:.*\\\n)*.*)$", (ROOT / "Makefile").read_text(), re.M)
    assert listed is not None
    stored = listed[1].replace("\\", " ").split()
    assert all((ROOT / path).exists() for path in stored), stored
    for file in (ROOT / "tests").rglob("test_*.py"):
        path = str(file.relative_to(ROOT))
        if path in ON_SQLITE_ALONE or file == Path(__file__):
            continue
        if _TOUCHES.search(file.read_text()):
            assert any(path == one or path.startswith(f"{one}/") for one in stored), path


async def test_the_store_of_the_tests_is_where_it_is_said_to_be(
    store: Store, database_url: str
) -> None:
    found = make_url(database_url)
    if SERVER is None:
        assert found.get_backend_name() == "sqlite"
    else:
        server = make_url(SERVER)
        assert (found.drivername, found.port) == (server.drivername, server.port)
        assert found.database != server.database, "each test has its own"
