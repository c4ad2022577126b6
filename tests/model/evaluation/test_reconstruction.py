"""What is given back, where it is known beforehand."""

from __future__ import annotations

import pytest
import torch

from model.evaluation.reconstruction import reconstruct
from tests.model.evaluation.networks import (
    SIZE,
    VOCABULARY,
    OneHotDecoder,
    OneHotEncoder,
    UniformDecoder,
    vae,
)

IDS = torch.randint(1, VOCABULARY, (8, SIZE), generator=torch.Generator().manual_seed(0))


def test_a_perfect_model_gives_everything_back() -> None:
    model = vae(OneHotEncoder(), OneHotDecoder(), SIZE * VOCABULARY)
    matched = reconstruct(model, [IDS[:5], IDS[5:]])
    assert (matched.characters, matched.verses) == (1.0, 1.0)


@pytest.mark.parametrize("wrong", [1, 3])
def test_one_wrong_character_spoils_a_verse_and_a_tenth_of_its_characters(wrong: int) -> None:
    model = vae(OneHotEncoder(), OneHotDecoder(wrong), SIZE * VOCABULARY)
    matched = reconstruct(model, [IDS])
    assert matched.characters == pytest.approx(1 - wrong / SIZE)
    assert matched.verses == 0.0


def test_an_open_place_is_never_given_back() -> None:
    model = vae(OneHotEncoder(), OneHotDecoder(), SIZE * VOCABULARY)
    ids = IDS.clone()
    ids[:4, 3] = 0
    matched = reconstruct(model, [ids])
    assert matched.characters == pytest.approx(1 - 0.5 / SIZE)
    assert matched.verses == 0.5


def test_id_0_is_never_written() -> None:
    model = vae(OneHotEncoder(), UniformDecoder(), SIZE * VOCABULARY)
    ones = torch.ones(4, SIZE, dtype=torch.long)
    assert reconstruct(model, [ones]).verses == 1.0
