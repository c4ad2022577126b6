"""How promptly a server answers on a connection that is kept.

Decides what it is compared with: connections that are made anew for each request, on which no
packet waits for the receipt of another.
"""

from __future__ import annotations

import time

import httpx

_REQUESTS = 60


async def kept_and_fresh(url: str) -> tuple[float, float]:
    """Seconds for as many requests, on one connection and on one for each."""
    found = []
    for limits in (httpx.Limits(), httpx.Limits(max_keepalive_connections=0)):
        async with httpx.AsyncClient(trust_env=False, timeout=60, limits=limits) as http:
            begun = time.perf_counter()
            for _ in range(_REQUESTS):
                (await http.get(url)).raise_for_status()
            found.append(time.perf_counter() - begun)
    return found[0], found[1]
