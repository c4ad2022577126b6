"""`qibu` in a process of its own, over the fake Telegram's HTTP front end.

Decides its environment and what is left of it; what it should do is for the tests.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_PATIENCE = 60


def clean_environment(**settings: str) -> dict[str, str]:
    """This environment without settings of Qibu's, and those given."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("QIBU_")}
    return inherited | {"OMP_NUM_THREADS": "1"} | settings


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


@contextmanager
def running_qibu(
    directory: Path, *arguments: str, typed: str = "", **settings: str
) -> Iterator[Qibu]:
    """Runs a command in a directory; a log is kept there, for it and those that ran before it."""
    log_file, typed_file = directory / "log", directory / "typed"
    typed_file.write_text(typed)
    with log_file.open("a") as log, typed_file.open() as stdin:
        process = subprocess.Popen(
            [sys.executable, "-m", "qibu", *arguments],
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
