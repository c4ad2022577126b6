"""A world for many inputs: they share a bot, as Telegram's do."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.store import Store
from tests.bot.databases import copied_database
from tests.bot.fuzz.world import KEY, World
from tests.bot.worker import LocalWorker
from tests.telegram import FakeTelegram


@dataclass(frozen=True)
class Stage:
    """A world, and the loop in which it lives: Hypothesis calls plain functions."""

    world: World
    runner: asyncio.Runner

    def plays(self, scene: Coroutine[Any, Any, None]) -> None:
        self.runner.run(scene)


@pytest.fixture(scope="module")
def stage(empty_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with LocalWorker(KEY).serving() as worker, asyncio.Runner() as runner:
        telegram = FakeTelegram(inline_mode=True, inline_feedback=True)
        directory: Path = tmp_path_factory.mktemp("fuzz")
        copied = copied_database(empty_database, directory)
        store = Store.open(runner.run(copied.__aenter__()))
        world = World(telegram, store)
        opened = world.open(worker.url)
        runner.run(opened.__aenter__())
        try:
            yield Stage(world, runner)
        finally:
            runner.run(opened.__aexit__(None, None, None))
            runner.run(store.close())
            runner.run(copied.__aexit__(None, None, None))
