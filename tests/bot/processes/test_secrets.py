"""Tokens, keys and passwords: in no log, no metric, no title of a process, no reply, no report."""

from __future__ import annotations

import sys
from pathlib import Path

import httpx
import pytest

from tests.bot.process import children_of, running_qibu
from tests.bot.processes.conftest import KEY, Until
from tests.model.service.poet import POISONED
from tests.telegram import FakeServer, FakeTelegram

WEBHOOK_SECRET = "a-very-secret-word-of-the-webhook"
PASSWORD = "a-very-secret-password"


def _titles(pid: int) -> str:
    """What `ps` shows of a process and its children."""
    family = [pid, *children_of(pid)]
    return "".join(Path(f"/proc/{one}/cmdline").read_text() for one in family)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("log_format", ["text", "json"])
async def test_nothing_that_runs_tells_a_secret(
    telegram: FakeTelegram,
    settings: dict[str, str],
    ports: list[int],
    tmp_path: Path,
    log_format: str,
    until: Until,
) -> None:
    """With every kind of trouble that writes a traceback, and with --debug."""
    ada, owner = telegram.user("Ada"), telegram.user("Owner")
    owner.sends("/start")
    telegram.responds_html_502("getMe")
    telegram.drops_connection("getMyCommands")
    telegram.fails_next("sendMessage", 401, "Unauthorized", in_chat=ada.chat)
    listen = f"127.0.0.1:{ports[0]}"
    with running_qibu(
        tmp_path,
        "--debug",
        "run",
        QIBU_WEBHOOK_SECRET=WEBHOOK_SECRET,
        QIBU_OWNER_ID=str(owner.id),
        QIBU_LOG_FORMAT=log_format,
        QIBU_METRICS_LISTEN=listen,
        **settings,
    ) as qibu:
        for words in ("/help", f"/poem {POISONED}", "/poem", "/help"):
            ada.sends(words)
        await until(lambda: len(ada.answers) >= 3)
        async with httpx.AsyncClient(base_url=f"http://{listen}") as stranger:
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
    telegram: FakeTelegram, server: FakeServer, tmp_path: Path, until: Until
) -> None:
    settings = {"QIBU_TELEGRAM_TOKEN": telegram.token, "QIBU_TELEGRAM_API": server.url}
    with running_qibu(tmp_path, "run", QIBU_WORKER_KEY=KEY, **settings) as qibu:
        titles = await until(lambda: "worker" in (shown := _titles(qibu.process.pid)) and shown)
    assert isinstance(titles, str)
    for secret in (KEY, telegram.token):
        assert secret not in titles


def test_a_password_in_an_address_is_not_told(tmp_path: Path) -> None:
    address = f"postgresql+asyncpg://qibu:{PASSWORD}@127.0.0.1:1/qibu"
    for command in (("db", "check"), ("daily", "list"), ("--debug", "db", "upgrade")):
        with running_qibu(tmp_path, *command, QIBU_DATABASE_URL=address) as qibu:
            assert qibu.ended() != 0
        assert PASSWORD not in qibu.log
