"""How fast the worker serves, beside its own poet without a server, and beside LitServe.

Decides what is measured, in which order, and what the report says; clients are `load`'s, processes
`servers`'. All take turns in one run, so that a busy machine slows all of them: the ratios count
more than the figures. Run as `python -m benchmarks.serving`; `--full` takes an hour or less.
"""

from __future__ import annotations

import asyncio
import os
import platform
import random
import re
import signal
import statistics
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import click
import httpx
import numpy as np
import torch
from tqdm import tqdm

from benchmarks import servers, soak
from benchmarks.load import PATH, Load, load
from benchmarks.markdown import table
from benchmarks.pages import write_between_marks
from model.poet import FLAGSHIP, Poet, load_poet
from model.verse import Form

CLIENTS = (1, 16, 64, 256)
RAW, QIBU, LITSERVE = "the poet itself", "qibu worker", "LitServe"
_LARGEST_REQUEST = 64


@dataclass(frozen=True)
class Extent:
    """How long everything is measured."""

    rounds: int
    seconds: float
    """For which clients go on asking: each number of them, each server, each round."""
    pairs: int
    """Of a call and a request, for what the service adds, and next to a busy neighbour."""
    soak_minutes: float


SHORT = Extent(1, 10.0, 10, 2.0)
FULL = Extent(2, 40.0, 60, 20.0)


@dataclass
class Stand:
    """What is measured, side by side, in one process for the poet and one for each server."""

    poet: Poet
    form: Form
    servers: dict[str, str]
    extent: Extent
    loads: dict[tuple[str, int], Load] = field(default_factory=dict)

    def measure(self) -> None:
        """All servers and the poet, at each number of clients in turn."""
        turns = [(name, clients) for clients in CLIENTS for name in (RAW, *self.servers)]
        with tqdm(desc="clients", total=self.extent.rounds * len(turns), leave=False) as bar:
            for number in range(self.extent.rounds):
                chance = random.Random(number)
                for clients in CLIENTS:
                    names = [RAW, *self.servers]
                    for name in chance.sample(names, len(names)):
                        self._measure(name, clients)
                        bar.update()

    def _measure(self, name: str, clients: int) -> None:
        if name == RAW:
            found = _raw(self.poet, self.form, clients, self.extent.seconds)
        else:
            url = self.servers[name]
            found = asyncio.run(load(url, self.form.value, clients, self.extent.seconds))
        self.loads.setdefault((name, clients), Load(clients)).add(found)

    def table(self) -> str:
        """Verses a second and waits, at each number of clients."""
        rows = []
        for clients in CLIENTS:
            limit = self.loads[RAW, clients].rate
            for name in (RAW, *self.servers):
                one = self.loads[name, clients]
                served = name != RAW
                rows.append(
                    (
                        str(clients),
                        name,
                        f"{one.rate:.2f}",
                        f"{one.rate / limit:.0%}" if limit else "–",
                        f"{one.quantile(0.5):.2f}" if served else "–",
                        f"{one.quantile(0.95):.2f}" if served else "–",
                        str(one.refused) if served else "–",
                        str(one.failed) if served else "–",
                    )
                )
        head = ["clients", "server", "verses/s", "of the poet's", "p50, s", "p95, s"]
        return table([*head, "refused", "failed"], rows, words=2)

    def added(self, http: httpx.Client) -> str:
        """What the service adds to one call of the poet, from pairs of the same verse."""
        calls, requests = self._pairs(http)
        added = [1000 * (b - a) for a, b in zip(calls, requests, strict=True)]
        quartiles = np.quantile(added, [0.25, 0.5, 0.75])
        return (
            f"One client, {len(added)} verses, each asked of the poet and of the worker in turn: "
            f"the poet takes {1000 * statistics.median(calls):.0f} ms in the median, and the "
            f"service adds {quartiles[1]:.1f} ms (quartiles {quartiles[0]:.1f} and "
            f"{quartiles[2]:.1f})."
        )

    def neighbour(self, http: httpx.Client) -> str:
        """What one busy core beside it does to the median of a request."""
        alone: list[float] = []
        beside: list[float] = []
        for begin in range(0, self.extent.pairs, 5):
            span = range(begin, begin + 5)
            alone += [self._request(http, seed) for seed in span]
            with servers.busy_neighbour():
                beside += [self._request(http, seed) for seed in span]
        quiet, loud = statistics.median(alone), statistics.median(beside)
        return (
            f"A request takes {1000 * quiet:.0f} ms in the median, and {1000 * loud:.0f} ms beside "
            f"one more process that keeps a core busy: {loud / quiet:.2f} times as long."
        )

    def _pairs(self, http: httpx.Client) -> tuple[list[float], list[float]]:
        calls, requests = [], []
        for seed in range(self.extent.pairs):
            begun = time.perf_counter()
            self.poet.compose(self.form, seed=seed)
            calls.append(time.perf_counter() - begun)
            requests.append(self._request(http, seed))
        return calls, requests

    def _request(self, http: httpx.Client, seed: int) -> float:
        begun = time.perf_counter()
        http.post(PATH, json={"form": self.form.value, "seed": seed}).raise_for_status()
        return time.perf_counter() - begun


