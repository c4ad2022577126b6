"""`qibu chat` as a person meets it: piped, and on a terminal."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.bot.process import clean_environment
from tests.bot.worker import LocalWorker
from tests.model.service.poet import WAITS

KEY = "a-key-of-the-worker"
COMMAND = [sys.executable, "-m", "qibu", "chat"]
COUPLET = re.compile(r"^(?:[一-鿿]{5}，[一-鿿]{5}|[一-鿿]{7}，[一-鿿]{7})。$", re.MULTILINE)


@pytest.fixture(scope="module")
def worker() -> Iterator[LocalWorker]:
    with LocalWorker(KEY).serving() as worker:
        yield worker


@pytest.fixture
def environment(worker: LocalWorker) -> dict[str, str]:
    found = clean_environment(QIBU_WORKER_URL=worker.url, QIBU_WORKER_KEY=KEY)
    return found | {"LC_ALL": "C.UTF-8", "TERM": "xterm"}


def piped(
    lines: str, directory: Path, environment: dict[str, str], *options: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *options],
        input=lines,
        capture_output=True,
        text=True,
        cwd=directory,
        env=environment,
        timeout=90,
        check=False,
    )


def test_piped_lines_are_answered_in_order(tmp_path: Path, environment: dict[str, str]) -> None:
    done = piped("/poem\n5\n\n/top\n/help", tmp_path, environment)
    assert (done.returncode, done.stderr) == (0, "")
    poem = COUPLET.search(done.stdout)
    assert poem is not None
    assert "[5] " in done.stdout, "buttons are numbered"
    assert "\n» " in done.stdout, "the press was answered"
    first, _, rest = done.stdout.partition("» ")
    assert poem[0] in first
    assert poem[0][:5] in rest, "the rated poem tops the list"
    assert rest.index(poem[0][:5]) < rest.index("/couplet"), "the last line needs no newline"
    assert "\x1b" not in done.stdout, "a pipe gets no styles"


def test_a_card_is_a_file_that_stays_and_other_papers_are_others(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    papers = "1\n2\n1\n2\n"
    done = piped(f"/poem 七言联\n11\n{papers}", tmp_path, environment | {"TMPDIR": str(pictures)})
    assert (done.returncode, done.stderr) == (0, "")
    files = sorted(pictures.glob("*/*"))
    assert len(files) in (2, 3), "the verse may have chosen one of the two itself"
    assert all(file.read_bytes().startswith(b"\xff\xd8\xff") for file in files)
    shown = [line for line in done.stdout.splitlines() if line.endswith(".jpg")]
    assert set(shown) == {str(file) for file in files}
    assert len(shown) > len(files), "what was painted is shown again"


def test_an_acrostic_is_asked_for_and_spelled(tmp_path: Path, environment: dict[str, str]) -> None:
    done = piped("/acrostic\n七言 生日快乐\n/acrostic 春夏\n", tmp_path, environment)
    assert (done.returncode, done.stderr) == (0, "")
    rows = COUPLET.findall(done.stdout)
    assert "".join(re.sub("(.).+?，(.).+", r"\1\2", row) for row in rows) == "生日快乐春夏"


def test_ratings_of_one_conversation_are_there_in_the_next(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    poem = COUPLET.search(piped("/poem\n5\n", tmp_path, environment).stdout)
    assert poem is not None
    assert poem[0][:5] in piped("/top\n", tmp_path, environment).stdout


@pytest.mark.parametrize(
    ("options", "locale", "chinese"),
    [
        ([], "en_US.UTF-8", False),
        ([], "zh_CN.UTF-8", True),
        (["--language", "zh"], "en_US.UTF-8", True),
        (["--language", "en"], "zh_CN.UTF-8", False),
    ],
)
def test_it_speaks_the_language_of_the_locale_unless_told(
    tmp_path: Path, environment: dict[str, str], options: list[str], locale: str, chinese: bool
) -> None:
    done = piped("/help\n", tmp_path, environment | {"LC_ALL": locale}, *options)
    assert bool(re.match("[一-鿿]", done.stdout)) == chinese


def test_a_language_asked_for_goes_before_one_chosen_earlier(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    assert piped("/daily 08:00\n", tmp_path, environment, "--language", "en").stdout.isascii()
    assert not piped("/daily 09:00\n", tmp_path, environment, "--language", "zh").stdout.isascii()


def test_a_language_asked_for_in_the_first_conversation_is_that_of_the_next(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    piped("/daily 08:00\n", tmp_path, environment, "--language", "zh")
    assert not piped("/daily 09:00\n", tmp_path, environment).stdout.isascii()


def test_a_terminal_is_not_paced_as_telegram_is(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    done = piped("/help\n" * 200, tmp_path, environment)
    assert done.stdout.count("/forget") == 200


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"QIBU_DATABASE_URL": "sqlite+aiosqlite:////no/such/folder/qibu.db"}, "/no/such/folder"),
        (
            {"QIBU_DATABASE_URL": "postgresql+asyncpg://qibu:secret@127.0.0.1:9/qibu"},
            "QIBU_DATABASE_URL",
        ),
        ({"QIBU_WORKER_URL": "", "QIBU_MODEL": "no-such-model"}, "qibu worker"),
    ],
)
def test_what_keeps_it_from_starting_is_one_line(
    tmp_path: Path, environment: dict[str, str], settings: dict[str, str], said: str
) -> None:
    done = piped("/poem\n", tmp_path, environment | settings)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert said in line
    assert "Error" not in line
    assert "secret" not in line


def test_a_question_is_answered_by_the_next_line(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    done = piped("/couplet\n春江花月夜，春江花月夜。\n", tmp_path, environment)
    assert done.returncode == 0
    assert "春江花月夜" in done.stdout


class Terminal:
    """A process on a terminal of its own."""

    def __init__(self, directory: Path, environment: dict[str, str]) -> None:
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            COMMAND,
            cwd=directory,
            env=environment,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            # Whoever runs the tests in the background may have them ignore interrupts.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        )
        os.close(slave)
        self.seen = ""

    def shows(self, wanted: str) -> None:
        deadline = time.monotonic() + 60
        while wanted not in self.seen:
            assert time.monotonic() < deadline, self.seen
            if select.select([self._master], [], [], 0.1)[0]:
                with contextlib.suppress(OSError):  # the other end is closed
                    self.seen += os.read(self._master, 4096).decode()
        self.seen = self.seen[self.seen.index(wanted) + len(wanted) :]

    def types(self, text: str) -> None:
        os.write(self._master, text.encode())

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)


@pytest.fixture
def terminal(tmp_path: Path, environment: dict[str, str]) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path, environment)
    yield terminal
    terminal.close()


def test_on_a_terminal_it_prompts_and_styles_and_leaves_at_the_end_of_input(
    terminal: Terminal,
) -> None:
    terminal.shows("Ctrl-D leaves")
    terminal.shows("› ")
    terminal.types("/poem\n")
    terminal.shows("[5] ")
    terminal.shows("› ")
    terminal.types("5\n")
    terminal.shows("» ")
    terminal.shows("› ")
    terminal.types("\x04")
    assert terminal.process.wait(30) == 0


def test_on_a_terminal_what_takes_long_can_be_stopped(
    terminal: Terminal, worker: LocalWorker
) -> None:
    worker.poet.go_on.clear()
    terminal.shows("› ")
    terminal.types(f"/poem {WAITS}\n")
    assert worker.poet.waiting.wait(60)
    terminal.types("/cancel\n")
    terminal.shows("Stopped.")
    terminal.shows("› ")
    worker.poet.go_on.set()
    terminal.types("\x04")
    assert terminal.process.wait(30) == 0


def test_in_a_pipe_a_walk_is_its_beginning_and_the_whole(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    walk = "/morph 白日依山尽，黄河入海流 | 空山新雨后，天气晚来秋\n"
    done = piped(walk, tmp_path, environment)
    first, _, whole = done.stdout.partition("●○○○○○○○")
    assert first.count("白日依山尽，黄河入海流。") == 1
    assert "●●" not in whole
    assert "[6] ⑥" in whole


def test_an_interrupt_ends_it_at_once(terminal: Terminal) -> None:
    terminal.shows("› ")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.process.wait(30) == 130
    assert "Traceback" not in terminal.seen


def test_with_its_own_worker_the_shipped_poet_answers(tmp_path: Path) -> None:
    lines = "/poem\n/couplet 白日依山尽,黄河入海流\n/top\n"
    done = piped(lines, tmp_path, clean_environment(LC_ALL="C.UTF-8"))
    assert (done.returncode, done.stderr) == (0, "")
    poem, *others = COUPLET.findall(re.sub("^[①②③] ", "", done.stdout, flags=re.MULTILINE))
    assert "白日依山尽，黄河入海流。" in others
    assert poem not in others, "the poem was made up just now"


def test_without_a_token_run_opens_the_chat(tmp_path: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "qibu", "run"],
        input="/help\n",
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0
    assert "/couplet" in done.stdout
    (said,) = done.stderr.splitlines()
    assert "QIBU_TELEGRAM_TOKEN is not set" in said
