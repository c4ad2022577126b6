"""The command line as a person meets it: help, verse on standard output, errors of one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from qibu.cli import root

BOT = ["run", "chat", "bot", "db", "daily"]
VERSE = ["compose", "reconstruct", "complete", "interpolate"]
COMMANDS = [*BOT, "worker", *VERSE, "corpus", "train", "refine", "evaluate", "sample"]


def qibu(
    *arguments: str, stdin: str = "", directory: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("QIBU_")}
    return subprocess.run(
        [sys.executable, "-m", "qibu", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        cwd=directory,
        env=inherited | {"OMP_NUM_THREADS": "1"} | environment,
        timeout=100,
        check=False,
    )


def test_the_program_has_the_commands_of_its_doors() -> None:
    assert sorted(root.commands or root.list_commands(None)) == sorted(COMMANDS)


def test_help_names_every_command() -> None:
    done = qibu("--help")
    assert done.returncode == 0
    assert all(f"  {command} " in done.stdout for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    found = root.get_command(None, command)
    assert found is not None
    assert f"qibu {command}" in (found.help or "")
    assert "Example" in (found.help or "")


def test_compose_prints_verse_and_nothing_else() -> None:
    done = qibu("compose", "--count", "2", "--seed", "5", "--plain")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) == 2
    assert all(len(line) == 12 and line[5] == "，" and line[11] == "。" for line in lines)
    assert qibu("compose", "--seed", "5", "--plain").stdout.splitlines() == lines[:1]


def test_reconstruct_answers_line_by_line() -> None:
    done = qibu("reconstruct", "--plain", stdin="白日依山盡,黃河入海流\n\n空山新雨后 天气晚来秋\n")
    assert (done.returncode, done.stderr) == (0, "")
    first, second, third = done.stdout.splitlines()
    assert len(first) == len(third) == 12
    assert second == ""


def test_complete_and_interpolate_keep_a_persons_words() -> None:
    done = qibu("complete", "白日依山尽", "--count", "2", "--plain", "--seed", "1")
    assert [line[:6] for line in done.stdout.splitlines()] == ["白日依山尽，"] * 2
    ends = "白日依山尽，黄河入海流。", "空山新雨后，天气晚来秋。"
    walk = qibu("interpolate", *ends, "--steps", "4", "--plain").stdout.splitlines()
    assert (walk[0], walk[-1], len(walk)) == (*ends, 4)


COUPLET7 = "身无彩凤双飞翼，心有灵犀一点通"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("interpolate", "白日依山尽，黄河入海流", COUPLET7), 1, "couplet5"),
        (("compose", "--form", "haiku"), 2, "--form"),
        (("compose", "--count", "0"), 2, "--count"),
        (("compose", "--theme", "moon"), 1, "theme"),
        (("complete", "囧日依山尽"), 1, "囧"),
        (("complete", "白日"), 1, "couplet5"),
        (("reconstruct", "--plain", "no-such-file"), 2, "no-such-file"),
        (("corpus", "--source", "no-such-file"), 2, "no-such-file"),
        (("train", "no-such-model"), 1, "gcnn"),
        (("evaluate", "no-such-model"), 1, "gcnn"),
        (("no-such-command",), 2, "no-such-command"),
    ],
)
def test_an_error_is_one_line_that_says_what_to_do(
    arguments: tuple[str, ...], code: int, said: str, tmp_path: Path
) -> None:
    done = qibu(*arguments, directory=tmp_path)
    assert done.returncode == code
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_line_of_input_that_is_no_verse_is_named() -> None:
    done = qibu("reconstruct", "--plain", stdin="白日依山尽，黄河入海流\nhello\n")
    assert done.returncode == 1
    assert "line 2" in done.stderr


def test_a_configuration_of_training_is_no_setting(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text('name = "small"\nnetwork = "gcnn"\nforms = ["haiku"]\n')
    done = qibu("train", "small.toml", directory=tmp_path)
    assert done.returncode == 1
    assert "small.toml" in done.stderr
    assert "forms.0" in done.stderr
    assert "QIBU_" not in done.stderr


def test_input_that_is_no_text_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "verses").write_bytes(b"\xff\xfe")
    done = qibu("reconstruct", "verses", directory=tmp_path)
    assert done.returncode == 1
    assert done.stderr == "qibu: verses is no text in UTF-8\n"


def test_a_wrong_setting_names_itself_and_not_its_value(tmp_path: Path) -> None:
    done = qibu("compose", directory=tmp_path, QIBU_DEVICE="abacus-7731")
    assert done.returncode == 2
    assert "QIBU_DEVICE" in done.stderr
    assert "abacus-7731" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_traceback_is_shown_on_demand_alone(tmp_path: Path) -> None:
    weights = tmp_path / "broken.safetensors"
    weights.write_bytes(b"no weights")
    for options, shown in (([], False), (["--debug"], True)):
        done = qibu(*options, "compose", QIBU_MODEL=str(weights))
        assert done.returncode == 1
        assert "broken.safetensors" in done.stderr
        assert ("Traceback" in done.stderr) is shown
