"""Whether a worker keeps its memory over a long time of mixed work.

Decides what is asked, good and bad, patient and not, and what must be left of it at the end:
nothing that waits. Part of `benchmarks.serving`.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import Counter

import httpx
import numpy as np
from tqdm import tqdm

_CLIENTS = 8
_EVERY = 5.0
"""Seconds between two looks at the worker's memory."""
_MEMORY = "qibu_worker_process_resident_memory_bytes"
_QUEUE = "qibu_worker_queue_verses"


def soak(url: str, form: str, minutes: float) -> str:
    """A sentence about a worker's memory during so many minutes of mixed requests."""
    return asyncio.run(_soak(url, form, minutes))


async def _soak(url: str, form: str, minutes: float) -> str:
    ends = time.monotonic() + 60 * minutes
    statuses: Counter[int] = Counter()
    memory: list[float] = []
    async with httpx.AsyncClient(base_url=url, timeout=120, trust_env=False) as http:
        clients = [
            asyncio.create_task(_client(http, form, random.Random(n), ends, statuses))
            for n in range(_CLIENTS)
        ]
        with tqdm(desc="soak", total=round(60 * minutes / _EVERY), leave=False) as bar:
            while time.monotonic() < ends:
                await asyncio.sleep(_EVERY)
                memory.append(await _number(http, _MEMORY))
                bar.update()
        await asyncio.gather(*clients)
        left = await _number(http, _QUEUE)
    settled = memory[len(memory) // 5 :]
    slope = np.polyfit(np.arange(len(settled)) * _EVERY / 60, settled, 1)[0] / 2**20
    counted = ", ".join(
        f"{number} × {status or 'left'}" for status, number in sorted(statuses.items())
    )
    return (
        f"{minutes:g} minutes of mixed requests of {_CLIENTS} clients ({counted}): the worker has "
        f"{settled[0] / 2**20:.0f} MiB after a fifth of the time and {memory[-1] / 2**20:.0f} MiB "
        f"at the end, a trend of {slope:+.2f} MiB a minute; {left:.0f} verses wait at the end."
    )


async def _client(
    http: httpx.AsyncClient, form: str, chance: random.Random, ends: float, statuses: Counter[int]
) -> None:
    while time.monotonic() < ends:
        kind = chance.choices(["plain", "bad", "late", "gone"], [7, 1, 1, 1])[0]
        message = {"form": form, "seed": chance.randrange(2**53), "count": chance.choice([1, 1, 2])}
        headers = {}
        if kind == "bad":
            message["count"] = 1000
        if kind == "late":
            headers["Qibu-Deadline-Ms"] = str(chance.randrange(1, 200))
        patience = chance.uniform(0.0, 0.2) if kind == "gone" else 60.0
        status = 0
        with contextlib.suppress(TimeoutError, httpx.HTTPError):
            async with asyncio.timeout(patience):
                answer = await http.post("/v1/compose", json=message, headers=headers)
                status = answer.status_code
        statuses[status] += 1


async def _number(http: httpx.AsyncClient, name: str) -> float:
    text = (await http.get("/metrics")).text
    return next(
        float(line.split()[-1]) for line in text.splitlines() if line.startswith(name + " ")
    )
