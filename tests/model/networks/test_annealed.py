"""How the rate of an annealed VAE comes to weigh in full, and what its bound is meanwhile."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from model.networks.annealed import AnnealedVAE
from model.networks.gcnn import GCNNDecoder, GCNNEncoder, Options
from model.priors.normal import NormalPrior
from model.verse import Form

VOCABULARY = 30


@pytest.fixture
def model() -> AnnealedVAE:
    torch.manual_seed(0)
    sizes = Options(hidden_size=8, latent_size=4)
    return AnnealedVAE(
        GCNNEncoder(sizes, VOCABULARY),
        GCNNDecoder(sizes, VOCABULARY),
        NormalPrior(),
        {Form.COUPLET5: 4},
        annealing=4,
    )


@pytest.fixture
def ids() -> Tensor:
    return torch.randint(1, VOCABULARY, (5, 10), generator=torch.Generator().manual_seed(1))


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(2)


def test_the_weight_rises_from_nothing_through_a_half_to_one(
    model: AnnealedVAE, ids: Tensor
) -> None:
    weights = []
    for _ in range(5):
        weight = float(model.weight)
        weights.append(weight)
        loss = model.loss(ids, generator())
        figures = loss.figures
        torch.testing.assert_close(loss.total, figures["distortion"] + weight * figures["rate"])
    assert weights == sorted(weights)
    assert weights == pytest.approx([0.0025, 0.0474, 0.5, 0.9526, 0.9975], abs=1e-4)


def test_on_held_out_verse_the_loss_is_the_bound_and_no_step_is_counted(
    model: AnnealedVAE, ids: Tensor
) -> None:
    trained = model.loss(ids, generator()).figures
    before = model.weight
    loss = model.eval().loss(ids, generator())
    torch.testing.assert_close(loss.total, loss.figures["distortion"] + loss.figures["rate"])
    assert loss.figures["bound"] == loss.total
    assert loss.figures == trained
    assert model.weight == before


def test_the_steps_are_kept_with_the_weights(model: AnnealedVAE, ids: Tensor) -> None:
    for _ in range(3):
        model.loss(ids, generator())
    weight = model.weight.clone()
    weights = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    model.loss(ids, generator())
    assert model.weight > weight
    model.load_state_dict(weights)
    assert model.weight == weight
