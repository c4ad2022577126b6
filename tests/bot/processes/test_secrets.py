"""Tokens, keys and passwords: in no log, no metric, no title of a process, no reply, no report; and
the container that holds them."""

from __future__ import annotations

import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.bot.process import running_qibu
from tests.bot.worker import LocalWorker
from tests.model.service.poet import POISONED
from tests.telegram import FakeServer, FakeTelegram

ROOT = Path(__file__).parents[2]
KEY = "a-very-secret-key-of-the-worker"
WEBHOOK_SECRET = "a-very-secret-word-of-the-webhook"
PASSWORD = "a-very-secret-password"


@pytest.fixture
def telegram() -> FakeTelegram:
    return FakeTelegram()


@pytest.fixture
def server(telegram: FakeTelegram) -> Iterator[FakeServer]:
    with FakeServer(telegram) as server:
        yield server


@pytest.fixture
def worker() -> Iterator[LocalWorker]:
    with LocalWorker(KEY).serving() as worker:
        yield worker


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _titles(pid: int) -> str:
    """What `ps` shows of a process and its children."""
    shown = Path(f"/proc/{pid}/cmdline").read_text()
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in (thread / "children").read_text().split():
            shown += _titles(int(child))
    return shown


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("log_format", ["text", "json"])
async def test_nothing_that_runs_tells_a_secret(
    telegram: FakeTelegram,
    server: FakeServer,
    worker: LocalWorker,
    tmp_path: Path,
    log_format: str,
) -> None:
    """With every kind of trouble that writes a traceback, and with --debug."""
    ada, owner = telegram.user("Ada"), telegram.user("Owner")
    owner.sends("/start")
    telegram.responds_html_502("getMe")
    telegram.drops_connection("getMyCommands")
    telegram.fails_next("sendMessage", 401, "Unauthorized", in_chat=ada.chat)
    port = _free_port()
    with running_qibu(
        tmp_path,
        "--debug",
        "run",
        QIBU_TELEGRAM_TOKEN=telegram.token,
        QIBU_TELEGRAM_API=server.url,
        QIBU_WORKER_URL=worker.url,
        QIBU_WORKER_KEY=KEY,
        QIBU_WEBHOOK_SECRET=WEBHOOK_SECRET,
        QIBU_OWNER_ID=str(owner.id),
        QIBU_LOG_FORMAT=log_format,
        QIBU_METRICS_LISTEN=f"127.0.0.1:{port}",
    ) as qibu:
        for words in ("/help", f"/poem {POISONED}", "/poem", "/help"):
            ada.sends(words)
        await telegram.until(lambda: len(ada.answers) >= 3)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as stranger:
            pages = [(await stranger.get(path)).text for path in ("/metrics", "/healthz", "/")]
        titles = _titles(qibu.process.pid)
        qibu.told_to_stop()
        assert qibu.ended() == 0
    said = [answer.text for person in (ada, owner) for answer in person.answers]
    everything = "\n".join([qibu.log, titles, *pages, *said])
    assert "Traceback" in qibu.log, "there was something to tell"
    for secret in (telegram.token, telegram.token.split(":")[1], KEY, WEBHOOK_SECRET):
        assert secret not in everything


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
async def test_a_worker_of_our_own_is_given_its_key_in_secret(
    telegram: FakeTelegram, server: FakeServer, tmp_path: Path
) -> None:
    settings = {"QIBU_TELEGRAM_TOKEN": telegram.token, "QIBU_TELEGRAM_API": server.url}
    with running_qibu(tmp_path, "run", QIBU_WORKER_KEY=KEY, **settings) as qibu:
        titles = await telegram.until(
            lambda: "worker" in (shown := _titles(qibu.process.pid)) and shown
        )
    assert isinstance(titles, str)
    for secret in (KEY, telegram.token):
        assert secret not in titles


def test_a_password_in_an_address_is_not_told(tmp_path: Path) -> None:
    address = f"postgresql+asyncpg://qibu:{PASSWORD}@127.0.0.1:1/qibu"
    for command in (("db", "check"), ("daily", "list"), ("--debug", "db", "upgrade")):
        with running_qibu(tmp_path, *command, QIBU_DATABASE_URL=address) as qibu:
            assert qibu.ended() != 0
        assert PASSWORD not in qibu.log


@pytest.mark.parametrize("file", ["compose.yaml"])
def test_every_container_is_read_only_without_rights_and_not_root(file: str) -> None:
    text = (ROOT / file).read_text()
    common = text[text.index("x-qibu: &qibu") : text.index("x-bot: &bot")]
    for line in ("read_only: true", "cap_drop: [ALL]", 'security_opt: ["no-new-privileges:true"]'):
        assert line in common, line
    services = text[text.index("\nservices:") : text.index("\nnetworks:")]
    named = re.findall(r"^  (\w+):\n((?:    .*\n|\n)+)", services, re.MULTILINE)
    assert {name for name, _ in named} >= {"qibu", "bot", "migrate", "worker"}
    for name, body in named:
        assert re.search(r"<<: \*(qibu|bot)\b", body), f"{name} is one of them"
        for weakness in ("privileged", "read_only: false", "user:", "cap_add", "network_mode"):
            assert weakness not in body, (name, weakness)
        if name == "worker":
            assert "env_file" not in body, "it has no use for the token of the bot"
            assert "ports:" not in body, "it is published nowhere"


def test_the_image_runs_as_nobody_special() -> None:
    text = (ROOT / "Dockerfile").read_text()
    last = text[text.rindex("\nFROM ") :]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert "USER root" not in last
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert ignored.count("*") == 1
    assert "!.env" not in ignored
