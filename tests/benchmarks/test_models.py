"""The bench of models: trained and measured once, gone on with, and written into its page."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from click.testing import CliRunner, Result

from benchmarks import bench, models
from benchmarks.bench import Bench
from benchmarks.comparison import END, START, replaced
from model.evaluation.evaluate import Extent
from model.poet import Poet
from model.poet.shipped import model_path
from model.training import curve
from model.training.config import Config
from tests.model.toys import toy_corpus

CONFIG = """
name = "NAME"
network = "NETWORK"
forms = ["couplet5"]
[optimisation]
batch_size = 64
learning_rate = 1e-2
epochs = EPOCHS
[options]
hidden_size = 8
latent_size = 4
"""
BEFORE, AFTER = "# Models\n\nWhat was there.\n\n", "\n\nWhat comes after.\n"
SHORT = ("--count", "10", "--candidates", "2", "--importance-verses", "2", "--rounds", "1")

Run = Callable[..., Result]


def configured(name: str, epochs: int = 2, network: str = "gcnn") -> str:
    text = CONFIG.replace("NAME", name).replace("NETWORK", network)
    Path(f"{name}.toml").write_text(text.replace("EPOCHS", str(epochs)))
    return f"{name}.toml"


def run(*arguments: str) -> Result:
    """In a folder where `corpus` and `models.md` are."""
    places = ("--corpus", "corpus", "--runs", "runs", "--page", "models.md", "--threads", "1")
    return CliRunner().invoke(models.main, [*places, *SHORT, *arguments])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """A folder in which a small model has been trained, measured and written down."""
    place = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(place)
        toy_corpus().save(Path("corpus"))
        Path("models.md").write_text(f"{BEFORE}{START}\n\nof yesterday\n\n{END}{AFTER}")
        return place, run(configured("tiny"))


@pytest.fixture
def place(made: tuple[Path, Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, to stand in."""
    shutil.copytree(made[0], tmp_path / "place")
    monkeypatch.chdir(tmp_path / "place")
    return tmp_path / "place"


def never(*_: object, **__: object) -> NoReturn:
    raise AssertionError("this was done before")


def rows(page: str, name: str) -> list[str]:
    return [line for line in page.splitlines() if line.startswith(f"| {name} |")]


def test_a_model_is_trained_and_measured_and_stands_in_the_page(
    made: tuple[Path, Result],
) -> None:
    place, result = made
    assert result.exit_code == 0, result.output
    page = (place / "models.md").read_text()
    assert page.startswith(f"{BEFORE}{START}\n")
    assert page.endswith(f"\n{END}{AFTER}")
    assert "of yesterday" not in page
    # Bounds, composed, from the prior, speed, and the verses themselves.
    assert len(rows(page, "tiny")) == 5
    assert len(rows(page, "real held-out verse")) == len(rows(page, "shuffled held-out verse")) == 1
    assert len(rows(page, "Kneser-Ney 4-gram")) == 1
    assert rows(page, "tiny")[-1].count("<br>") == 2 * 4
    assert "distinct-2 of 10" in page
    for table in (part for part in page.split("\n\n") if part.startswith("|")):
        head, *body = table.splitlines()
        assert {line.count("|") for line in body} == {head.count("|")}
    # Others of the bench are named, and were not touched.
    assert "Not measured yet: " in page
    assert "transformer" in page.split("Not measured yet: ")[1]
    assert [path.name for path in (place / "runs").iterdir() if path.is_dir()] == ["tiny"]
    for picture in ("models_training.png", "models_rate.png"):
        assert f"(plots/{picture})" in page
        assert (place / "plots" / picture).stat().st_size > 5000


def test_nothing_is_done_twice(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Path("models.md").read_text()
    for done in ("train", "evaluate", "verses_a_second"):
        monkeypatch.setattr(bench, done, never)
    again = run("tiny.toml")
    assert again.exit_code == 0, again.output
    assert Path("models.md").read_text() == before


def test_more_epochs_go_on_where_training_ended(place: Path) -> None:
    file = Path("runs/tiny/curve.jsonl")
    first = curve.read(file)
    assert run(configured("tiny", epochs=3)).exit_code == 0
    assert [point.epoch for point in curve.read(file)] == [1, 2, 3]
    assert curve.read(file)[:2] == first
    seconds = curve.read(file)[-1].seconds
    [*_, bounds] = [row for row in rows(Path("models.md").read_text(), "tiny") if " of 4 |" in row]
    assert bounds.split(" | ")[2] == f"{seconds / 60:.0f}"


def test_what_was_composed_before_an_interruption_is_not_composed_again(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Path("models.md").read_text()
    Path("runs/tiny/bench/report.json").unlink()
    monkeypatch.setattr(Poet, "compose", never)
    assert run("tiny.toml").exit_code == 0
    assert Path("models.md").read_text() == before


def test_to_ask_for_more_samples_measures_again_and_trains_nothing(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = Path("runs/tiny/tiny.safetensors")
    before = weights.read_bytes()
    assert run("--count", "12", "tiny.toml").exit_code == 0
    assert "distinct-2 of 12" in Path("models.md").read_text()
    assert weights.read_bytes() == before


def test_a_model_that_fails_is_told_and_the_others_have_their_turn(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> NoReturn:
        raise ZeroDivisionError

    monkeypatch.setattr("model.networks.gcnn.build", broken)
    wrong = configured("wrong", network="nothing")
    result = run(wrong, configured("broken"), "tiny.toml")
    assert result.exit_code == 1
    assert "no network is named 'nothing'" in result.output
    assert "ZeroDivisionError" in result.output
    assert "failed: wrong, broken" in result.output
    page = Path("models.md").read_text()
    assert len(rows(page, "tiny")) == 5
    assert not rows(page, "wrong")


def test_a_model_that_ships_is_taken_as_it_is(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "train", never)
    result = run("gcnn", "tiny.toml")
    assert result.exit_code == 0, result.output
    page = Path("models.md").read_text()
    [bounds, *_] = rows(page, "gcnn")
    assert bounds.startswith("| gcnn | 1,070,379 |")
    assert bounds.split(" | ")[2] == "–"
    # The one that learnt the toy verses knows them best.
    assert page.index("| tiny |") < page.index("| gcnn |")


def test_the_flagship_alone_is_never_trained(tmp_path: Path) -> None:
    anew = Bench(toy_corpus(), tmp_path, Extent(), retrain=True)
    assert anew.weights(Config.load("gcnn")) == tmp_path / "gcnn" / "gcnn.safetensors"
    assert anew.weights(Config.load("transformer")) == model_path("transformer")


def test_the_bench_holds_what_a_cpu_can_train() -> None:
    names = [config.name for config in models.on_the_bench()]
    assert {"gcnn", "transformer"} <= set(names)
    assert "transformer-large" not in names


@pytest.mark.parametrize("page", ["", START, END, f"{END} {START}", f"{START} {START} {END}"])
def test_a_page_without_its_marks_is_left_alone(page: str) -> None:
    with pytest.raises(ValueError, match="must hold"):
        replaced(page, "text")


def test_the_page_of_the_documentation_has_its_marks() -> None:
    page = (Path(models.__file__).parent.parent / "docs" / "models.md").read_text("utf-8")
    assert "text" in replaced(page, "text")
