"""A folder that stands for a machine on which Qibu is a service of systemd.

Decides what stands for what: paths lie below the folder, `systemctl` starts and stops what the unit
says, as somebody without rights where we may become that, and what is installed already is not
downloaded again. Everything else of a block of docs/operations.md runs as it stands there.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
from itertools import groupby
from pathlib import Path

from tests.ops.operations import ROOT, options

PATHS = ("/opt/qibu", "/etc/qibu.env", "/var/lib/qibu", "/var/backups/qibu")
SYSTEMD_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_DEBIANS_PYTHON = "/usr/bin/python3"


class Machine:
    """One service, `qibu`."""

    def __init__(self, place: Path, unit: str, function: str) -> None:
        """`function` is the page's own, with which commands get the service's settings."""
        self.place = place
        self.names: dict[str, str] = {}
        """What stands for the names on the page that are the operator's own."""
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("QIBU_", "MAKE", "MFLAGS", "VIRTUAL_ENV"))
        }
        self.python, self.somebody = _without_rights()
        self._unit, self._function = unit, function
        self._process: subprocess.Popen[bytes] | None = None
        for path in ("/opt", "/etc", "/var/lib", "/var/backups"):
            self.at(path).mkdir(parents=True)

    def at(self, path: str) -> Path:
        """Where a path of the machine lies."""
        return self.place / path.removeprefix("/")

    @property
    def log(self) -> str:
        return self.at("/log").read_text()

    def clones(self, origin: Path) -> None:
        """Has Qibu in /opt/qibu, and there the dependencies that are installed for the tests."""
        opt = self.at("/opt/qibu")
        subprocess.run(["git", "clone", "--quiet", str(origin), str(opt)], check=True)
        make = ["make", "--silent", f"PYTHON={self.python}", ".venv/bin/python"]
        subprocess.run(make, cwd=opt, env=self.environment, check=True)
        (packages,) = opt.glob(".venv/lib/python*/site-packages")
        (packages / "beneath.pth").write_text(f"{sysconfig.get_path('purelib')}\n")

    def told(self, **settings: str) -> None:
        """Writes settings into /etc/qibu.env."""
        file = self.at("/etc/qibu.env")
        text = file.read_text()
        for name, value in settings.items():
            text = re.sub(rf"^{name}=.*\n", "", text, flags=re.M) + f"{name}={value}\n"
        file.write_text(text)

    def does(self, block: str) -> str:
        """Runs the lines of a block; what they print. Raises where one of them fails."""
        printed = ""
        for ours, lines in groupby(self._here(block).splitlines(), _is_stood_for):
            if not ours:
                printed += self._runs("\n".join(lines))
                continue
            for line in lines:
                match line.split():
                    case ["systemctl", "stop", _]:
                        self.stops()
                    case ["systemctl", "start" | "restart", _] | [
                        "systemctl",
                        "enable",
                        "--now",
                        _,
                    ]:
                        self.stops()
                        self._starts()
        return printed

    def _runs(self, script: str) -> str:
        done = subprocess.run(
            ["bash", "-c", f"{self._here(self._function)}\nset -e\n{script}"],
            cwd=self.place,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def _starts(self) -> None:
        service = {name: self._here(v) for name, v in options(self._unit, "Service").items()}
        state = self.makes_the_state_directory()
        settings = re.findall(r"^(\w+)=(.*)$", Path(service["EnvironmentFile"]).read_text(), re.M)
        rights = []
        if self.somebody:
            rights = [
                "setpriv", f"--reuid={self.somebody}", "--clear-groups", "--no-new-privs",
                "--inh-caps=-all", "--bounding-set=-all", f"--regid={_group_of(self.somebody)}",
            ]  # fmt: skip
        with self.at("/log").open("a") as log:
            self._process = subprocess.Popen(
                [*rights, *service["ExecStart"].split()],
                cwd=state,
                env={"PATH": SYSTEMD_PATH, "LANG": "C.UTF-8", **dict(settings)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                umask=int(service["UMask"], 8),
            )

    def makes_the_state_directory(self) -> Path:
        """As systemd does at the first start."""
        service = options(self._unit, "Service")
        state = self.at(service["WorkingDirectory"])
        state.mkdir(mode=int(service["StateDirectoryMode"], 8), exist_ok=True)
        if self.somebody:
            shutil.chown(state, self.somebody)
        return state

    def stops(self) -> None:
        """As `KillMode=mixed`: the main process alone is told."""
        if self._process is None:
            return
        self._process.terminate()
        status, self._process = self._process.wait(600), None  # a busy machine takes its time
        assert status == 0, self.log

    def ended(self, patience: float) -> int:
        """The status with which the service ends by itself."""
        assert self._process is not None
        status, self._process = self._process.wait(patience), None
        return status

    def switched_off(self) -> None:
        """Leaves nothing running."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _here(self, text: str) -> str:
        for path in PATHS:
            text = re.sub(rf"{path}(?=/|\b)", str(self.at(path)), text)
        for name, value in self.names.items():
            text = re.sub(rf"\b{name}\b", value, text)
        if self.somebody:
            return text.replace("-u qibu", f"-u {self.somebody}").replace(
                "--owner=qibu", f"--owner={self.somebody}"
            )
        return text.replace("runuser -u qibu -- ", "").replace("--owner=qibu", "")


def _is_stood_for(line: str) -> bool:
    return line.startswith(("systemctl ", "useradd "))


def _group_of(user: str) -> str:
    found = subprocess.run(["id", "-g", user], capture_output=True, text=True, check=True)
    return found.stdout.strip()


def _without_rights() -> tuple[str, str | None]:
    """A Python of this version, and who may run it without any rights: None where only we may."""
    packages = sysconfig.get_path("purelib")
    same = f"import os, sys, venv, ensurepip; os.listdir({packages!r}); print(sys.version_info[:2])"
    if os.geteuid() == 0 and Path(_DEBIANS_PYTHON).exists() and shutil.which("runuser"):
        asked = ["runuser", "-u", "nobody", "--", _DEBIANS_PYTHON, "-c", same]
        done = subprocess.run(asked, capture_output=True, text=True, check=False, cwd="/")
        if done.stdout.strip() == str(sys.version_info[:2]):
            return _DEBIANS_PYTHON, "nobody"
    return sys.executable, None


def origin_of(place: Path) -> tuple[Path, str, str] | None:
    """A repository to install from, whose main is the version before the last migration; that
    version and the newest. None where the history is not there."""
    newest = max((ROOT / "migrations/versions").glob("0*.py")).relative_to(ROOT)
    added = _git(ROOT, "log", "--diff-filter=A", "--format=%H", "-1", "--", str(newest))
    known = _git(ROOT, "rev-parse", "--verify", "--quiet", f"{added}^") if added else ""
    if not known:
        return None
    origin = place / "origin.git"
    _git(place, "clone", "--quiet", "--bare", str(ROOT), str(origin))
    head = _git(origin, "rev-parse", "HEAD")
    publish(origin, known)
    _git(origin, "symbolic-ref", "HEAD", "refs/heads/main")
    return origin, known, head


def publish(origin: Path, version: str) -> None:
    """Makes a version what its users get."""
    _git(origin, "update-ref", "refs/heads/main", version)


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _git(where: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=where, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()
