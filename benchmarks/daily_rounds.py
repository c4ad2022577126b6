"""What a round of the poem of the day costs, for few chats and for many.

Decides how it is measured: the round, its sender and its store are the bot's own, each size in a
process of its own; the pace is left out, and Telegram is a stand-in within the process that answers
at once and remembers only how often each chat was written to. Linux. Run as
`python -m benchmarks.daily_rounds`.
"""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

import click
from sqlalchemy import insert
from telegram.ext import ExtBot
from telegram.request import BaseRequest, RequestData

from benchmarks.markdown import table
from benchmarks.pages import write_between_marks
from bot import texts
from bot.cards import CardPainter, CardStudio
from bot.pacing import Pacing, Rate
from bot.pictures import Pictures
from bot.posting import DailySender
from bot.store import Store, migrate
from bot.store.engine import create_engine
from bot.store.tables import Chat
from bot.usecases.daily import DailyPoem
from bot.usecases.daily_round import PER_SECOND
from model.verse import Script
from tests.bot.databases import new_poem
from tests.bot.usecases.daily import SmallPoet

SIZES = (10_000, 100_000)
_NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
_DAY = date(2026, 11, 21)
_FREELY = Rate(1e6, 1)
_AT_FIRST = 1000
"""Posts after which memory is looked at first: the card is painted, everything is loaded."""
_BATCH = 10_000
_ME = {"id": 1, "is_bot": True, "first_name": "Qibu", "username": "qibu_bot"}


@dataclass(frozen=True)
class Spent:
    """What one round took."""

    chats: int
    once: int
    """Chats that got exactly one message."""
    core_seconds: float
    first: float
    """Of memory, in MiB, after the first thousand posts."""
    most: float
    """Of memory, in MiB, at any time."""


class _Telegram(BaseRequest):
    """Accepts everything."""

    def __init__(self, chats: int) -> None:
        self.posts = bytearray(chats + 1)
        """How many came to each chat; in one byte, or it would be seen in what is measured."""
        self.first = 0.0
        self._all = 0

    @property
    def read_timeout(self) -> float:
        return 1.0

    async def initialize(self) -> None:
        pass

    async def shutdown(self) -> None:
        pass

    async def do_request(
        self, url: str, *_: Any, request_data: RequestData | None = None, **__: Any
    ) -> tuple[int, bytes]:
        name = url.rpartition("/")[2]
        if not name.startswith("send"):
            return 200, _answer(_ME)
        assert request_data is not None
        chat_id = int(request_data.json_parameters["chat_id"])
        self.posts[chat_id] += 1
        self._all += 1
        if self._all == _AT_FIRST:
            self.first = _most_resident()
        photo = {"file_id": "a", "file_unique_id": "a", "width": 900, "height": 900}
        message = {
            "message_id": 1,
            "date": 0,
            "chat": {"id": chat_id, "type": "private", "first_name": "Ada"},
            "photo": [photo],
        }
        return 200, _answer(message)


def _answer(result: dict[str, Any]) -> bytes:
    return json.dumps({"ok": True, "result": result}).encode()


def _most_resident() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _fill(url: str, chats: int) -> None:
    """Private chats that want their poem at eight."""
    await migrate.upgrade(url)
    engine = create_engine(url)
    same = {
        "kind": "private",
        "title": "",
        "script": Script.SIMPLIFIED,
        "zone": "UTC",
        "daily_at": time_of_day(8),
        "state": "active",
        "strikes": 0,
        "created_at": _NOW,
    }
    for first in range(1, chats + 1, _BATCH):
        rows = [same | {"id": one} for one in range(first, min(first + _BATCH, chats + 1))]
        async with engine.begin() as connection:
            await connection.execute(insert(Chat), rows)
    await engine.dispose()


async def _round(chats: int) -> Spent:
    with tempfile.TemporaryDirectory(prefix="qibu-daily-") as folder:
        url = f"sqlite+aiosqlite:///{folder}/qibu.db"
        await _fill(url, chats)
        store, telegram = Store.open(url), _Telegram(chats)
        pictures = Pictures(CardStudio(CardPainter()))
        await store.daily_poems.choose(_DAY, await store.poems.add(new_poem()))
        begun = time.process_time()
        pacing = Pacing(_FREELY, _FREELY, _FREELY)
        async with ExtBot("1:a", request=telegram, rate_limiter=pacing) as bot:
            sender = DailySender(bot, store, texts.load(), pictures)
            await DailyPoem(store, SmallPoet(), sender, lambda: _NOW).tick()
        spent = time.process_time() - begun
        await pictures.aclose()
        await store.close()
    return Spent(chats, telegram.posts.count(1), spent, telegram.first, _most_resident())


def _alone(chats: int) -> Spent:
    command = [sys.executable, "-m", "benchmarks.daily_rounds", "--only", str(chats)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Spent(**json.loads(done.stdout))


def report(rounds: list[Spent]) -> str:
    """A row for each size."""
    rows = [
        (
            f"{one.chats:,}",
            f"{one.once:,}",
            f"{1000 * one.core_seconds / one.chats:.1f}",
            f"{PER_SECOND * one.core_seconds / one.chats:.0%}",
            f"{one.first:.0f}",
            f"{one.most:.0f}",
            f"{one.chats / PER_SECOND / 60:.0f}",
        )
        for one in rounds
    ]
    head = [
        "chats",
        "got exactly one",
        "ms of a core each",
        f"of a core at {PER_SECOND:g} a second",
    ]
    memory = [f"MiB after {_AT_FIRST:,}", "MiB at most", "minutes at that pace"]
    return table([*head, *memory], rows)


@click.command()
@click.option("--only", type=int, hidden=True, help="One size, in this process, as JSON.")
@click.option("--write", type=click.Path(path_type=Path), help="A page to write the report into.")
def main(*, only: int | None, write: Path | None) -> None:
    """Print what rounds cost, or write it into a page, between its marks."""
    if only is not None:
        print(json.dumps(asdict(asyncio.run(_round(only)))))
        return
    text = report([_alone(chats) for chats in SIZES])
    print(text)
    if write is not None:
        write_between_marks(write, "daily-rounds", text)


if __name__ == "__main__":
    main()
