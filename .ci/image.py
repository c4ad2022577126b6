"""Follows the build stage of the Dockerfile in a temporary folder, and uses what comes out.

Decides what stands in for a container: /opt/qibu becomes a folder, COPY copies what git knows, RUN
runs. The second stage only copies that folder, and is left to Docker and hadolint.

Run it as `.venv/bin/python .ci/image.py`; it takes some minutes, most of them torch's.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
PREFIX = "/opt/qibu"


def build(into: Path, arguments: dict[str, str]) -> dict[str, str]:
    """Follows the stage `build`; returns the environment in which `qibu` is found."""
    source, prefix = into / "src", into / "qibu"
    source.mkdir()
    keep = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    environment = {**keep, "HOME": str(into)}
    for instruction, text in instructions():
        rest = text.replace(PREFIX, str(prefix))
        if instruction == "ARG":
            name, _, default = rest.partition("=")
            value = arguments.get(name, environment.get(name, default))
            if value:
                environment[name] = value
            else:
                environment.setdefault(name, "")
        elif instruction == "ENV":
            for name, value in re.findall(r"(\w+)=(\S+)", rest):
                environment[name] = value.replace("$PATH", environment["PATH"])
        elif instruction == "COPY":
            *names, target = rest.split()
            for name in names:
                copy(name, source / target)
        elif instruction == "RUN":
            print(f"RUN {rest}", flush=True)
            subprocess.run(["/bin/sh", "-c", rest], cwd=source, env=environment, check=True)
        elif instruction not in ("FROM", "WORKDIR"):
            sys.exit(f"the build stage has {instruction}, and this script does not know it")
    shutil.rmtree(source)
    return {**keep, "PATH": environment["PATH"]}


def instructions() -> list[tuple[str, str]]:
    """The instructions of the first stage, without comments and continuations."""
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    pairs = [(first, rest) for first, _, rest in (line.partition(" ") for line in lines) if first]
    second = [i for i, (instruction, _) in enumerate(pairs) if instruction == "FROM"][1]
    return pairs[:second]


def copy(name: str, target: Path) -> None:
    """Copies a file or folder as `COPY name target/` does, without what git ignores."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", name]
    found = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    if not found:
        sys.exit(f"the Dockerfile copies {name}, and there is no such thing")
    for path in map(Path, found.splitlines()):
        to = target / (path.relative_to(name) if (ROOT / name).is_dir() else path.name)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, to)


def says(command: str, folder: Path, environment: dict[str, str], given: str = "") -> str:
    """What a command prints, run in a folder that is none of the source's."""
    print(f"$ {command}", flush=True)
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        input=given,
        shell=True,
        text=True,
        check=True,
        stdout=subprocess.PIPE,
        timeout=180,
    )
    print(done.stdout, end="", flush=True)
    return done.stdout


def use_whole_image(folder: Path, environment: dict[str, str]) -> None:
    """The image of bot and worker: composes, converses, serves, and reports its health."""
    verses = says("qibu compose --count 2 --seed 7 --plain", folder, environment).split()
    assert len(verses) == 2, verses
    assert "，" in says("qibu chat --language zh", folder, environment, "/poem\n")
    check = f"{sys.executable} {ROOT}/docker/healthcheck.py"
    worker = subprocess.Popen(["qibu", "worker"], cwd=folder, env=environment)
    try:
        patience = time.monotonic() + 60
        while subprocess.run(check, shell=True, env=environment, check=False).returncode:
            assert time.monotonic() < patience, "the worker does not report its health"
            assert worker.poll() is None, "the worker has gone"
            time.sleep(0.2)
    finally:
        worker.terminate()
        assert worker.wait(60) == 0
    assert subprocess.run(check, shell=True, env=environment, check=False).returncode == 1


def use_bot_image(folder: Path, environment: dict[str, str]) -> None:
    """The image of the bot alone: no torch, and the bot's commands all the same."""
    says(
        "qibu db upgrade && qibu db check && qibu daily list && qibu bot --help",
        folder,
        environment,
    )
    has_torch = "import importlib.util as u; print(u.find_spec('torch') is not None)"
    assert says(f'python -c "{has_torch}"', folder, environment) == "False\n"


def main() -> None:
    """Builds and uses both images."""
    for torch, use in (("none", use_bot_image), ("cpu", use_whole_image)):
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "data"
            folder.mkdir()
            use(folder, build(Path(place), {"TORCH": torch}))


main()
