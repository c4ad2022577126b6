"""Configurations of training: the shipped one, a person's own, and what is wrong with others."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from model.networks.vae import build
from model.training.config import Config

SMALL = """
name = "small"
network = "gcnn"
forms = ["couplet7"]
[optimisation]
batch_size = 8
learning_rate = 1e-3
epochs = 1
[options]
form = "couplet7"
"""


def test_the_shipped_configuration_is_the_authors() -> None:
    config = Config.load("gcnn")
    assert config.optimisation.batch_size == 64
    assert config.optimisation.learning_rate == 1e-3
    model = build(config.network, config.options, 100)
    assert model.forms == config.forms
    assert model.latent_size == 64


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    config = Config.load(str(path))
    assert config.name == "small"
    assert config.optimisation.precision == "float32"


def test_a_name_that_does_not_ship_is_answered_with_those_that_do() -> None:
    with pytest.raises(FileNotFoundError, match=r"'nothing'.*gcnn"):
        Config.load("nothing")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("batch_size = 8", "batch_size = 0"),
        ("epochs = 1", "epocs = 1"),
        ('"couplet7"]', '"sonnet"]'),
        ('forms = ["couplet7"]', "forms = []"),
        ('name = "small"', 'name = "../small"'),
    ],
)
def test_a_field_that_makes_no_sense_is_refused(tmp_path: Path, before: str, after: str) -> None:
    path = tmp_path / "small.toml"
    assert before in SMALL
    path.write_text(SMALL.replace(before, after))
    with pytest.raises(ValidationError):
        Config.load(str(path))
