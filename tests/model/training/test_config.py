"""Configurations of training: the shipped one, a person's own, and what is wrong with others."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.networks.vae import build
from model.training.config import Config, ConfigError
from model.verse import Form

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
    assert model.latent_sizes == {Form.COUPLET5: 64}


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    config = Config.load(str(path))
    assert config.name == "small"
    assert config.optimisation.precision == "float32"


def test_a_name_that_does_not_ship_is_answered_with_those_that_do() -> None:
    for missing in ("nothing", "nothing.toml"):
        with pytest.raises(ConfigError, match=rf"'{missing}'.*gcnn"):
            Config.load(missing)


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("batch_size = 8", "batch_size = 0", "optimisation.batch_size"),
        ("epochs = 1", "epocs = 1", "optimisation.epocs"),
        ('"couplet7"]', '"sonnet"]', "forms.0"),
        ('forms = ["couplet7"]', "forms = []", "forms"),
        ('name = "small"', 'name = "../small"', "name"),
        ("epochs = 1", "epochs =", "no TOML"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(
    tmp_path: Path, before: str, after: str, named: str
) -> None:
    path = tmp_path / "small.toml"
    assert before in SMALL
    path.write_text(SMALL.replace(before, after))
    with pytest.raises(ConfigError, match=f"small.toml.*{named}"):
        Config.load(str(path))
