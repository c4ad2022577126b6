"""A run that was killed goes on as if nothing had happened, and only with its own configuration."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from model.corpus.encode import Corpus
from model.networks.checkpoint import load_with_facts
from model.networks.vae import build
from model.training import curve
from model.training.config import Config
from model.training.progress import Progress, ResumeError, State, resume, save
from model.training.trainer import Result
from tests.model.training.runs import TRANSFORMER, Killed, config, killing_clock, run

CONFIGS = {
    "adam": config(),
    "muon": config(**TRANSFORMER, parts=2, batch_size=32),
}
# An epoch has 13 batches, in both. A look at the clock begins a run, one ends each batch and each
# epoch; that after 14 falls between an epoch's last batch and its end.
KILLS = {
    "adam": [[5], [14], [20], [40], [3, 9, 4, 25]],
    "muon": [[7], [30, 6]],
}


@pytest.fixture(scope="module")
def uninterrupted(
    corpus: Corpus, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[Path, Result]]:
    directories = {name: tmp_path_factory.mktemp(name) for name in CONFIGS}
    return {
        name: (directory, run(corpus, directory, CONFIGS[name]))
        for name, directory in directories.items()
    }


@pytest.mark.parametrize(
    ("name", "kills"), [(name, kills) for name in CONFIGS for kills in KILLS[name]]
)
def test_a_run_killed_midway_ends_with_the_very_same_weights(
    corpus: Corpus,
    tmp_path: Path,
    uninterrupted: dict[str, tuple[Path, Result]],
    name: str,
    kills: list[int],
) -> None:
    for after in kills:
        with pytest.raises(Killed):
            run(corpus, tmp_path, CONFIGS[name], clock=killing_clock(after))
    result = run(corpus, tmp_path, CONFIGS[name])
    directory, expected = uninterrupted[name]
    assert (result.epoch, result.bound) == (expected.epoch, expected.bound)
    for file in ("small.safetensors", "progress.safetensors"):
        mine, my_facts = load_with_facts(tmp_path / file)
        its, its_facts = load_with_facts(directory / file)
        for facts in (my_facts, its_facts):
            facts.get("progress", {}).pop("seconds", None)
        assert my_facts == its_facts
        assert mine.keys() == its.keys()
        assert all(torch.equal(mine[key], its[key]) for key in its)
    assert _measured(tmp_path) == _measured(directory)


def test_a_run_killed_between_its_curve_and_its_progress_has_one_line_an_epoch(
    corpus: Corpus,
    tmp_path: Path,
    uninterrupted: dict[str, tuple[Path, Result]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def killing(path: Path, progress: Progress, config: Config, state: State) -> None:
        if progress.epoch == 2:
            raise Killed
        save(path, progress, config, state)

    with monkeypatch.context() as patched:
        patched.setattr("model.training.trainer.save", killing)
        with pytest.raises(Killed):
            run(corpus, tmp_path)
    assert len(curve.read(tmp_path / "curve.jsonl")) == 2
    run(corpus, tmp_path)
    directory, _ = uninterrupted["adam"]
    assert _measured(tmp_path) == _measured(directory)


def test_more_epochs_and_another_end_are_allowed(corpus: Corpus, tmp_path: Path) -> None:
    first = run(corpus, tmp_path, config(**TRANSFORMER, batch_size=64, epochs=2))
    lines: list[str] = []
    longer = config(**TRANSFORMER, batch_size=64, epochs=4, cool_down=0.5, learning_rate=5e-3)
    second = run(corpus, tmp_path, longer, show=lines.append)
    assert [line.split(":")[0] for line in lines] == [
        "resuming at epoch 3, step 28",
        "epoch 3",
        "epoch 4",
    ]
    assert second.bound < first.bound
    assert [point.epoch for point in curve.read(tmp_path / "curve.jsonl")] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "other",
    [
        {"seed": 2},
        {"options": {"hidden_size": 8, "latent_size": 8}},
        {"batch_size": 8},
        {"parts": 2},
        {"optimiser": "muon"},
        {"minimum_count": 11},
    ],
)
def test_another_configuration_in_the_same_directory_is_refused(
    corpus: Corpus, uninterrupted: dict[str, tuple[Path, Result]], other: dict[str, object]
) -> None:
    directory, _ = uninterrupted["adam"]
    before = {path.name: path.read_bytes() for path in directory.iterdir() if path.is_file()}
    with pytest.raises(ResumeError, match=r"another configuration.*--directory"):
        run(corpus, directory, config(**other))
    assert {
        path.name: path.read_bytes() for path in directory.iterdir() if path.is_file()
    } == before


def test_progress_on_disk_is_json_beside_tensors(
    uninterrupted: dict[str, tuple[Path, Result]],
) -> None:
    for directory, result in uninterrupted.values():
        _, facts = load_with_facts(directory / "progress.safetensors")
        assert facts["progress"]["epoch"] == 3
        assert facts["progress"]["best_bound"] == result.bound
        assert json.loads(json.dumps(facts, allow_nan=False)) == facts


def test_progress_written_before_figures_were_added_up_is_gone_on_with(
    corpus: Corpus, tmp_path: Path
) -> None:
    with pytest.raises(Killed):
        run(corpus, tmp_path, clock=killing_clock(6))
    path = tmp_path / "progress.safetensors"
    tensors, facts = load_with_facts(path)
    for later in ("measured", "seconds"):
        del facts["progress"][later]
    kept = {name: tensor for name, tensor in tensors.items() if not name.startswith("sum.")}
    assert len(kept) < len(tensors)
    save_file(kept, path, {"qibu": json.dumps(facts)})
    run(corpus, tmp_path)
    points = curve.read(tmp_path / "curve.jsonl")
    assert [point.epoch for point in points] == [1, 2, 3]
    # The average of the batches that were still to come.
    assert points[0].train["bound"] == pytest.approx(points[1].train["bound"], rel=0.2)


def test_layers_that_draw_from_torchs_own_generator_go_on_alike(tmp_path: Path) -> None:
    chosen = config()
    model = build("gcnn", chosen.options, 9)
    state = State(model, [torch.optim.Adam(model.parameters())], torch.Generator())
    save(tmp_path / "progress.safetensors", Progress(step=3), chosen, state)
    drawn = torch.nn.functional.dropout(torch.ones(64))
    assert resume(tmp_path / "progress.safetensors", chosen, state) == Progress(step=3)
    assert torch.equal(torch.nn.functional.dropout(torch.ones(64)), drawn)


def _measured(directory: Path) -> list[tuple[object, ...]]:
    """The curve of a run without the time it took."""
    return [
        (point.epoch, point.step, point.learning_rate, point.train, point.validation)
        for point in curve.read(directory / "curve.jsonl")
    ]
