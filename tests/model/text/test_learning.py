"""A text is learnt from the command line, and a run that was killed goes on as if nothing had
happened."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner, Result

from model import cli_training
from model.networks.char_lstm import CharLSTM, Options
from model.networks.checkpoint import load_with_facts
from model.text import learning
from model.text.learning import Plan, learn
from model.text.text import Text
from model.text.windows import Pieces, Reader
from model.training import curve, trainer
from model.training.config import Config
from tests.model.text.texts import PLAN, english, put
from tests.model.training.runs import Killed, fast_clock, killing_clock


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(learning, "Plan", lambda: PLAN)


def train(*arguments: str) -> Result:
    return CliRunner().invoke(cli_training.train, arguments)


def refused(*arguments: str, code: int = 1) -> str:
    result = train(*arguments)
    assert result.exit_code == code, result.output
    assert isinstance(result.exception, SystemExit), "an error of ours, with no traceback"
    return " ".join(result.stderr.split())


@pytest.mark.parametrize("name", ["english", "chinese"])
def test_a_text_costs_far_less_than_its_characters_by_themselves(tmp_path: Path, name: str) -> None:
    put(tmp_path, name)
    result = train("small.toml", "--text", f"{name}.txt")
    assert result.exit_code == 0, result.output
    first, *epochs, last = result.stdout.splitlines()
    reference = re.search(r"costs ([\d.]+) nats a character", first)
    assert all(line.startswith(f"epoch {i}, ") for i, line in enumerate(epochs, 1))
    found = re.fullmatch(r"best: epoch \d+, ([\d.]+) nats, (.+)", last)
    assert reference
    assert found
    assert float(found[1]) < 0.25 * float(reference[1])
    assert Path(found[2]) == Path("runs") / f"small-{name}" / "small.safetensors"
    assert Path(found[2]).is_file()


def run(directory: Path, after: int | None = None) -> trainer.Result:
    """Learns an English text; the process is killed after some looks at the clock: one begins a
    run, one ends each of the 20 steps of an epoch, one each epoch."""
    config = directory.parent / "small.toml"
    put(directory.parent, "english")
    return learn(
        Config.load(str(config)),
        Text.of(english()),
        directory,
        device=torch.device("cpu"),
        show=lambda _: None,
        clock=killing_clock(after) if after else fast_clock(),
        plan=SHORT,
    )


SHORT = Plan(window=24, pieces=8, windows=4, steps=20, passes=4, learning_rate=1e-2, dropped=0.2)


@pytest.mark.parametrize(("precision", "kills"), [(None, [5]), (torch.bfloat16, [30, 50])])
def test_a_run_killed_midway_ends_with_the_very_same_weights(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    precision: torch.dtype | None,
    kills: list[int],
) -> None:
    monkeypatch.setattr(learning, "half_precision", lambda _: precision)
    expected = run(tmp_path / "whole")
    for after in kills:
        with pytest.raises(Killed):
            run(tmp_path / "killed", after)
    result = run(tmp_path / "killed")
    assert (result.epoch, result.bound) == (expected.epoch, expected.bound)
    for file in ("small.safetensors", "progress.safetensors"):
        mine, _ = load_with_facts(tmp_path / "killed" / file)
        its, _ = load_with_facts(tmp_path / "whole" / file)
        assert mine.keys() == its.keys()
        assert all(torch.equal(mine[key], its[key]) for key in its)
    points = curve.read(tmp_path / "killed" / "curve.jsonl")
    assert [point.epoch for point in points] == list(range(1, len(points) + 1))
    assert len(points) > 2


def test_another_text_in_the_same_directory_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "english")
    put(tmp_path, "chinese")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(learning, "Plan", lambda: Plan(steps=2, passes=1))
        assert train("small.toml", "--text", "english.txt", "--directory", "here").exit_code == 0
        said = refused("small.toml", "--text", "chinese.txt", "--directory", "here")
    assert "--directory" in said


def test_what_cannot_be_learnt_is_told_in_one_line(tmp_path: Path) -> None:
    put(tmp_path, "english")
    (tmp_path / "empty.txt").touch()
    (tmp_path / "short.txt").write_text("白日依山尽")
    (tmp_path / "gbk.txt").write_bytes("白日依山尽".encode("gb18030"))
    assert "empty.txt is empty" in refused("small.toml", "--text", "empty.txt")
    assert "2,000" in refused("small.toml", "--text", "short.txt")
    assert "iconv -f GB18030" in refused("small.toml", "--text", "gbk.txt")
    assert "missing.txt" in refused("small.toml", "--text", "missing.txt", code=2)
    assert "char-lstm" in refused("gcnn", "--text", "english.txt")


def test_the_memory_is_carried_from_window_to_window() -> None:
    torch.manual_seed(0)
    model = CharLSTM(Options(embedding_size=8, hidden_size=8, layers=2), 30)
    ids = torch.randint(1, 30, (60,))
    reader = Reader(model, 2)
    pieces, whole = Pieces(ids, 1, 2, 7), Pieces(ids, 1, 2, 30)
    costs = [reader(*pieces.at(window)) for window in range(pieces.windows)]
    reader.forget()
    torch.testing.assert_close(torch.cat(costs, dim=1), reader(*whole.at(0)))
