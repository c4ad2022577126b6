"""The bot as a process: over HTTP, by polling and by webhook, through restarts and signals."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.bot.process import clean_environment, running_qibu
from tests.bot.processes.conftest import PUBLIC, Start, Until
from tests.bot.worker import LocalWorker
from tests.model.service.poet import WAITS
from tests.telegram import FakeServer, FakeTelegram
from tests.telegram.reactions import tell_counts

SECRET = "a-secret-of-the-webhook"

pytestmark = pytest.mark.timeout(900)


async def test_it_serves_over_http_and_remembers_across_a_restart(
    telegram: FakeTelegram, start: Start, until: Until
) -> None:
    ada = telegram.user("Ada")
    ada.sends("/poem")
    with start() as qibu:
        poem = (await until(lambda: ada.answers))[-1]
        best = next(b.data for b in poem.buttons if b.data and b.data.endswith(":5"))
        click = ada.clicks(poem, best)
        await until(lambda: click.answered)
        qibu.told_to_stop()
        assert qibu.ended() == 0
    assert not telegram.updates.pending, "what was handled does not come again"

    ada.sends("/top")
    with start() as qibu:
        await until(lambda: len(ada.answers) == 2)
        qibu.told_to_stop()
        assert qibu.ended() == 0
    line = poem.text.splitlines()[0][:5]
    assert line in ada.last_answer.text, "the rated poem is the best one"
    assert telegram.token not in qibu.log
    assert telegram.token.split(":")[1] not in qibu.log


async def test_channels_and_reactions_over_http_and_across_a_restart(
    telegram: FakeTelegram, start: Start, until: Until
) -> None:
    li = telegram.user("Li")
    channel = telegram.channel("唐音", li)
    li.sends("/poem")
    with start() as qibu:
        verse = (await until(lambda: li.answers))[0]
        assert "message_reaction_count" in (telegram.updates.allowed or ())
        li.adds_bot_to(channel)
        await until(lambda: len(li.answers) == 2)
        qibu.told_to_stop()
        assert qibu.ended() == 0
    question = li.last_answer
    li.clicks(question, "08:00")
    li.reacts(verse, "🔥")
    li.posts("/poem", channel)
    with start() as qibu:
        await until(lambda: question.text.startswith("The poem of the day comes to 唐音"))
        post = (await until(lambda: channel.answers))[0]
        li.reacts(post, "👍")
        tell_counts(channel)
        await until(lambda: len(post.keyboard) == 2)
        assert post.keyboard[1][0].text == "★ 4.0 · 1 rating"
        li.sends("/top")
        await until(lambda: li.last_answer.text.startswith("The best verse"))
        qibu.told_to_stop()
        assert qibu.ended() == 0
    best = verse.text.splitlines()[0][:5]
    assert re.search(rf"{best}.*★ 5\.0 \(1\)", li.last_answer.text)


async def test_it_brings_its_own_poet_and_takes_it_along(
    telegram: FakeTelegram, server: FakeServer, ports: list[int], tmp_path: Path, until: Until
) -> None:
    ada = telegram.user("Ada")
    ada.sends("/couplet 白日依山尽,黄河入海流")
    settings = {"QIBU_TELEGRAM_TOKEN": telegram.token, "QIBU_TELEGRAM_API": server.url}
    listen = f"127.0.0.1:{ports[0]}"
    with running_qibu(tmp_path, "run", QIBU_METRICS_LISTEN=listen, **settings) as qibu:
        await until(lambda: ada.answers)
        async with httpx.AsyncClient() as operator:
            metrics = (await operator.get(f"http://{listen}/metrics")).text
        qibu.told_to_stop()
        assert qibu.ended() == 0
    assert "白日依山尽，黄河入海流。" in ada.last_answer.text
    place = re.search(r"listening on (127\.0\.0\.1), port (\d+)", qibu.log)
    assert place is not None, "the worker's log is part of ours"
    with socket.socket() as probe:
        assert probe.connect_ex((place[1], int(place[2]))), "the worker left with the bot"
    assert "qibu_bot_worker_up 1.0" in metrics
    assert "qibu_bot_worker_restarts_total 0.0" in metrics
    assert 'qibu_worker_verses_total{form="couplet5"}' in metrics, "its worker is seen through it"


async def test_one_name_leads_from_an_update_to_the_line_of_the_worker(
    telegram: FakeTelegram, server: FakeServer, tmp_path: Path, until: Until
) -> None:
    ada = telegram.user("Ada")
    settings = {"QIBU_TELEGRAM_TOKEN": telegram.token, "QIBU_TELEGRAM_API": server.url}
    with running_qibu(tmp_path, "run", QIBU_LOG_FORMAT="json", **settings) as qibu:
        ada.sends("/couplet 白日依山尽,黄河入海流")
        await until(lambda: ada.answers)
        qibu.told_to_stop()
        assert qibu.ended() == 0
    lines = [json.loads(line) for line in qibu.log.splitlines()]
    (update,) = [line for line in lines if line["message"].startswith("message handled")]
    (work,) = [line for line in lines if line.get("endpoint") == "/v1/reconstruct"]
    assert update["request_id"] == work["request_id"]
    assert (update["kind"], work["status"]) == ("message", 200)
    for secret in ("白日", "黄河", *ada.last_answer.text.splitlines()[1:3], telegram.token):
        assert secret not in qibu.log


async def test_verse_is_sent_from_any_chat_over_http(
    telegram: FakeTelegram, server: FakeServer, start: Start, until: Until
) -> None:
    ada = telegram.user("Ada")
    with start() as qibu:
        hint = "send /setinline and then /setinlinefeedback (100%) to @BotFather"
        await until(lambda: hint in qibu.log)
        qibu.told_to_stop()
        assert qibu.ended() == 0
    told = qibu.log.count("/setinline ")
    telegram.inline_mode = telegram.inline_feedback = True
    with start() as qibu:
        group = telegram.group("诗社", ada)
        query = ada.types("白鹤", group)
        await until(lambda: query.answered)
        sent = ada.chooses(query, "New", group)
        await until(lambda: "Being written" not in sent.text)
        click = ada.clicks(sent, "★5")
        await until(lambda: click.answered and len(sent.keyboard) == 4)
        fresh = ada.types()
        await until(lambda: fresh.answered)
        qibu.told_to_stop()
        assert qibu.ended() == 0
    assert qibu.log.count("/setinline ") == told, "nothing is amiss"
    assert "白鹤" not in qibu.log


async def test_told_to_stop_it_answers_what_it_has_taken(
    telegram: FakeTelegram, start: Start, worker: LocalWorker, until: Until
) -> None:
    ada = telegram.user("Ada", language_code="zh")
    with start() as qibu:
        ada.sends(f"/poem {WAITS}")
        await until(worker.poet.waiting.is_set)
        qibu.told_to_stop()
        await until(lambda: "stopping" in qibu.log)
        worker.poet.go_on.set()
        assert qibu.ended() == 0
    assert len(ada.answers) == 1
    assert not telegram.updates.pending


async def test_killed_it_loses_no_message_it_had_not_taken(
    telegram: FakeTelegram, start: Start, until: Until
) -> None:
    people = [telegram.user(f"Person {n}") for n in range(8)]
    with start() as qibu:
        people[0].sends("/help")
        await until(lambda: people[0].answers)
        qibu.killed()
        for person in people[1:]:
            person.sends("/help")
    with start():
        await until(lambda: all(person.answers for person in people))
    assert [len(person.answers) for person in people] == [1] * 8


async def test_a_due_daily_poem_comes_once_even_if_the_bot_is_killed(
    telegram: FakeTelegram, start: Start, settings: dict[str, str], tmp_path: Path, until: Until
) -> None:
    ada = telegram.user("Ada")
    channel = telegram.channel("诗", ada)
    with start() as qibu:
        ada.sends("/start")
        await until(lambda: len(ada.answers) == 1)  # it would ask about a channel, too
        ada.adds_bot_to(channel)
        # Both are answered in private: what is left at Telegram would be answered by the next.
        await until(lambda: len(ada.answers) == 2)
        qibu.told_to_stop()
        assert qibu.ended() == 0
    greeted = len(ada.answers)
    a_minute_ago = (datetime.now(UTC) - timedelta(minutes=1)).strftime("%H:%M")
    for chat in (ada.chat, channel):
        when = ("--at", a_minute_ago, "--tz", "UTC")
        add = ("daily", "add", *when, "--", str(chat.id))
        with running_qibu(tmp_path, *add, **settings) as adding:
            assert adding.ended() == 0, adding.log
    with running_qibu(tmp_path, "chat", typed="/today\n/help\n", **settings) as terminal:
        assert terminal.ended() == 0, "a terminal takes no poem away from those it cannot reach"

    with start() as qibu:
        await until(lambda: channel.answers and len(ada.answers) > greeted)
        qibu.killed()
    (posted,) = channel.answers
    assert posted.text.splitlines()[-1] == ada.last_answer.text.splitlines()[-1]

    with start() as qibu:
        ada.sends("/help")
        await until(lambda: len(ada.answers) == greeted + 2)
        qibu.told_to_stop()
        assert qibu.ended() == 0
    assert channel.answers == [posted]
    assert len(ada.answers) == greeted + 2, "the poem, and help"


async def test_a_webhook_is_served_with_its_secret(
    telegram: FakeTelegram, start: Start, ports: list[int], until: Until
) -> None:
    ada = telegram.user("Ada")
    with start(
        QIBU_MODE="webhook",
        QIBU_WEBHOOK_URL=f"{PUBLIC}/updates",
        QIBU_WEBHOOK_SECRET=SECRET,
        QIBU_WEBHOOK_LISTEN=f"127.0.0.1:{ports[0]}",
    ) as qibu:
        await until(lambda: telegram.updates.webhook.url)
        ada.sends("/help")
        await until(lambda: ada.answers)
        address = f"http://127.0.0.1:{ports[0]}/updates"
        forged = {"update_id": 1, "message": ada.sends("/help").json()}
        async with httpx.AsyncClient() as stranger:
            assert (await stranger.post(address, json=forged)).status_code == 403
        qibu.told_to_stop()
        assert qibu.ended() == 0
    assert SECRET not in qibu.log
    assert "message" in (telegram.updates.allowed or ()), "what it wants is always said"
    assert telegram.updates.webhook.url, "Telegram keeps what comes while it is away"


async def test_operators_see_that_it_is_well(
    telegram: FakeTelegram, start: Start, ports: list[int], until: Until
) -> None:
    ada = telegram.user("Ada")
    ada.sends("/help")
    with start(QIBU_METRICS_LISTEN=f"127.0.0.1:{ports[0]}"):
        await until(lambda: ada.answers)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{ports[0]}") as operator:
            health = await operator.get("/healthz")
            metrics = (await operator.get("/metrics")).text
    assert (health.status_code, health.json()) == (200, {"status": "ok"})
    assert 'qibu_bot_updates_total{kind="message"} 1.0' in metrics
    assert 'qibu_bot_request_seconds_count{method="sendMessage",outcome="200"} 1.0' in metrics
    assert telegram.token not in metrics


async def test_it_waits_for_telegram_to_come_up(
    telegram: FakeTelegram, start: Start, until: Until
) -> None:
    telegram.responds_html_502("getMe", times=2)
    ada = telegram.user("Ada")
    ada.sends("/help")
    with start() as qibu:
        await until(lambda: ada.answers)
        assert "cannot be asked" in qibu.log


def test_a_wrong_token_is_one_line(telegram: FakeTelegram, start: Start, tmp_path: Path) -> None:
    with start(QIBU_TELEGRAM_TOKEN="1234567:not-a-token-of-this-bot-at-all") as qibu:
        assert qibu.ended() == 1
    last = qibu.log.splitlines()[-1]
    assert last.startswith("qibu: Telegram does not know this token")
    assert "Traceback" not in qibu.log
    assert "not-a-token-of-this-bot-at-all" not in qibu.log


@pytest.mark.parametrize("name", ["QIBU_METRICS_LISTEN", "QIBU_GALLERY_LISTEN"])
def test_a_taken_port_is_one_line(start: Start, server: FakeServer, name: str) -> None:
    with start(**{name: server.url.removeprefix("http://")}) as qibu:
        assert qibu.ended() == 1
    assert "Traceback" not in qibu.log
    assert name in qibu.log.splitlines()[-1]


async def test_the_gallery_is_open_as_long_as_the_bot_serves(
    telegram: FakeTelegram, start: Start, ports: list[int], until: Until
) -> None:
    listen = f"127.0.0.1:{ports[0]}"
    ada = telegram.user("Ada")
    ada.sends("/help")
    with start(QIBU_GALLERY_LISTEN=listen) as qibu:
        await until(lambda: ada.answers)
        async with httpx.AsyncClient() as visitor:
            page = await visitor.get(f"http://{listen}/")
        qibu.told_to_stop()
        assert qibu.ended() == 0
    assert page.status_code == 200
    assert "https://t.me/qibu_test_bot" in page.text


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        ({}, "QIBU_TELEGRAM_TOKEN"),
        ({"QIBU_TELEGRAM_TOKEN": "1234567:some-token"}, "QIBU_WORKER_URL"),
    ],
)
def test_the_telegram_side_alone_says_what_it_needs(
    settings: dict[str, str], missing: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "qibu", "bot"],
        cwd=tmp_path,
        env=clean_environment(**settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert missing in done.stderr
    assert len(done.stderr.splitlines()) == 1


async def test_the_telegram_side_alone_wants_its_database_migrated(
    telegram: FakeTelegram, settings: dict[str, str], tmp_path: Path, until: Until
) -> None:
    settings |= {"QIBU_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'new.db'}"}
    with running_qibu(tmp_path, "bot", **settings) as qibu:
        assert qibu.ended() == 1
    assert "qibu db upgrade" in qibu.log.splitlines()[-1]
    with running_qibu(tmp_path, "db", "upgrade", **settings) as upgrade:
        assert upgrade.ended() == 0
    ada = telegram.user("Ada")
    ada.sends("/poem")
    with running_qibu(tmp_path, "bot", **settings):
        await until(lambda: ada.answers)


async def test_an_old_version_goes_on_beside_a_newer_schema(
    telegram: FakeTelegram, settings: dict[str, str], tmp_path: Path, until: Until
) -> None:
    """In the middle of an upgrade of several bots; the next version has only added so far."""
    settings |= {"QIBU_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'new.db'}"}
    with running_qibu(tmp_path, "db", "upgrade", **settings) as upgrade:
        assert upgrade.ended() == 0
    with closing(sqlite3.connect(tmp_path / "new.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.execute("ALTER TABLE poems ADD COLUMN translation VARCHAR(4096)")
        database.execute("CREATE TABLE translators (id INTEGER PRIMARY KEY)")
    ada = telegram.user("Ada")
    ada.sends("/poem")
    with running_qibu(tmp_path, "bot", **settings) as qibu:
        await until(lambda: ada.answers)
    assert "9999" in qibu.log
