"""The model of docs/adding-a-model.md is what the page says: whole, short, and ready to train."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

import model.networks
from model.corpus.encode import Corpus
from model.corpus.poems import Part
from model.evaluation.evaluate import Extent, evaluate
from model.networks.checkpoint import Checkpoint
from model.networks.vae import build
from model.training import curve
from model.training.config import Config
from model.verse import Form
from tests.model.training.runs import run

PAGE = Path(__file__).parents[2] / "docs" / "adding-a-model.md"
TEXT = PAGE.read_text("utf-8")


def block(language: str) -> str:
    [found] = re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    return str(found)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Config]:
    """The page's two files, where a newcomer puts them."""
    (tmp_path / "bag.py").write_text(block("python"))
    (tmp_path / "bag.toml").write_text(block("toml"))
    monkeypatch.setattr(model.networks, "__path__", [*model.networks.__path__, str(tmp_path)])
    yield Config.load(str(tmp_path / "bag.toml"))
    sys.modules.pop("model.networks.bag", None)


def test_it_is_short() -> None:
    assert len(TEXT.splitlines()) < 60
    assert len([line for line in block("python").splitlines() if line.strip()]) <= 30


def test_it_trains_and_is_measured(config: Config, corpus: Corpus, tmp_path: Path) -> None:
    result = run(corpus, tmp_path / "run", config)
    bounds = [point.validation["bound"] for point in curve.read(tmp_path / "run" / "curve.jsonl")]
    assert len(bounds) == config.optimisation.epochs
    assert result.bound == min(bounds) < bounds[0]
    checkpoint = Checkpoint.load(result.path)
    extent = Extent(10, 0, 20, 20, importance_verses=4, importance_samples=8)
    [form] = evaluate(checkpoint, corpus, extent=extent).forms
    assert form.form is Form.COUPLET5
    assert form.bounds.iwae <= form.bounds.elbo
    assert form.bounds.elbo < form.bounds.ngram + 5
    assert form.rows[0].source == "bag, prior"


def test_a_bag_reads_no_order_and_each_place_is_a_distribution(
    config: Config, corpus: Corpus
) -> None:
    torch.manual_seed(0)
    vae = build("bag", config.options, 65)
    ids = torch.from_numpy(corpus.verses[Form.COUPLET5, Part.TEST][:4].astype(int))
    z = vae.encoder(ids).mean
    assert torch.allclose(vae.encoder(ids.flip(1)).mean, z, atol=1e-6)
    # Of every character at one place, the others kept.
    every = ids[:1].repeat(65, 1)
    every[:, 3] = torch.arange(65)
    told = vae.decoder.log_prob(every, z[:1].expand(65, -1))
    assert told[:, 3].exp().sum().item() == pytest.approx(1, abs=1e-5)
