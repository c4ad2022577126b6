"""How many updates a second the bot answers, beside a bare echo bot of python-telegram-bot.

Decides what is done and what the report says; the updates are `update_source`'s, the bots
`update_bots`'. Both take turns in one run: the ratios mean something on a busy machine, the figures
do not. Linux. Run as `python -m benchmarks.updates_rate`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click
from tqdm import tqdm

from benchmarks.markdown import table
from benchmarks.pages import write_between_marks
from benchmarks.update_bots import WORKER_KEY
from benchmarks.update_source import IN_FLIGHT, Kind, Line, UpdateSource
from bot.store import NewPoem, Store, migrate
from model.verse import Form
from tests.bot.worker import LocalWorker

_MARK = "updates"
_ECHO, _QIBU = "echo", "qibu"
_TOKENS = {_ECHO: "1:echo", _QIBU: "2:qibu"}
_TICKS = os.sysconf("SC_CLK_TCK")
_START_LIMIT = 300.0
_RESIDENT = re.compile(r"VmRSS:\s*(\d+) kB")


@dataclass
class Rate:
    """What one bot did with one kind of update."""

    updates: int = 0
    seconds: float = 0.0
    core_seconds: float = 0.0


@dataclass
class Stand:
    """Both bots at work, and what was measured."""

    source: UpdateSource
    pids: dict[str, int]
    rates: dict[tuple[str, str], Rate] = field(default_factory=dict)
    memory: list[float] = field(default_factory=list)
    """Of Qibu, in MiB, after each turn."""

    def measure(self, name: str, kind: Kind, seconds: float) -> None:
        """One bot answers one kind of update for so long."""
        line, pid = self.source.lines[_TOKENS[name]], self.pids[name]
        before, spent, begun = line.answered, _core_seconds(pid), time.monotonic()
        line.kind = kind
        time.sleep(seconds)
        rate = self.rates.setdefault((name, kind.name), Rate())
        rate.updates += line.answered - before
        rate.seconds += time.monotonic() - begun
        rate.core_seconds += _core_seconds(pid) - spent
        _drain(line)
        if name == _QIBU:
            self.memory.append(_resident(pid))

    def table(self, kinds: list[Kind]) -> str:
        """A row for each kind."""
        rows = []
        for kind in kinds:
            echo, qibu = (self.rates[name, kind.name] for name in (_ECHO, _QIBU))
            each = [1000 * one.core_seconds / max(1, one.updates) for one in (echo, qibu)]
            rows.append(
                (
                    kind.name,
                    f"{echo.updates / echo.seconds:.0f}",
                    f"{qibu.updates / qibu.seconds:.0f}",
                    f"{qibu.updates / qibu.seconds / max(1e-9, echo.updates / echo.seconds):.0%}",
                    f"{each[0]:.1f}",
                    f"{each[1]:.1f}",
                )
            )
        head = ["", "echo bot, updates/s", "Qibu, updates/s", "ratio", "echo, ms of a core"]
        return table([*head, "Qibu, ms of a core"], rows)


def _core_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _resident(pid: int) -> float:
    found = _RESIDENT.search(Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


def _drain(line: Line) -> None:
    """Waits for what is on its way; what is not answered in time is given up."""
    line.full, ends = True, time.monotonic() + 10
    while line.given > line.answered and time.monotonic() < ends:
        time.sleep(0.1)
    line.given, line.kind, line.full = line.answered, None, False


@contextlib.contextmanager
def _running(source: UpdateSource, name: str, *arguments: str) -> Iterator[int]:
    token = _TOKENS[name]
    command = [sys.executable, "-m", "benchmarks.update_bots", name, source.url, token, *arguments]
    clean = {key: value for key, value in os.environ.items() if not key.startswith("QIBU_")}
    process = subprocess.Popen(command, env=clean, stderr=subprocess.DEVNULL)
    try:
        ends = time.monotonic() + _START_LIMIT
        while token not in source.lines or not source.lines[token].polled:
            if process.poll() is not None or time.monotonic() > ends:
                raise click.ClickException(f"the bot {name} does not start")
            time.sleep(0.1)
        yield process.pid
    finally:
        process.kill()
        process.wait()


async def _poem(database: str) -> str:
    await migrate.upgrade(database)
    store = Store.open(database)
    made = await store.poems.add(
        NewPoem(
            text="白日依山尽，黄河入海流。",
            form=Form.COUPLET5,
            command="poem",
            model="none",
            latent=(0.0,),
            score=0.0,
            public=True,
        )
    )
    await store.close()
    return made.public_id


@click.command()
@click.option("--seconds", default=10.0, show_default=True, help="A turn of one bot.")
@click.option("--rounds", default=4, show_default=True)
@click.option("--write", type=click.Path(path_type=Path), help="A page to write the report into.")
def main(*, seconds: float, rounds: int, write: Path | None) -> None:
    """Print how fast both bots answer, or write it into a page, between its marks."""
    with contextlib.ExitStack() as running:
        folder = running.enter_context(tempfile.TemporaryDirectory(prefix="qibu-updates-"))
        database = f"sqlite+aiosqlite:///{folder}/qibu.db"
        poem = asyncio.run(_poem(database))
        worker = running.enter_context(LocalWorker(WORKER_KEY).serving())
        source = running.enter_context(UpdateSource())
        pids = {
            _ECHO: running.enter_context(_running(source, _ECHO)),
            _QIBU: running.enter_context(_running(source, _QIBU, database, worker.url)),
        }
        kinds = [
            Kind("`/help`", "/help"),
            Kind("`/poem`, a worker that answers at once", "/poem"),
            Kind("★4", data=f"r1:{poem}:4"),
        ]
        stand = Stand(source, pids)
        turns = [(kind, name) for kind in kinds for name in (_ECHO, _QIBU)]
        chance = random.Random(7)
        with tqdm(total=rounds * len(turns), leave=False) as bar:
            for _ in range(rounds):
                for kind, name in chance.sample(turns, len(turns)):
                    stand.measure(name, kind, seconds)
                    bar.update()
    answered = sum(rate.updates for (name, _), rate in stand.rates.items() if name == _QIBU)
    text = (
        f"{stand.table(kinds)}\n\n{IN_FLIGHT} updates wait for an answer at a time, {rounds} turns"
        f" of {seconds:g} s each. Qibu has {stand.memory[0]:.0f} MiB after its first turn and"
        f" {stand.memory[-1]:.0f} MiB after its last, {answered:,} updates later."
    )
    print(text)
    if write is not None:
        write_between_marks(write, _MARK, text)


if __name__ == "__main__":
    main()
