"""`qibu` in a process of its own, over the fake Telegram's HTTP front end.

Decides its environment and what is left of it; what it should do is for the tests.
"""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PATIENCE = 200


def clean_environment(**settings: str) -> dict[str, str]:
    """This environment without settings of Qibu's, and those given."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("QIBU_")}
    return inherited | {"OMP_NUM_THREADS": "1"} | settings


def children_of(pid: int) -> list[int]:
    """The processes that a process has started, and those that they have; on Linux."""
    found: list[int] = []
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (thread / "children").read_text().split()):
            found += [child, *children_of(child)]
    return found


@dataclass
class Qibu:
    """A running command and its log."""

    process: subprocess.Popen[str]
    log_file: Path

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    def told_to_stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def killed(self) -> None:
        self.process.kill()
        self.process.wait(_PATIENCE)

    def ended(self) -> int:
        """The exit status, once there is one."""
        return self.process.wait(_PATIENCE)


def killed_at_once(*programs: Qibu) -> None:
    """Kills them and their children, as a machine that loses its power: none of them learns of
    another's end."""
    families = [[one.process.pid, *children_of(one.process.pid)] for one in programs]
    for how in (signal.SIGSTOP, signal.SIGKILL):
        for pid in itertools.chain(*families):
            os.kill(pid, how)
    for one in programs:
        one.process.wait(_PATIENCE)


@contextmanager
def running_qibu(
    directory: Path, *arguments: str, typed: str = "", module: str = "qibu", **settings: str
) -> Iterator[Qibu]:
    """Runs a command in a directory; a log is kept there, for it and those that ran before it.

    `module` is another program, run in the same way.
    """
    log_file, typed_file = directory / "log", directory / "typed"
    typed_file.write_text(typed)
    with log_file.open("a") as log, typed_file.open() as stdin:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=directory,
            env=clean_environment(**settings),
            stdin=stdin,
            stdout=log,
            stderr=log,
            text=True,
        )
    try:
        yield Qibu(process, log_file)
    finally:
        process.kill()
        process.wait(_PATIENCE)
