"""How long a plain verse takes that the worker composed ahead, from request to answer over HTTP.

Decides how the worker is asked; what it keeps is its pool's. The worker is a process of its own, as
beside a bot, and fills the pool again while it is asked. Run as `python -m benchmarks.pool_hits`.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import click
import httpx
import numpy as np
from tqdm import tqdm

from benchmarks.markdown import table
from model.poet import FLAGSHIP

STEP = 0.2
"""Seconds between one look or request and the next."""


@contextlib.contextmanager
def worker(model: str, size: int) -> Iterator[httpx.Client]:
    """A client of a worker whose pool holds so many verses of each form, soon."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"MODEL": model, "DEVICE": "cpu", "POOL_SIZE": size, "POOL_CHOICE": 1}
    process = subprocess.Popen(
        [sys.executable, "-m", "qibu", "worker", "--port", str(port), "--exit-with-parent"],
        stdin=subprocess.PIPE,
        env=os.environ | {f"QIBU_{name}": str(value) for name, value in settings.items()},
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
            while True:
                with contextlib.suppress(httpx.TransportError):
                    if http.get("/readyz").is_success:
                        break
                if process.poll() is not None:
                    raise click.ClickException("the worker ended before it was ready")
                time.sleep(STEP)
            yield http
    finally:
        process.terminate()
        process.communicate()


def counted(http: httpx.Client, name: str) -> int:
    """The sum over forms of what the worker counts by that name."""
    lines = http.get("/metrics").text.splitlines()
    return round(sum(float(line.split()[-1]) for line in lines if line.startswith(name + "{")))


@click.command()
@click.option("--model", default=FLAGSHIP, show_default=True, help="A name, or a .safetensors.")
@click.option("--count", type=click.IntRange(1, 64), default=10, show_default=True)
def main(model: str, count: int) -> None:
    """Wait until the pool is full, empty it verse by verse, and print what that took."""
    with worker(model, count) as http:
        forms = http.get("/v1/model").raise_for_status().json()["forms"]
        with tqdm(desc="the pool fills", total=count * len(forms), leave=False) as bar:
            while bar.n < count * len(forms):
                time.sleep(STEP)
                bar.update(counted(http, "qibu_worker_pool_verses") - bar.n)
        taken: dict[str, list[float]] = {form: [] for form in forms}
        for _ in range(count):
            for form in forms:
                time.sleep(STEP)
                start = time.perf_counter()
                http.post("/v1/compose", json={"form": form, "count": 1}).raise_for_status()
                taken[form].append(1000 * (time.perf_counter() - start))
        hits = counted(http, "qibu_worker_pool_hits_total")
    rows = [
        (form, *(f"{t:.1f}" for t in np.quantile(times, [0.5, 0.9, 1])))
        for form, times in taken.items()
    ]
    print(f"{hits} of {count * len(forms)} requests met the pool, which filled meanwhile.\n")
    print(table(["form", "median, ms", "p90, ms", "slowest, ms"], rows))


if __name__ == "__main__":
    main()
