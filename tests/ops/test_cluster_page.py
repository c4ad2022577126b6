"""docs/cluster.md as it is written, on a local Ray: started, a replica killed, and new weights.

Needs the extra `cluster`, and a machine on which no other Ray runs.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
URL = "http://127.0.0.1:8077"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LIMIT = 900.0

Shell = Callable[[str], str]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(4 * LIMIT)]


def block(title: str) -> str:
    """The last commands below a title of the page, without those of a second machine."""
    page = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
    section = page.partition(f"## {title}\n")[2].partition("\n## ")[0]
    found = [one for one in BLOCK.findall(section) if "docker" not in one]
    return "".join(line + "\n" for line in "".join(found).splitlines() if "FIRST" not in line)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """Runs commands where the tree is, with a copy of ops/ that they may change."""
    pytest.importorskip("ray.serve", reason="needs Ray: pip install -e '.[cluster]'")
    for name in ("benchmarks", "bot", "model", "qibu"):
        (tmp_path / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "ops", tmp_path / "ops")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("QIBU_")}
    environment |= {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "QIBU_POOL_SIZE": "0",
        "RAY_USAGE_STATS_ENABLED": "0",
    }

    def run(commands: str) -> str:
        # Into a file: what stays in the background must not keep a pipe open.
        log = tmp_path / "log"
        with log.open("w") as out:
            status = subprocess.run(
                ["bash", "-e", "-c", commands],
                cwd=tmp_path,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                timeout=LIMIT,
                check=False,
            ).returncode
        told = log.read_text()
        assert status == 0, told
        return told

    yield run
    run("ray stop --force")


def running(shell: Shell, replicas: int, model: str) -> None:
    """Returns when so many replicas run, and a model answers."""
    begun = time.monotonic()
    while time.monotonic() - begun < LIMIT:
        status = shell("serve status")
        if re.search(rf"\bRUNNING: {replicas}\n", status) and "status: RUNNING" in status:
            answer = httpx.get(f"{URL}/v1/model", trust_env=False, timeout=60)
            if answer.is_success and answer.json()["model"].startswith(model):
                return
        time.sleep(2)
    raise AssertionError(status)


def test_the_page_of_the_cluster_is_as_written(shell: Shell) -> None:
    start, ask = block("Starting it").split("curl", 1)
    shell(start)
    running(shell, 2, "transformer")
    (verse,) = json.loads(shell(f"curl --silent{ask}"))["verses"]
    assert verse["form"] == "jueju7"

    told = shell(block("Killing a replica"))
    lost = [line for line in told.splitlines() if "×" in line and "a verse of" not in line]
    assert "a verse of transformer" in told
    assert all("status 500" in line for line in lost), told
    assert sum(int(line.split()[0]) for line in lost) <= 2, "no more than there were clients"
    running(shell, 2, "transformer")

    told = shell(block("New weights"))
    assert "a verse of gcnn" in told
    assert all("a verse of" in line for line in told.splitlines() if "×" in line), told
    running(shell, 2, "gcnn")
