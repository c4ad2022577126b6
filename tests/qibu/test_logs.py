"""No secret is ever logged, in whichever format."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

TOKEN = "123456789:AAE-secret_secret_secret_secret_12345"
KEY = "a key of bot and worker"
PASSWORD = "hunter2-of-the-database"

PROGRAM = f"""
import logging
from qibu import logs
logs.configure(logs.LogSettings())
log = logging.getLogger("test")
log.info("asking https://host/bot%s/getMe with %s", "{TOKEN}", "{KEY}")
log.info("connecting to postgresql+asyncpg://qibu:{PASSWORD}@db:5432/qibu")
try:
    raise ValueError("{TOKEN} {KEY}")
except ValueError:
    log.exception("failed")
logging.getLogger("httpx").info("GET %s", "{TOKEN}")
"""


@pytest.mark.parametrize("log_format", ["text", "json"])
@pytest.mark.parametrize("from_file", [False, True])
def test_tokens_and_keys_are_hidden_tracebacks_included(
    log_format: str, from_file: bool, tmp_path: Path
) -> None:
    settings = {"QIBU_LOG_FORMAT": log_format, "QIBU_WORKER_KEY": KEY}
    if from_file:
        rows = (f'{name}="{value}"\n' for name, value in settings.items())
        (tmp_path / ".env").write_text("".join(rows))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={} if from_file else settings,
        check=True,
    )
    assert done.stderr.startswith("{") is (log_format == "json")
    assert "failed" in done.stderr
    assert "ValueError" in done.stderr
    assert TOKEN not in done.stderr
    assert KEY not in done.stderr
    assert PASSWORD not in done.stderr
    assert "@db:5432/qibu" in done.stderr
    assert "GET" not in done.stderr


def test_json_logs_are_one_object_a_line() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        env={"QIBU_LOG_FORMAT": "json"},
        check=True,
    )
    records = [json.loads(line) for line in done.stderr.splitlines()]
    assert [record["levelname"] for record in records] == ["INFO", "INFO", "ERROR"]
    assert records[0]["name"] == "test"
