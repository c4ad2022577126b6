"""How a line is divided by its distances, and what the tool prints of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner, Result

from model.networks.checkpoint import Checkpoint
from model.networks.vae import build
from model.vocabulary import Vocabulary
from tools.show_syntax import bracketed, main

VERSE = "白日依山尽，黄河入海流"
SMALL = {"embedding_size": 8, "hidden_size": 16, "levels": 4, "latent_size": 4}


@pytest.mark.parametrize(
    ("distances", "brackets"),
    [
        ((0.2, 0.9, 0.6, 0.3, 0.5), "((白日)(依(山尽)))"),
        ((0.1, 0.2, 0.3, 0.4, 0.9), "((((白日)依)山)尽)"),
        ((0.4, 0.3, 0.2, 0.1, 0.0), "(白(日(依(山尽))))"),
    ],
)
def test_a_line_is_split_where_its_characters_are_farthest_apart(
    distances: tuple[float, ...], brackets: str
) -> None:
    assert bracketed("白日依山尽", distances) == brackets


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    def save(network: str, options: dict[str, object]) -> Path:
        torch.manual_seed(0)
        known = Vocabulary("白日依山尽黄河入海流")
        weights = build(network, options, known.size).state_dict()
        path = tmp_path / f"{network}.safetensors"
        Checkpoint("small", network, options, known, {}, weights).save(path)
        return path

    save("gcnn", {})
    return save("on_lstm", dict(SMALL))


def show(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_it_prints_each_line_with_its_distances_and_brackets(saved: Path) -> None:
    first, second = show(str(saved), VERSE).stdout.splitlines()
    for row, line in ((first, "白日依山尽"), (second, "黄河入海流")):
        *told, brackets = row.split()
        assert "".join(told[::2]) == line
        assert all(0 <= int(distance) <= 100 for distance in told[1::2])
        assert re.sub("[()]", "", brackets) == line


@pytest.mark.parametrize(
    ("model", "verse", "told"),
    [
        ("on_lstm", "白日依山", "4 characters in 1 line"),
        ("on_lstm", "白日依山远，黄河入海流", "does not know 远"),
        ("gcnn", VERSE, "no ordered neurons"),
        ("nothing", VERSE, "no model at"),
    ],
)
def test_what_cannot_be_shown_is_told_in_a_line(
    saved: Path, model: str, verse: str, told: str
) -> None:
    result = show(str(saved.with_stem(model)), verse)
    assert result.exit_code == 1
    assert told in result.stderr
