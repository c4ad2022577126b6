"""A steady trickle of requests that counts what comes back, while somebody kills and updates.

Decides what is asked and what is told of the answers: failures, the longest silence, and which
models answered. Run as `python -m benchmarks.steady http://127.0.0.1:8077`.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from collections import Counter

import click
import httpx

_PATH = "/v1/compose"


@click.command()
@click.argument("url")
@click.option("--seconds", type=click.FloatRange(1), default=60.0, show_default=True)
@click.option("--clients", type=click.IntRange(1), default=4, show_default=True)
@click.option(
    "--pause", default=0.2, show_default=True, help="Seconds between two requests of one."
)
def main(url: str, seconds: float, clients: int, pause: float) -> None:
    """Ask URL for verse, and tell what came of it."""
    asyncio.run(_ask_on(url, seconds, clients, pause))


async def _ask_on(url: str, seconds: float, clients: int, pause: float) -> None:
    seeds = itertools.count(1)
    answers: Counter[str] = Counter()
    ended: list[float] = []
    ends = time.monotonic() + seconds
    key = os.environ.get("QIBU_WORKER_KEY")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with httpx.AsyncClient(base_url=url, timeout=60, headers=headers) as http:

        async def client() -> None:
            while time.monotonic() < ends:
                answers[await _ask(http, next(seeds))] += 1
                ended.append(time.monotonic())
                await asyncio.sleep(pause)

        await asyncio.gather(*(client() for _ in range(clients)))
    for answer, number in sorted(answers.items()):
        click.echo(f"{number:5} × {answer}")
    silences = [later - earlier for earlier, later in itertools.pairwise(ended)]
    click.echo(f"The longest time without an answer was {max(silences, default=0):.1f} s.")


async def _ask(http: httpx.AsyncClient, seed: int) -> str:
    try:
        answer = await http.post(_PATH, json={"seed": seed})
    except httpx.HTTPError as error:
        return type(error).__name__
    if answer.is_success:
        return f"a verse of {answer.json()['model']}"
    return f"status {answer.status_code}"


if __name__ == "__main__":
    main()
