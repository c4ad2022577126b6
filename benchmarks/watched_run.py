"""A bot at work among people, with Prometheus looking, and a picture of what it saw.

Decides what people do and for how long; the bot and its worker are `qibu run` as it is, Telegram is
the stand-in of the tests, and what the picture shows is the dashboard's. Needs Prometheus
(`apt install prometheus`). Run as `python -m benchmarks.watched_run`.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import click
import httpx

from tests.telegram import FakeServer, FakeTelegram, User
from tools.draw_dashboard import draw

_PICTURE = Path("docs/dashboard.png")
_WORDS = (
    "/poem",
    "/poem",
    "/poem 五绝",
    "/poem 明月",
    "/poem 七绝 江南",
    "/acrostic 生日快乐",
    "/couplet 白日依山尽",
    "/couplet 明月？？？，清风？？？",
    "/couplet 白日依山尽，黄河入海流",
    "/today",
    "/top",
    "/help",
)
_SCRAPE = """
global: {{scrape_interval: 2s}}
scrape_configs:
  - {{job_name: bot, static_configs: [{{targets: ["127.0.0.1:{port}"]}}]}}
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def _running(command: list[str], ready: str, folder: Path, **settings: str) -> Iterator[None]:
    """A program, from when an address answers; ended with the block."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("QIBU_")}
    name = "qibu" if "qibu" in command else command[0]
    with (folder / f"{name}.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=clean | settings, stdout=log, stderr=log
        )
    try:
        while True:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(ready, trust_env=False).is_success:
                    break
            if process.poll() is not None:
                raise click.ClickException((folder / f"{name}.log").read_text()[-2000:])
            time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait(60)


def _acts(person: User, chance: random.Random) -> None:
    """One thing a person does: a word, or a press of a button below the last answer."""
    buttons = [b for b in person.last_answer.buttons if b.data] if person.answers else []
    if buttons and chance.random() < 0.4:
        with contextlib.suppress(AssertionError):  # the message has changed meanwhile
            person.clicks(person.last_answer, chance.choice(buttons).data or "")
    else:
        person.sends(chance.choice(_WORDS))


def _live(telegram: FakeTelegram, minutes: float, pause: float) -> None:
    """People come and go: a few, then a crowd, with Telegram failing once in between."""
    people = [
        telegram.user(f"Person {n}", language_code="zh" if n % 2 else "en") for n in range(40)
    ]
    chance = random.Random(7)
    begun = time.monotonic()
    failed = False
    while (elapsed := (time.monotonic() - begun) / 60) < minutes:
        crowded = 0.45 < elapsed / minutes < 0.65
        _acts(chance.choice(people[: 40 if crowded else 8]), chance)
        if elapsed > minutes * 0.75 and not failed:
            failed = True
            telegram.fails_next("sendMessage", 429, "Too Many Requests", {"retry_after": 3})
            telegram.responds_html_502("sendMessage", times=2)
        time.sleep(chance.expovariate(1 / (pause / 5 if crowded else pause)))


def _cost(numbers: str) -> str:
    """What an update took of a core, on the bot's side."""
    updates = sum(_samples(numbers, "qibu_bot_updates_total{"))
    busy = sum(_samples(numbers, "qibu_bot_process_cpu_seconds_total"))
    return f"The bot used {busy:.1f} s of a core for {updates:.0f} updates, its start included."


def _samples(numbers: str, begin: str) -> Iterator[float]:
    return (float(row.split()[-1]) for row in numbers.splitlines() if row.startswith(begin))


@click.command()
@click.option("--minutes", type=click.FloatRange(1), default=8.0, show_default=True)
@click.option("--pause", default=2.0, show_default=True, help="Seconds between two acts.")
@click.option("--picture", type=click.Path(path_type=Path), default=_PICTURE, show_default=True)
def main(minutes: float, pause: float, picture: Path) -> None:
    """Let people at the bot for MINUTES and draw what Prometheus saw."""
    if shutil.which("prometheus") is None:
        raise click.ClickException("needs Prometheus: apt install prometheus")
    telegram, port, watcher = FakeTelegram(), _free_port(), _free_port()
    with tempfile.TemporaryDirectory() as place, FakeServer(telegram) as server:
        folder = Path(place)
        (folder / "prometheus.yml").write_text(_SCRAPE.format(port=port))
        watching = f"http://127.0.0.1:{watcher}"
        bot = _running(
            [sys.executable, "-m", "qibu", "run"],
            f"http://127.0.0.1:{port}/healthz",
            folder,
            QIBU_TELEGRAM_TOKEN=telegram.token,
            QIBU_TELEGRAM_API=server.url,
            QIBU_METRICS_LISTEN=f"127.0.0.1:{port}",
            QIBU_LOG_FORMAT="json",
        )
        prometheus = _running(
            [
                "prometheus",
                "--config.file=prometheus.yml",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{watcher}",
            ],
            f"{watching}/-/ready",
            folder,
        )
        with prometheus, bot:
            _live(telegram, minutes, pause)
            time.sleep(5)
            draw(watching, picture.absolute(), minutes + 0.5, "20s")
            numbers = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
        log = (folder / "qibu.log").read_text()
    click.echo(f"{picture} shows {minutes:g} minutes. {_cost(numbers)}")
    click.echo("\n".join(line for line in log.splitlines() if '"ERROR"' in line), err=True)


if __name__ == "__main__":
    main()
