"""Runs a command beside a PostgreSQL server of its own, whose address it finds in
QIBU_TEST_POSTGRES.

Decides where the server lives: a data directory under the temporary folder, a free port of the
loopback interface, a random password; both are gone when the command ends, and when this program is
told to end (SIGTERM, SIGHUP, Ctrl-C), which it tells the command first. A server that was there
before is neither used nor touched. What the command does with the server is its own.

    .venv/bin/python tools/with_postgres.py .venv/bin/pytest tests/bot/store
    .venv/bin/python tools/with_postgres.py --install true    apt-get first, where it is missing

Where there is no PostgreSQL, it says so, runs nothing, and ends with 0: nobody needs it to work on
Qibu. As root it runs the server as the user `postgres` or `nobody`, for PostgreSQL refuses root.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

DEBIAN = Path("/usr/lib/postgresql")
STOPS = (signal.SIGTERM, signal.SIGHUP)
PATIENCE = 60.0
"""Seconds in which a server must answer; on a busy disk it takes a while to make its files."""


def main() -> int:
    """Reads the command line; the command's own exit status."""
    parser = argparse.ArgumentParser(description="Run a command beside a PostgreSQL server.")
    parser.add_argument("--install", action="store_true", help="install Debian's package if needed")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="what to run")
    asked = parser.parse_args()
    if not asked.command:
        parser.error("which command?")
    if asked.install and programs() is None:
        install()
    found = programs()
    if found is None:
        sys.stdout.write(
            "skipped: there is no PostgreSQL here; `apt-get install postgresql` brings it\n"
        )
        return 0
    for number in STOPS:
        signal.signal(number, _leave)
    with serving(found) as address:
        return _run(asked.command, os.environ | {"QIBU_TEST_POSTGRES": address})


def _leave(number: int, _: FrameType | None) -> None:
    for again in STOPS:
        signal.signal(again, signal.SIG_IGN)  # leaving takes a while, and ends in any case
    sys.exit(128 + number)


def _run(command: list[str], environment: dict[str, str]) -> int:
    """The exit status of a command, which does not outlive us."""
    process = subprocess.Popen(command, env=environment)
    try:
        return process.wait()
    finally:
        process.terminate()  # does nothing to one that has ended
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def programs() -> Path | None:
    """The folder of the newest server's programs; Debian keeps them out of PATH."""
    folders = [folder / "bin" for folder in sorted(DEBIAN.glob("*"), key=_number, reverse=True)]
    on_path = shutil.which("postgres")
    if on_path is not None:
        folders.append(Path(on_path).resolve().parent)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def _number(folder: Path) -> int:
    return int(folder.name) if folder.name.isdecimal() else 0


def install() -> None:
    """Installs Debian's package without the cluster that it would start; needs root and apt."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    common = [apt, "install", "--yes", "--no-install-recommends"]
    for step in ([apt, "update"], [*common, "postgresql-common"], [*common, "postgresql"]):
        if subprocess.run(step, env=quiet, stdout=subprocess.DEVNULL, check=False).returncode:
            return  # no network, say: as if it had not been asked for
        configuration = Path("/etc/postgresql-common/createcluster.conf")
        if step[-1] == "postgresql-common" and configuration.exists():
            with configuration.open("a") as file:
                file.write("\ncreate_main_cluster = false\n")


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    """A new server; its address for SQLAlchemy. It is stopped, and its files removed, at the end.

    Raises SystemExit with what the server said if it does not start.
    """
    user = _user()
    with tempfile.TemporaryDirectory(prefix="qibu-postgres-") as place:
        data, log = Path(place) / "data", Path(place) / "log"
        password, port = secrets.token_urlsafe(16), _free_port()
        _prepare(folder, Path(place), data, password, user)
        with log.open("w") as output:
            server = subprocess.Popen(
                [
                    str(folder / "postgres"), "-D", str(data), "-p", str(port), "-k", "",
                    "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=300",
                    # What is kept here is worth nothing once the tests are over.
                    "-c", "fsync=off", "-c", "full_page_writes=off",
                ],
                stdout=output, stderr=output, user=user, cwd=place,
                # A Ctrl-C in the terminal is for the command: the server outlives it.
                start_new_session=True,
            )  # fmt: skip
        try:
            _wait(server, folder, port, log)
            yield f"postgresql+asyncpg://qibu:{password}@127.0.0.1:{port}/postgres"
        finally:
            server.terminate()
            try:
                server.wait(5)
            except subprocess.TimeoutExpired:
                server.send_signal(2)  # "fast": whoever is still connected is sent away
                server.wait(PATIENCE)


def _prepare(folder: Path, place: Path, data: Path, password: str, user: str | None) -> None:
    pwfile = place / "password"
    pwfile.write_text(password)
    if user is not None:
        for path in (place, pwfile):
            shutil.chown(path, user)
    made = subprocess.run(
        [
            str(folder / "initdb"), "-D", str(data), "--username=qibu", f"--pwfile={pwfile}",
            "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync",
        ],
        user=user, cwd=place, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        sys.exit(f"initdb: {made.stderr.strip()}")


def _wait(server: subprocess.Popen[bytes], folder: Path, port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    ready = [str(folder / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    while subprocess.run(ready, check=False).returncode:
        if server.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"PostgreSQL does not start: {log.read_text().strip()}")
        time.sleep(0.1)


def _user() -> str | None:
    """Whom the server runs as: who asks, unless that is root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
