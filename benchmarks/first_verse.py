"""How long a fresh worker takes to its first verse, and for what.

Decides where a start is divided and how often it is repeated; what is done in each part is the
worker's. With `--beside` another tree of Qibu takes turns in the same run, so that a busy machine
slows both; processor time tells more than time there. Run as `python -m benchmarks.first_verse`.
"""

from __future__ import annotations

import json
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import click
import httpx
from tqdm import tqdm

from benchmarks.load import PATH
from benchmarks.markdown import table
from model.poet import FLAGSHIP

ROOT = Path(__file__).parent.parent
_WORKER = Path(__file__).with_name("marked_worker.py")
_LIMIT = 300.0
STAGES = {
    "listening": "interpreter, HTTP",
    "torch": "torch and the poet's modules",
    "loaded": "weights and tables",
    "ready": "warm-up, with the first verse",
    "answered": "first answer over HTTP",
}
"""What ends a stage, and what is done until then."""


@dataclass(frozen=True)
class Mark:
    """So much was spent since the process began, in seconds."""

    processor: float
    wall: float


@dataclass(frozen=True)
class Start:
    """What was spent at the end of each stage, in the order of STAGES."""

    marks: tuple[Mark, ...]

    def spent(self) -> list[Mark]:
        """In each stage alone, and in all of them."""
        before = (Mark(0.0, 0.0), *self.marks)
        each = [
            Mark(after.processor - then.processor, after.wall - then.wall)
            for then, after in zip(before, self.marks, strict=False)
        ]
        return [*each, self.marks[-1]]


def started(tree: Path, model: str, device: str) -> Start:
    """Starts a worker of a tree, asks it for a verse, and ends it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("QIBU_")}
    environment |= {"QIBU_MODEL": model, "QIBU_DEVICE": device, "QIBU_POOL_SIZE": "0"}
    begun = time.monotonic()
    # As text, so that the interpreter looks for modules in the tree first.
    process = subprocess.Popen(
        [sys.executable, "-c", _WORKER.read_text(encoding="utf-8"), str(port)],
        cwd=tree,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        found: dict[str, Mark] = {}
        assert process.stdout
        while "ready" not in found:
            line = process.stdout.readline()
            if not line:
                raise click.ClickException(f"a worker of {tree} ended with {process.wait()}")
            name, processor, wall = json.loads(line)
            found[name] = Mark(processor, wall - begun)
        url = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=url, trust_env=False, timeout=_LIMIT) as http:
            http.post(PATH, json={"form": "couplet5", "seed": 1}).raise_for_status()
            wall = time.monotonic() - begun
            found["answered"] = Mark(_processor_time(http), wall)
        return Start(tuple(found[name] for name in STAGES))
    finally:
        process.kill()
        process.communicate()


def _processor_time(http: httpx.Client) -> float:
    """Of the worker so far, as it tells itself, to a hundredth of a second."""
    name = "qibu_worker_process_cpu_seconds_total"
    found = re.search(rf"^{name} (\S+)$", http.get("/metrics").text, re.MULTILINE)
    assert found
    return float(found[1])


def report(starts: dict[str, list[Start]]) -> str:
    """Medians of each stage, for each tree."""
    head = ["", *(f"{name}: {what}" for name in starts for what in ("processor, s", "time, s"))]
    rows = []
    for number, stage in enumerate((*STAGES.values(), "all of it")):
        cells = []
        for some in starts.values():
            spent = [start.spent()[number] for start in some]
            cells.append(f"{statistics.median(one.processor for one in spent):.2f}")
            cells.append(f"{statistics.median(one.wall for one in spent):.2f}")
        rows.append((stage, *cells))
    return table(head, rows)


@click.command()
@click.option("--model", default=FLAGSHIP, show_default=True, help="A name, or a .safetensors.")
@click.option("--device", type=click.Choice(["cpu", "cuda"]), default="cpu", show_default=True)
@click.option("--count", type=click.IntRange(1), default=5, show_default=True, help="Processes.")
@click.option(
    "--beside",
    type=click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path),
    help="Another tree of Qibu.",
)
def main(*, model: str, device: str, count: int, beside: Path | None) -> None:
    """Print the table; one more start of each, before all others, warms the disk's cache."""
    trees = {"this tree": ROOT} | ({"the other": beside} if beside else {})
    starts: dict[str, list[Start]] = {name: [] for name in trees}
    chance = random.Random(0)
    with tqdm(desc="starts", total=(count + 1) * len(trees), leave=False) as bar:
        for number in range(count + 1):
            for name in chance.sample(list(trees), len(trees)):
                one = started(trees[name], model, device)
                bar.update()
                if number:
                    starts[name].append(one)
    print(f"{model} on {device}; medians of {count} fresh processes.\n")
    print(report(starts))


if __name__ == "__main__":
    main()
