"""Training from fresh weights to the end, and on after a kill as if nothing had happened."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
import torch

from model.corpus.encode import Corpus
from model.corpus.poems import Part
from model.networks.checkpoint import Checkpoint, load_with_facts
from model.networks.vae import build
from model.training.config import Config, ConfigError
from model.training.progress import Progress, ResumeError, State, resume, save
from model.training.trainer import Batches, Result, held_out, train
from model.verse import Form
from model.vocabulary import Vocabulary


class Killed(BaseException):
    """Stands for the end of the process."""


def config(**changes: object) -> Config:
    """A small configuration; changes may be of its own fields or of how it is optimised."""
    optimisation: dict[str, object] = {"batch_size": 16, "learning_rate": 1e-2, "epochs": 3}
    fields: dict[str, object] = {
        "name": "small",
        "network": "gcnn",
        "forms": ["couplet5"],
        "seed": 1,
        "optimisation": optimisation,
        "options": {"hidden_size": 16, "latent_size": 8},
    }
    for name, value in changes.items():
        (fields if name in Config.model_fields else optimisation)[name] = value
    return Config.model_validate(fields)


def fast_clock() -> Callable[[], float]:
    """A clock by which every batch is long enough to be followed by a save."""
    ticks = count(step=1000)
    return lambda: float(next(ticks))


def killing_clock(after: int) -> Callable[[], float]:
    """Such a clock, by which the process is killed after some looks at it."""
    ticks = count()

    def look() -> float:
        tick = next(ticks)
        if tick == after:
            raise Killed
        return 1000.0 * tick

    return look


def run(
    corpus: Corpus,
    directory: Path,
    chosen: Config | None = None,
    clock: Callable[[], float] | None = None,
    show: Callable[[str], None] = lambda _: None,
) -> Result:
    return train(
        chosen or config(),
        corpus,
        directory,
        device=torch.device("cpu"),
        show=show,
        clock=clock or fast_clock(),
    )


@pytest.fixture(scope="module")
def uninterrupted(
    corpus: Corpus, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, Result]]:
    directory = tmp_path_factory.mktemp("uninterrupted")
    yield directory, run(corpus, directory)


# Thirteen batches an epoch and three epochs; a look at the clock begins an epoch, and each batch
# takes one or two more.
@pytest.mark.parametrize("kills", [[5], [20], [45], [3, 9, 4, 30]])
def test_a_run_killed_midway_ends_with_the_very_same_weights(
    corpus: Corpus, tmp_path: Path, uninterrupted: tuple[Path, Result], kills: list[int]
) -> None:
    for after in kills:
        with pytest.raises(Killed):
            run(corpus, tmp_path, clock=killing_clock(after))
    result = run(corpus, tmp_path)
    directory, expected = uninterrupted
    assert (result.epoch, result.bound) == (expected.epoch, expected.bound)
    for name in ("small.safetensors", "progress.safetensors"):
        mine, my_facts = load_with_facts(tmp_path / name)
        its, its_facts = load_with_facts(directory / name)
        assert my_facts == its_facts
        assert mine.keys() == its.keys()
        assert all(torch.equal(mine[key], its[key]) for key in its)


def test_the_bound_falls_and_the_best_model_is_kept(
    corpus: Corpus, uninterrupted: tuple[Path, Result]
) -> None:
    _, result = uninterrupted
    checkpoint = Checkpoint.load(result.path)
    vocabulary = Vocabulary.of_corpus(corpus, 10)
    fresh = build("gcnn", checkpoint.options, vocabulary.size)
    characters = len(vocabulary.characters)
    assert result.bound < held_out(fresh, corpus, characters)["bound"] - 1
    assert held_out(checkpoint.build(), corpus, characters)["bound"] == pytest.approx(result.bound)
    assert checkpoint.vocabulary == vocabulary
    assert checkpoint.training["epoch"] == result.epoch


def test_after_each_epoch_a_line_tells_the_bound_and_shows_a_verse(
    corpus: Corpus, tmp_path: Path
) -> None:
    lines: list[str] = []
    run(corpus, tmp_path, show=lines.append)
    assert len(lines) == 3
    for number, line in enumerate(lines, start=1):
        assert line.startswith(f"epoch {number}: bound ")
        assert line.endswith("。")
    assert any((tmp_path / "tensorboard").iterdir())


def test_a_run_that_has_ended_is_not_gone_on_with(corpus: Corpus, tmp_path: Path) -> None:
    first = run(corpus, tmp_path)
    before = first.path.read_bytes()
    lines: list[str] = []
    assert run(corpus, tmp_path, show=lines.append) == first
    assert first.path.read_bytes() == before
    assert not any(line.startswith("epoch") for line in lines)


def test_the_rate_falls_where_the_bound_stands_still_until_the_run_ends(
    corpus: Corpus, tmp_path: Path
) -> None:
    lines: list[str] = []
    run(corpus, tmp_path, config(epochs=50, tolerance=1e9, decays=2), show=lines.append)
    # The first epoch has nothing to compare with; each later one counts as standing still.
    assert [line.split("rate ")[2].split(";")[0] for line in lines] == [
        "1e-02",
        "3e-03",
        "9e-04",
        "3e-04",
    ]


def test_another_configuration_in_the_same_directory_is_refused(
    corpus: Corpus, tmp_path: Path, uninterrupted: tuple[Path, Result]
) -> None:
    directory, _ = uninterrupted
    before = (directory / "progress.safetensors").read_bytes()
    with pytest.raises(ResumeError, match=r"another configuration.*--directory"):
        run(corpus, directory, config(seed=2))
    assert (directory / "progress.safetensors").read_bytes() == before


def test_forms_that_the_network_does_not_take_are_named(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="takes couplet5, not jueju5"):
        run(corpus, tmp_path, config(forms=["couplet5", "jueju5"]))


@pytest.mark.parametrize(
    "wrong", [{"network": "checkpoint"}, {"network": "vae"}, {"options": {"depth": 3}}]
)
def test_a_network_or_an_option_there_is_not_is_told(
    corpus: Corpus, tmp_path: Path, wrong: dict[str, object]
) -> None:
    with pytest.raises(ConfigError, match=r"small: .*see network and"):
        run(corpus, tmp_path, config(**wrong))


def test_another_seed_gives_other_weights(
    corpus: Corpus, tmp_path: Path, uninterrupted: tuple[Path, Result]
) -> None:
    _, first = uninterrupted
    second = run(corpus, tmp_path, config(seed=2))
    assert first.path.read_bytes() != second.path.read_bytes()


def test_an_epoch_visits_each_verse_once_in_an_order_of_its_own(corpus: Corpus) -> None:
    batches = Batches(config(forms=["couplet5", "jueju7"]), corpus, len(corpus.characters))
    first, again, second = (
        [batch.tolist() for batch in batches.of_epoch(epoch, 0)] for epoch in (0, 0, 1)
    )
    assert len(first) == batches.count
    assert first == again
    assert first != second
    for form in (Form.COUPLET5, Form.JUEJU7):
        visited = [row for batch in first for row in batch if len(row) == form.size]
        assert sorted(visited) == sorted(corpus.verses[form, Part.TRAIN].tolist())
    assert [batch.tolist() for batch in batches.of_epoch(0, 5)] == first[5:]


def test_progress_on_disk_is_json_beside_tensors(uninterrupted: tuple[Path, Result]) -> None:
    directory, result = uninterrupted
    _, facts = load_with_facts(directory / "progress.safetensors")
    assert facts["progress"]["epoch"] == 3
    assert facts["progress"]["best_bound"] == result.bound
    assert json.loads(json.dumps(facts, allow_nan=False)) == facts


def test_layers_that_draw_from_torchs_own_generator_go_on_alike(tmp_path: Path) -> None:
    chosen = config()
    model = build("gcnn", chosen.options, 9)
    optimiser = torch.optim.Adam(model.parameters())
    state = State(model, optimiser, torch.Generator())
    save(tmp_path / "progress.safetensors", Progress(step=3), chosen, state)
    drawn = torch.nn.functional.dropout(torch.ones(64))
    assert resume(tmp_path / "progress.safetensors", chosen, state) == Progress(step=3)
    assert torch.equal(torch.nn.functional.dropout(torch.ones(64)), drawn)
