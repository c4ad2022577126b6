"""A bot in a process of its own, which stops in the middle of its work and waits to be killed.

Decides where it stops, and says so on standard output; run by test_daily_killed.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from bot.store import ChatRecord, PoemRecord, Store
from bot.usecases.daily import DailyPoem, Sent
from model.service.protocol import ComposeRequest, VersesAnswer
from tests.bot.usecases.daily import SmallPoet


class Stops:
    """Stops for good where it was told to."""

    def __init__(self, where: str) -> None:
        self._where = where

    async def at(self, here: str) -> None:
        if here == self._where:
            print(here, flush=True)  # noqa: T201
            await asyncio.Event().wait()


class StoppingPoet(SmallPoet):
    def __init__(self, stops: Stops) -> None:
        super().__init__()
        self._stops = stops

    async def compose(
        self, request: ComposeRequest, *, deadline: float | None = None
    ) -> VersesAnswer:
        await self._stops.at("composing")
        return await super().compose(request, deadline=deadline)


class StoppingSender:
    def __init__(self, stops: Stops, arrivals: Path) -> None:
        self._stops = stops
        self._arrivals = arrivals

    async def prepare(self, chat: ChatRecord, poem: PoemRecord, date: date) -> None:
        await self._stops.at("painting")

    async def send_daily(self, chat: ChatRecord, poem: PoemRecord, date: date) -> Sent:
        await self._stops.at("leaving")
        with self._arrivals.open("a") as file:
            file.write(f"{chat.id}\n")
        await self._stops.at("arrived")
        return Sent(1)


async def main(database_url: str, arrivals: str, where: str) -> None:
    stops = Stops(where)
    sender = StoppingSender(stops, Path(arrivals))
    await DailyPoem(
        Store.open(database_url),
        StoppingPoet(stops),
        sender,
        lambda: datetime(2026, 5, 1, 8, tzinfo=UTC),
        at_once=1,
    ).tick()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
