"""Servers as processes of their own, for as long as a benchmark needs them.

Decides how they are started, when they are ready, and that nothing of them stays; what is asked of
them is left to the benchmark.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence

import click
import httpx

_START_LIMIT = 180.0


@contextlib.contextmanager
def served(
    command: Sequence[str], ready: str, settings: Mapping[str, str] | None = None
) -> Iterator[str]:
    """The address of a server, from when it answers; `--port` is added to the command."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    clean = {k: v for k, v in os.environ.items() if not k.startswith("QIBU_")}
    process = subprocess.Popen(
        [*command, "--port", str(port)],
        env=clean | {"OMP_NUM_THREADS": "1"} | dict(settings or {}),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # LitServe leaves children behind; they share its group. A session of its own would be a
        # share of its own of a busy machine.
        process_group=0,
    )
    try:
        _wait(process, url + ready)
        yield url
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=40)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def worker(model: str, device: str) -> contextlib.AbstractContextManager[str]:
    """`qibu worker` without a pool."""
    settings = {"QIBU_MODEL": model, "QIBU_DEVICE": device, "QIBU_POOL_SIZE": "0"}
    command = [sys.executable, "-m", "qibu", "worker", "--exit-with-parent"]
    return served(command, "/readyz", settings)


def litserve(python: str, model: str, device: str) -> contextlib.AbstractContextManager[str]:
    """LitServe around the same poet, by an interpreter that has it."""
    command = [python, "-m", "benchmarks.litserve_poet", "--model", model, "--device", device]
    return served(command, "/health")


def has_litserve(python: str) -> bool:
    """Whether an interpreter can run LitServe."""
    command = [python, "-c", "import litserve"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@contextlib.contextmanager
def busy_neighbour() -> Iterator[None]:
    """A process that does nothing but keep one core busy."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < _START_LIMIT:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(url, trust_env=False).is_success:
                return
        if process.poll() is not None:
            raise click.ClickException(f"a server ended with status {process.returncode}")
        time.sleep(0.2)
    raise click.ClickException(f"{url} did not answer within {_START_LIMIT:.0f} s")
