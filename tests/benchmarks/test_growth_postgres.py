"""The store's queries on PostgreSQL as it grows: none walks through what grows, there neither."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from benchmarks import growth_postgres
from benchmarks.generated_store import Extent, fill
from benchmarks.growth_acts import ACTS
from benchmarks.growth_postgres import Cost
from bot.store.engine import create_engine
from tests.benchmarks.test_growth import ALLOWED, SIZES
from tests.bot.databases import SERVER, postgres_database

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(SERVER is None, reason="needs PostgreSQL: make test-postgres"),
]

NEEDED = (
    "ix_standings_seen_by_average_votes_poem_id",
    "ix_chats_zone_daily_at_daily_of_id",
    "ix_ratings_user_id",
)


@dataclass
class Spent:
    small: dict[str, Cost]
    large: dict[str, Cost]
    without: dict[str, dict[str, Cost]]
    """The large store again, as each index goes, after those before it."""


async def _spent(small: Path, large: Path) -> Spent:
    async with postgres_database() as url:
        await growth_postgres.fill_from(small, url)
        at_first = await growth_postgres.costs(url)
    async with postgres_database() as url:
        await growth_postgres.fill_from(large, url)
        spent = Spent(at_first, await growth_postgres.costs(url), {})
        engine = create_engine(url)
        for index in NEEDED:
            async with engine.begin() as connection:
                await connection.execute(text(f"DROP INDEX {index}"))
            spent.without[index] = await growth_postgres.costs(url)
        await engine.dispose()
    return spent


@pytest.fixture(scope="module")
def spent(tmp_path_factory: pytest.TempPathFactory) -> Spent:
    folder = tmp_path_factory.mktemp("growth")
    files = [folder / f"{poems}.db" for poems in SIZES]
    for file, poems in zip(files, SIZES, strict=True):
        fill(file, Extent(poems))
    return asyncio.run(_spent(*files))


def test_no_command_walks_through_what_grows(spent: Spent) -> None:
    for act in ACTS.keys() - ALLOWED:
        assert spent.large[act].scans == [], act
    grown = {act: spent.large[act].pages / spent.small[act].pages for act in ACTS.keys() - ALLOWED}
    assert {act: ratio for act, ratio in grown.items() if ratio > 2} == {}


def test_without_an_index_it_is_noticed(spent: Spent) -> None:
    before = spent.large
    for index in NEEDED:
        after = spent.without[index]
        slower = [act for act in ACTS if after[act].pages > 2 * before[act].pages]
        assert slower, f"{index} serves nobody"
        before = after
