"""Training from fresh weights to the end: what is kept, what is told, and when it ends."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch

from model.corpus.encode import Corpus
from model.corpus.poems import Part
from model.networks.checkpoint import Checkpoint
from model.networks.vae import VAE, build
from model.training.config import ConfigError
from model.training.trainer import Result, held_out
from model.verse import Form
from model.vocabulary import Vocabulary
from tests.model.training.runs import TRANSFORMER, config, run

COUPLET5 = (Form.COUPLET5,)


@pytest.fixture(scope="module")
def ended(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Result:
    return run(corpus, tmp_path_factory.mktemp("ended"))


def test_the_bound_falls_and_the_best_model_is_kept(corpus: Corpus, ended: Result) -> None:
    checkpoint = Checkpoint.load(ended.path)
    vocabulary = Vocabulary.of_corpus(corpus, 10)
    fresh = build("gcnn", checkpoint.options, vocabulary.size)
    characters = len(vocabulary.characters)
    assert ended.bound < held_out(fresh, corpus, COUPLET5, characters)["bound"] - 1
    kept = held_out(checkpoint.build(), corpus, COUPLET5, characters)
    assert kept["bound"] == pytest.approx(ended.bound)
    assert checkpoint.vocabulary == vocabulary
    assert checkpoint.training["epoch"] == ended.epoch


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


def test_a_trapezoid_is_walked_to_its_end_though_the_bound_stands_still(
    corpus: Corpus, tmp_path: Path
) -> None:
    lines: list[str] = []
    still = config(epochs=6, tolerance=1e9, decays=1, schedule="trapezoid")
    run(corpus, tmp_path, still, show=lines.append)
    assert len(lines) == 6


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_flagship_learns_by_muon(corpus: Corpus, tmp_path: Path, precision: str) -> None:
    lines: list[str] = []
    run(
        corpus,
        tmp_path,
        config(**TRANSFORMER, batch_size=32, precision=precision),
        show=lines.append,
    )
    bounds = [float(line.split("bound ")[1].split(",")[0]) for line in lines]
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[-1] < bounds[0] - 0.1


def test_forms_that_the_network_does_not_take_are_named(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="takes couplet5, not jueju5"):
        run(corpus, tmp_path, config(forms=["couplet5", "jueju5"]))


@pytest.mark.parametrize(
    "wrong",
    [
        {"network": "checkpoint"},
        {"network": "vae"},
        {"options": {"depth": 3}},
        {"options": {"hidden_size": "wide"}},
        {"options": {"hidden_size": -1}},
        TRANSFORMER | {"options": {"depth": 3}},
    ],
)
def test_a_network_or_an_option_there_is_not_is_told_in_a_line(
    corpus: Corpus, tmp_path: Path, wrong: dict[str, object]
) -> None:
    with pytest.raises(ConfigError, match=r"small: .*see network and") as told:
        run(corpus, tmp_path, config(**wrong))
    assert "\n" not in str(told.value)


def test_a_corpus_without_a_verse_for_the_run_is_told(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no verse to train on; see forms and minimum_count"):
        run(corpus, tmp_path, config(minimum_count=10_000))
    none = {
        key: ids[:0] if key[1] is Part.VALIDATION else ids for key, ids in corpus.verses.items()
    }
    with pytest.raises(ConfigError, match="no verse to validate on"):
        run(dataclasses.replace(corpus, verses=none), tmp_path)


def test_another_seed_gives_other_weights(corpus: Corpus, tmp_path: Path, ended: Result) -> None:
    second = run(corpus, tmp_path, config(seed=2))
    assert ended.path.read_bytes() != second.path.read_bytes()


def test_only_the_forms_of_the_run_are_judged(corpus: Corpus) -> None:
    model, characters = _flagship(corpus), len(corpus.characters)
    both, one, other = (
        held_out(model, corpus, forms, characters)["bound"]
        for forms in ((*COUPLET5, Form.JUEJU7), COUPLET5, (Form.JUEJU7,))
    )
    assert one != other
    assert min(one, other) < both < max(one, other)


def test_a_form_without_verses_to_judge_by_does_not_spoil_the_bound(corpus: Corpus) -> None:
    model, characters = _flagship(corpus), len(corpus.characters)
    fewer = dict(corpus.verses)
    fewer[Form.JUEJU7, Part.VALIDATION] = fewer[Form.JUEJU7, Part.VALIDATION][:0]
    without = dataclasses.replace(corpus, verses=fewer)
    both = held_out(model, without, (*COUPLET5, Form.JUEJU7), characters)
    assert both == held_out(model, corpus, COUPLET5, characters)


def test_compiling_goes_on_after_a_model_that_cannot_be_judged(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = _flagship(corpus)
    monkeypatch.setattr(model, "loss", lambda ids, generator: 1 / 0)
    compiled = torch.compile(lambda x: x + 1, backend=lambda graph, _: lambda x: (x - 1,))
    with pytest.raises(ZeroDivisionError):
        held_out(model, corpus, COUPLET5, len(corpus.characters))
    assert compiled(torch.zeros(1)) == -1  # what the backend made of it, not the eager +1


def _flagship(corpus: Corpus) -> VAE:
    torch.manual_seed(0)
    chosen = config(**TRANSFORMER)
    return build(chosen.network, chosen.options, len(corpus.characters) + 1)
