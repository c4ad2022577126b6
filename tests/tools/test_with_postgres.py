"""A PostgreSQL of a command's own goes with it, however that ends."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tools.with_postgres import programs

SCRIPT = Path(__file__).parents[2] / "tools/with_postgres.py"
COMMAND = """
import os, signal, time
print(os.getpid(), os.environ["QIBU_TEST_POSTGRES"], flush=True)
time.sleep(600)
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(programs() is None, reason="there is no PostgreSQL here"),
]


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder for temporary files into which the server's user may look."""
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Path(made)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _lives(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_told_to_end_it_leaves_nothing_behind(place: Path, told: signal.Signals) -> None:
    program = subprocess.Popen(
        [sys.executable, str(SCRIPT), sys.executable, "-c", COMMAND],
        env={"PATH": "/usr/bin:/bin", "TMPDIR": str(place)},
        stdout=subprocess.PIPE,
        text=True,
        # Whoever runs the tests in the background may have it ignored.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )
    try:
        assert program.stdout is not None
        pid, address = program.stdout.readline().split()
        port = make_url(address).port
        assert port is not None
        assert _listens(port)
        assert list(place.iterdir())
        program.send_signal(told)
        assert program.wait(60) != 0
    finally:
        program.terminate()
        program.wait(60)
    assert not _listens(port)
    assert not list(place.iterdir()), "its files are gone"
    patience = time.monotonic() + 60
    while _lives(int(pid)):
        assert time.monotonic() < patience, "the command is still there"
        time.sleep(0.05)


def test_the_status_is_that_of_the_command(place: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), sys.executable, "-c", "raise SystemExit(7)"],
        env={"PATH": "/usr/bin:/bin", "TMPDIR": str(place)},
        check=False,
    )
    assert done.returncode == 7
    assert not list(place.iterdir())
