"""A model on disk: the same verse after loading, and clear words about files that are none."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from model.networks.checkpoint import Checkpoint, CheckpointError, digest
from model.networks.vae import build
from model.vocabulary import Vocabulary
from tests.model.toys import CHARACTERS


@pytest.fixture
def checkpoint() -> Checkpoint:
    torch.manual_seed(0)
    options = {"hidden_size": 8, "latent_size": 4}
    vocabulary = Vocabulary(CHARACTERS)
    weights = build("gcnn", options, vocabulary.size).state_dict()
    return Checkpoint("small", "gcnn", options, vocabulary, {"epoch": 3}, weights)


def test_loaded_it_computes_what_it_did(checkpoint: Checkpoint, tmp_path: Path) -> None:
    path = tmp_path / "deeper" / "small.safetensors"
    checkpoint.save(path)
    loaded = Checkpoint.load(path)
    assert (loaded.name, loaded.network, loaded.options, loaded.vocabulary, loaded.training) == (
        "small",
        "gcnn",
        checkpoint.options,
        checkpoint.vocabulary,
        {"epoch": 3},
    )
    ids = torch.randint(1, 60, (5, 10))
    mine, its = checkpoint.build(), loaded.build()
    assert torch.equal(mine.encoder(ids).mean, its.encoder(ids).mean)
    z = torch.randn(5, 4)
    assert torch.equal(mine.decoder.log_prob(ids, z), its.decoder.log_prob(ids, z))
    assert not its.training


def test_half_precision_weights_are_built_in_float32(
    checkpoint: Checkpoint, tmp_path: Path
) -> None:
    path = tmp_path / "half.safetensors"
    halves = {name: weight.half() for name, weight in checkpoint.weights.items()}
    Checkpoint("half", "gcnn", checkpoint.options, checkpoint.vocabulary, {}, halves).save(path)
    model = Checkpoint.load(path).build()
    assert {p.dtype for p in model.parameters()} == {torch.float32}


def test_the_digest_is_of_the_file(checkpoint: Checkpoint, tmp_path: Path) -> None:
    first, second = tmp_path / "first.safetensors", tmp_path / "second.safetensors"
    checkpoint.save(first)
    checkpoint.save(second)
    assert digest(first) == digest(second)
    second.write_bytes(second.read_bytes() + b" ")
    assert digest(first) != digest(second)


def test_nothing_partial_stays_beside_the_file(checkpoint: Checkpoint, tmp_path: Path) -> None:
    checkpoint.save(tmp_path / "small.safetensors")
    checkpoint.save(tmp_path / "small.safetensors")
    assert [path.name for path in tmp_path.iterdir()] == ["small.safetensors"]


def test_files_that_are_no_model_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="there is no model at"):
        Checkpoint.load(tmp_path / "missing.safetensors")
    with pytest.raises(CheckpointError, match="no safetensors file"):
        Checkpoint.load(tmp_path)
    garbage = tmp_path / "garbage.safetensors"
    garbage.write_text("verse")
    with pytest.raises(CheckpointError, match="no safetensors file"):
        Checkpoint.load(garbage)
    foreign = tmp_path / "foreign.safetensors"
    save_file({"weight": torch.zeros(1)}, foreign)
    with pytest.raises(CheckpointError, match="names no network"):
        Checkpoint.load(foreign)
    save_file({"weight": torch.zeros(1)}, foreign, {"qibu": "{}"})
    with pytest.raises(CheckpointError, match="no model of Qibu: no 'name'"):
        Checkpoint.load(foreign)


@pytest.mark.parametrize(
    "changed", [{"network": "sonnet"}, {"options": {"depth": 9}}, {"weights": {}}]
)
def test_a_model_that_no_network_here_fits_is_told(
    checkpoint: Checkpoint, changed: dict[str, Any]
) -> None:
    with pytest.raises(CheckpointError, match="another Qibu"):
        dataclasses.replace(checkpoint, **changed).build()
