"""The container's dependencies, pinned by the digests of their files, are pyproject.toml's."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PIN = re.compile(
    r"^([A-Za-z0-9_.-]+)==(\S+)(?: ; .*)? \\\n((?:    --hash=sha256:[0-9a-f]{64}.*\n)+)", re.M
)


@pytest.mark.parametrize("part", ["bot", "poet", "torch"])
def test_every_dependency_is_there_with_its_version_and_its_digests(part: str) -> None:
    """After a change of dependencies: `make lock`."""
    text = (ROOT / "docker" / "lock" / f"{part}.txt").read_text()
    locked = {(name, version) for name, version, _ in PIN.findall(text)}
    script = [sys.executable, "docker/requirements.py", part]
    asked = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for line in asked.split():
        name, version = re.sub(r"\[.*\]", "", line).split("==")
        assert (name, version) in locked, f"{line} is not in docker/lock/{part}.txt: make lock"
    lines = [line for line in text.splitlines() if "==" in line]
    assert len(lines) == len(PIN.findall(text)), "no line without a digest"
    assert "://" not in text, "pip knows where to look"


def test_the_dockerfile_installs_by_digests() -> None:
    installs = re.findall(r"pip install ([^;&\\\n]+)", (ROOT / "Dockerfile").read_text())
    plain = [line.strip() for line in installs if "--require-hashes" not in line]
    assert plain == ["--requirement torch.txt", "--requirement extras.txt", "--no-deps ."]