def _raw(poet: Poet, form: Form, clients: int, seconds: float) -> Load:
    """The poet alone, asked for as many verses at a time as there would be clients: as far as a
    request goes, and as the time does."""
    found = Load(clients)
    begun = time.perf_counter()
    count = 1
    while found.seconds < seconds:
        found.latencies += [0.0] * len(poet.compose(form, count, seed=len(found.latencies)))
        found.seconds = time.perf_counter() - begun
        fitting = int(found.rate * seconds / 2)
        count = max(1, min(clients, _LARGEST_REQUEST, fitting))
    return found


def machine() -> str:
    """What it ran on."""
    found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    cpu = found[1] if found else platform.processor()
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    load_average = os.getloadavg()[1]
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores ({cpu}), {gpu}, Python "
        f"{platform.python_version()}, torch {torch.__version__}; load average of the last five "
        f"minutes at the end {load_average:.1f}"
    )


@click.command()
@click.option("--full", is_flag=True, help="Measure longer, and soak for 20 minutes.")
@click.option("--soak", "minutes", type=click.FloatRange(0.5), help="Minutes; else by the mode.")
@click.option("--model", default=FLAGSHIP, show_default=True, help="A name, or a .safetensors.")
@click.option("--device", type=click.Choice(["cpu", "cuda"]), default="cpu", show_default=True)
@click.option("--form", type=click.Choice([form.value for form in Form]), default="couplet5")
@click.option("--litserve", "python", help="A Python that has LitServe.  [default: this one]")
@click.option("--write", type=click.Path(path_type=Path), help="A page to write the report into.")
def main(
    *,
    full: bool,
    minutes: float | None,
    model: str,
    device: str,
    form: str,
    python: str | None,
    write: Path | None,
) -> None:
    """Print the report, or write it into a page, between its marks."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # ends what was started, too
    torch.set_num_threads(1)
    extent = FULL if full else SHORT
    poet = load_poet(model, device)
    poet.compose(Form(form), seed=0)
    python = python or sys.executable
    with ExitStack() as running:
        urls = {QIBU: running.enter_context(servers.worker(model, device))}
        if servers.has_litserve(python):
            urls[LITSERVE] = running.enter_context(servers.litserve(python, model, device))
        else:
            click.echo("LitServe is left out: pip install -e '.[bench]'", err=True)
        stand = Stand(poet, Form(form), urls, extent)
        http = running.enter_context(httpx.Client(base_url=urls[QIBU], timeout=120))
        added, neighbour = stand.added(http), stand.neighbour(http)
        stand.measure()
        soaked = soak.soak(urls[QIBU], form, minutes or extent.soak_minutes)
    report = "\n\n".join(
        (
            f"{poet.label} on {device}, {form}; {machine()}; {'full' if full else 'short'} mode.",
            stand.table(),
            added,
            neighbour,
            soaked,
        )
    )
    print(report)
    if write is not None:
        write_between_marks(write, "serving", report)


if __name__ == "__main__":
    main()
