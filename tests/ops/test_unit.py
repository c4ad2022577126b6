"""The systemd unit of docs/operations.md: its options are known, and what it is allowed is little.

Nothing is started here: systemd may not run on this machine. `test_operators_day` runs ExecStart.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ops.operations import blocks, options

(UNIT,) = blocks("On one machine", "ini")


def test_it_runs_the_bot_as_somebody_without_rights() -> None:
    service = options(UNIT, "Service")
    assert service["ExecStart"] == "/opt/qibu/.venv/bin/qibu run"
    assert service["User"] == "qibu"
    assert service["WorkingDirectory"] == f"/var/lib/{service['StateDirectory']}"
    assert service["CapabilityBoundingSet"] == ""
    assert (service["NoNewPrivileges"], service["ProtectSystem"]) == ("yes", "strict")
    assert service["UMask"] == "0077"


def test_a_stop_lets_the_bot_end_its_worker_itself() -> None:
    service = options(UNIT, "Service")
    assert service["KillMode"] == "mixed", "the worker answers what the bot has still in hand"
    assert int(service["TimeoutStopSec"]) >= 60


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_knows_every_option_and_finds_it_safe(tmp_path: Path) -> None:
    file = tmp_path / "qibu.service"
    file.write_text(re.sub("^ExecStart=.*$", f"ExecStart={sys.executable}", UNIT, flags=re.M))
    checked = subprocess.run(
        ["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=True
    )
    about_it = [line for line in checked.stderr.splitlines() if file.name in line]
    assert not about_it
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", str(file)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert re.search(r"exposure level for qibu\.service: \d\.\d OK", rated.stdout), rated.stdout
