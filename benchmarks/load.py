"""Clients that ask a server for verse, each for the next as soon as it has one.

Decides what they ask and what is kept of the answers; which server is asked, and how many clients
there are, is left to the caller.
"""

from __future__ import annotations

import asyncio
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
    """So many clients, who ask for so long and wait for their last answers: that time counts too,
    for servers that answer many at once do so seldom.

    Every request has a seed of its own: nothing composed ahead answers it.
    """
    found = Load(clients)
    seeds = itertools.count(1)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=clients)
    async with httpx.AsyncClient(base_url=url, limits=limits, timeout=120, trust_env=False) as http:
        begun = time.perf_counter()

        async def client() -> None:
            while (asked := time.perf_counter()) - begun < seconds:
                pause = await _ask(http, form, next(seeds))
                answered = time.perf_counter()
                found.note(pause, answered - asked)
                if pause is not None:
                    left = max(0.0, seconds - (answered - begun))
                    await asyncio.sleep(min(pause or 0.1, left))

        await asyncio.gather(*(client() for _ in range(clients)))
        found.seconds = time.perf_counter() - begun
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
