"""Clients that ask a server for verse, each for the next as soon as it has one.

Decides what they ask and what is kept of the answers; which server is asked, and how many clients
there are, is left to the caller.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from dataclasses import dataclass, field

import httpx
import numpy as np

PATH = "/v1/compose"


@dataclass
class Load:
    """What came of some time under load; latencies in seconds, of answers with a verse alone."""

    clients: int
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    refused: int = 0
    """Answers that asked to come back later."""
    failed: int = 0

    def note(self, pause: float | None, seconds: float) -> None:
        """An answer came after so long; None is a verse, 0 a failure."""
        if pause is None:
            self.latencies.append(seconds)
        elif pause:
            self.refused += 1
        else:
            self.failed += 1

    def add(self, other: Load) -> None:
        """Counts what came of another time under the same load."""
        self.seconds += other.seconds
        self.latencies += other.latencies
        self.refused += other.refused
        self.failed += other.failed

    @property
    def rate(self) -> float:
        """Verses a second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def quantile(self, share: float) -> float:
        """Of the latencies; not a number where there are none."""
        return float(np.quantile(self.latencies, share)) if self.latencies else float("nan")


async def load(url: str, form: str, clients: int, seconds: float) -> Load:
    """So many clients for so long, from when each has been answered once, at most as long again.

    Every request has a seed of its own: nothing composed ahead answers it.
    """
    found = Load(clients)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=clients)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=120, trust_env=False) as http:
        seeds = itertools.count(1)
        answered: set[int] = set()
        warm = asyncio.Event()

        async def client(number: int) -> None:
            while True:
                begun = time.perf_counter()
                pause = await _ask(http, form, next(seeds))
                if warm.is_set():
                    found.note(pause, time.perf_counter() - begun)
                answered.add(number)
                if len(answered) == clients:
                    warm.set()
                if pause is not None:
                    await asyncio.sleep(pause or 0.1)

        running = [asyncio.create_task(client(number)) for number in range(clients)]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(warm.wait(), seconds)
        warm.set()
        begun = time.perf_counter()
        await asyncio.sleep(seconds)
        found.seconds = time.perf_counter() - begun
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    return found


async def _ask(http: httpx.AsyncClient, form: str, seed: int) -> float | None:
    """None for a verse; else the seconds to stay away, 0 if the server did not say."""
    try:
        answer = await http.post(PATH, json={"form": form, "seed": seed})
    except httpx.HTTPError:
        return 0.0
    if answer.is_success:
        return None
    return float(answer.headers.get("Retry-After", 0))
