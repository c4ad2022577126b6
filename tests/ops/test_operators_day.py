"""An operator's day as docs/operations.md tells it: installed, watched, asked why, backed up,
upgraded over a migration, rolled back, given a new token, moved to PostgreSQL.

Run as written on a folder that stands for a machine, before the tests' Telegram. What is not run
needs Docker, a GPU or a second machine, and is named below with what is done instead.
"""

from __future__ import annotations

import re
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.bot.processes.conftest import KEY
from tests.bot.worker import LocalWorker
from tests.ops.machine import Machine, free_port, origin_of, publish
from tests.ops.operations import blocks, titles
from tests.telegram import FakeServer, FakeTelegram
from tools.with_postgres import programs, serving

NOT_RUN = {
    "Docker": "read by test_containers; .ci/image.py follows the Dockerfile",
    "Two machines": "tests/bot/processes runs both sides, on one",
    "Webhook": "settings and a proxy's, no commands; tests/bot/processes listens",
    "The database": "the same move to PostgreSQL is part of the day",
    "Watching it": "Docker, read by test_containers; test_watching holds the dashboard's queries",
}
PATIENCE = 400
"""Seconds that a bot may take to start on a machine that has much else to do."""


def test_no_commands_of_the_page_are_forgotten() -> None:
    assert titles("sh") == {"On one machine", "An operator's day", *NOT_RUN}


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that somebody without rights may enter."""
    with tempfile.TemporaryDirectory(prefix="qibu-machine-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture
def machine(place: Path) -> Iterator[Machine]:
    (unit,) = blocks("On one machine", "ini")
    machine = Machine(place, unit, function=blocks("On one machine", "sh")[-1])
    yield machine
    machine.switched_off()


def _poems(machine: Machine) -> int:
    with closing(sqlite3.connect(machine.at("/var/lib/qibu/qibu.db"))) as database:
        (number,) = database.execute("SELECT count(*) FROM poems").fetchone()
    return int(number)


@pytest.mark.slow
@pytest.mark.timeout(1800)
async def test_a_day(machine: Machine, place: Path) -> None:
    found = origin_of(place)
    if found is None:
        pytest.skip("the history of migrations/ is not here: a clone without its past")
    origin, old, new = found
    machine.clones(origin)
    port = free_port()
    telegram = FakeTelegram()
    until = partial(telegram.until, within=PATIENCE)
    ada = telegram.user("Ada")
    ada.chat.started = True
    (well, why, backup, upgrade, roll_back, restore, rotate, move) = blocks(
        "An operator's day", "sh"
    )
    _, install, enable, _ = blocks("On one machine", "sh")
    with FakeServer(telegram) as server, LocalWorker(KEY).serving() as worker:
        # Installed, with a poem of the day that is due at once.
        machine.names = {"9100": str(port), "CHAT": str(ada.id), "OLD": old}
        machine.does(install)
        machine.told(
            QIBU_TELEGRAM_TOKEN=telegram.token,
            QIBU_TELEGRAM_API=server.url,
            QIBU_METRICS_LISTEN=f"127.0.0.1:{port}",
            QIBU_POOL_SIZE="0",  # nothing is composed that nobody asks for
        )
        due = datetime.now(UTC) - timedelta(minutes=1)
        machine.makes_the_state_directory()
        machine.does(f"qibu daily add CHAT --at {due:%H:%M} --tz UTC")
        machine.does(enable)
        await until(lambda: ada.answers)
        (poem,) = ada.answers

        # Its own poet has composed; from here on one answers that costs less.
        machine.told(QIBU_WORKER_URL=worker.url, QIBU_WORKER_KEY=KEY)
        machine.names["DATE"] = f"{due:%Y-%m-%d}"
        said = machine.does(well)
        assert '"ok"' in said
        assert 'qibu_bot_deliveries_total{state="sent"} 1.0' in said
        assert f"as message {poem.id}" in machine.does(why)
        assert "rows copied, and read back as they were" in machine.does(backup)

        # Upgraded over a migration, rolled back, and upgraded again.
        kept = _poems(machine)
        publish(origin, new)
        step = re.search(r"the schema went from (\d+) to (\d+)", machine.does(upgrade))
        assert step is not None
        ada.sends("/help")
        await until(lambda: len(ada.answers) == 2)
        machine.names["REVISION"] = step[1]
        machine.does(roll_back)
        ada.sends("/help")
        await until(lambda: len(ada.answers) == 3)
        assert _poems(machine) == kept
        machine.does("cd /opt/qibu && git checkout --quiet main\nrm /var/lib/qibu/before.db")
        machine.does(upgrade)
        ada.sends("/help")
        await until(lambda: len(ada.answers) == 4)
        machine.does(restore)
        ada.sends("/help")
        await until(lambda: len(ada.answers) == 5)
        assert _poems(machine) == kept

        # The old token is dead at once, and the new one is all it needs.
        telegram.token = machine.names["TOKEN"] = f"{telegram.token}-the-new-one"
        assert machine.ended(PATIENCE) != 0
        assert "Telegram does not know this token" in machine.log
        machine.does(rotate)
        ada.sends("/help")
        await until(lambda: len(ada.answers) == 6)
        assert telegram.token not in machine.log

        folder = programs()
        if folder is not None:
            with serving(folder) as address:
                _reach(machine, folder, address)
                machine.does(move)
                ada.sends("/help")
                await until(lambda: len(ada.answers) == 7)
                assert "It was sent" in machine.does(why)
                machine.stops()
        machine.stops()
    assert len(ada.answers) in (6, 7), "the poem of the day came once"


def _reach(machine: Machine, folder: Path, address: str) -> None:
    """This server stands for the one on the usual port."""
    url = make_url(address)
    assert url.password is not None
    reached = {"PGHOST": "127.0.0.1", "PGPORT": str(url.port), "PGUSER": "qibu"}
    machine.names["SECRET"] = url.password
    machine.told(PGPORT=str(url.port))
    machine.environment |= reached | {
        "PGPASSWORD": url.password,
        "PATH": f"{folder}:{machine.environment['PATH']}",
    }
