"""The store's queries as it grows: none walks through what grows, whichever command asks."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks import growth
from benchmarks.generated_store import Extent, fill
from benchmarks.growth import Cost
from benchmarks.growth_acts import ACTS
from benchmarks.growth_record import record
from bot.store import Store

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

SIZES = (6_000, 30_000)
ALLOWED = {
    "/stats": "counts everything there is: for the owner alone, and rarely",
    "/preview": "counts the posts of one day, by an index: for the owner alone",
    "qibu daily list": "lists every chat with a daily poem: in a terminal",
    "@bot 明月, search in the gallery": "looks through the last 20,000 poems, and no more",
    "/taste, what it learns": "hears 500 other chats, and no more",
}
"""Acts whose cost may grow, and why."""
UNASKED = {
    ("updates", "states"),  # asked by tests alone
    ("deliveries", "unknown"),  # these two end a claim as `sent` does, which is asked
    ("deliveries", "dead"),
    ("rounds", "count"),  # once in a round, whose posts take longer than it by far
}


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("growth")
    files = [folder / f"{poems}.db" for poems in SIZES]
    for file, poems in zip(files, SIZES, strict=True):
        fill(file, Extent(poems))
    return files


@pytest.fixture(scope="module")
def spent(stores: list[Path]) -> list[dict[str, Cost]]:
    return [growth.costs(file, repeats=1) for file in stores]


def test_no_command_walks_through_what_grows(spent: list[dict[str, Cost]]) -> None:
    small, large = spent
    for act in ACTS.keys() - ALLOWED:
        assert large[act].scans == [], act
    # Five times the rows, and hardly more work: also of walks along an index, which may be long.
    grown = {act: large[act].steps / small[act].steps for act in ACTS.keys() - ALLOWED}
    assert {act: ratio for act, ratio in grown.items() if ratio > 2} == {}
    assert "poems" not in large["@bot 明月, search in the gallery"].scans
    assert large["/taste, what it learns"].scans == []


@pytest.mark.parametrize(
    "index",
    [
        "ix_standings_seen_by_week_average_votes_poem_id",
        "ix_standings_seen_by_average_votes_poem_id",
        "ix_standings_form_week_average_score_poem_id",
        "ix_chats_zone_daily_at_daily_of_id",
        "ix_deliveries_poem_id_chat_id",
        "ix_deliveries_state_changed_at",
        "ix_updates_state_changed_at",
        "ix_chats_added_by",
        "ix_ratings_user_id",
    ],
)
def test_without_an_index_it_is_noticed(
    stores: list[Path], spent: list[dict[str, Cost]], index: str
) -> None:
    before = spent[1]
    with growth.without_index(stores[1], index):
        after = growth.costs(stores[1], repeats=1)
    slower = [act for act in ACTS if after[act].steps > 2 * before[act].steps]
    assert slower, f"{index} serves nobody"


async def _methods_called(file: Path) -> set[tuple[str, str]]:
    called: set[tuple[str, str]] = set()

    def watch(store: Store) -> None:
        for part in _parts(store):
            owner = getattr(store, part)
            for name in _methods(owner):
                setattr(owner, name, _noting(called, (part, name), getattr(owner, name)))

    await record(f"sqlite+aiosqlite:///{file}", list(ACTS), prepared=watch)
    return called


def _noting(
    called: set[tuple[str, str]], name: tuple[str, str], method: Callable[..., Any]
) -> Callable[..., Any]:
    def noted(*arguments: Any, **named: Any) -> Any:
        called.add(name)
        return method(*arguments, **named)

    return noted


def _parts(store: Store) -> list[str]:
    return [name for name in vars(store) if not name.startswith("_")]


def _methods(owner: object) -> list[str]:
    return [
        name
        for name, method in inspect.getmembers(type(owner), inspect.isfunction)
        if not name.startswith("_")
        and (inspect.iscoroutinefunction(method) or inspect.isasyncgenfunction(method))
    ]


def test_no_method_of_the_store_is_left_out(stores: list[Path]) -> None:
    called = asyncio.run(_methods_called(stores[0]))
    store = Store.open(f"sqlite+aiosqlite:///{stores[0]}")
    known = {(part, name) for part in _parts(store) for name in _methods(getattr(store, part))}
    assert known - called - UNASKED == set()
