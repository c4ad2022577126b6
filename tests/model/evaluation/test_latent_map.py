"""The map: verses that have a theme, placed, of all forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from model.evaluation.latent_map import LatentMap, latent_map
from model.evaluation.themes import THEMES, theme_of
from model.networks.checkpoint import Checkpoint
from model.networks.vae import build
from model.verse import Form, Verse
from model.vocabulary import Vocabulary
from tests.model.toys import CHARACTERS, toy_corpus

OPTIONS: dict[str, dict[str, Any]] = {
    "gcnn": {"form": "couplet5", "hidden_size": 8, "latent_size": 4},
    "transformer": {"hidden_size": 16, "heads": 2, "encoder_layers": 1, "decoder_layers": 1},
}


@pytest.mark.parametrize("network", list(OPTIONS))
def test_every_verse_of_the_map_has_a_theme_and_a_place(network: str) -> None:
    torch.manual_seed(0)
    vocabulary = Vocabulary(CHARACTERS)
    weights = build(network, OPTIONS[network], vocabulary.size).state_dict()
    checkpoint = Checkpoint("toy", network, OPTIONS[network], vocabulary, {}, weights)
    found = latent_map(checkpoint, toy_corpus(train=60, held_out=60), count=16)
    assert found.points.shape == (len(found.verses), 2)
    assert np.isfinite(found.points).all()
    assert [theme_of(verse) for verse in found.verses] == list(found.themes)
    forms = {verse.form for verse in found.verses}
    assert forms == ({Form.COUPLET5} if network == "gcnn" else set(Form))


def test_company_is_the_share_of_like_neighbours() -> None:
    verse = Verse.parse("白日依山尽，黄河入海流")
    points = np.array([[0.0, 0], [0, 1], [1, 0], [9, 9], [9, 8], [8, 9]])
    themes = (THEMES[0],) * 3 + (THEMES[1],) * 2 + (THEMES[2],)
    company = LatentMap((verse,) * 6, themes, points).company(2)
    assert company.tolist() == [1, 1, 1, 0.5, 0.5, 0]
