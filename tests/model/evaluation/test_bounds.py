"""The bounds: in closed form, by integration, and in the order that theory gives them."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch

from model.evaluation.bounds import (
    active_units,
    evidence,
    importance_weighted,
    log_weights,
    tightening,
)
from model.networks.vae import VAE, Gaussian, build
from model.priors.normal import NormalPrior
from tests.model.evaluation.networks import (
    SIZE,
    VOCABULARY,
    DeafEncoder,
    FirstCharacterEncoder,
    UniformDecoder,
    vae,
)

IDS = torch.randint(1, VOCABULARY, (32, SIZE), generator=torch.Generator().manual_seed(0))


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def learnt() -> VAE:
    """A small network that has learnt something, so that its posteriors differ."""
    torch.manual_seed(0)
    model = build("gcnn", {"latent_size": 1, "hidden_size": 16}, VOCABULARY)
    optimiser = torch.optim.Adam(model.parameters(), 1e-2)
    generator = seeded()
    for _ in range(150):
        optimiser.zero_grad()
        model.loss(IDS, generator).total.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return model.eval()


def test_the_kl_in_closed_form_is_that_of_many_draws() -> None:
    torch.manual_seed(0)
    posterior, prior = Gaussian(torch.randn(3, 4), torch.randn(3, 4)), NormalPrior()
    generator = seeded()
    draws = torch.stack([posterior.sample(generator) for _ in range(50_000)])
    many = torch.stack([posterior.log_prob(z) - prior.log_prob(z) for z in draws])
    error = many.std(0) / math.sqrt(len(many))
    closed = posterior.kl_to_standard_normal().sum(-1)
    assert ((many.mean(0) - closed).abs() < 4 * error).all()


def test_where_the_posterior_is_exact_every_bound_is_the_truth() -> None:
    model = vae(DeafEncoder(), UniformDecoder(), 2)
    truth = SIZE * math.log(VOCABULARY)
    whole = evidence(model, [IDS], seeded())
    assert whole.bound == whole.distortion == pytest.approx(truth, rel=1e-5)
    assert whole.rate == pytest.approx(0)
    for samples in (1, 7):
        costs = importance_weighted(log_weights(model, IDS, samples, seeded()))
        assert costs.tolist() == pytest.approx([truth] * len(IDS), rel=1e-5)


def test_with_more_samples_the_bound_grows_tighter(learnt: VAE) -> None:
    weights = log_weights(learnt, IDS, 512, seeded())
    # Every group of k is made of whole smaller groups, so the order holds whatever was drawn.
    groups = (weights.reshape(-1, k) for k in (1, 4, 32, 512))
    costs = [float(importance_weighted(group).mean()) for group in groups]
    assert all(tighter < looser for looser, tighter in pairwise(costs))
    whole = evidence(learnt, [IDS] * 100, seeded(1))
    assert whole.bound == pytest.approx(whole.distortion + whole.rate)
    assert costs[-1] < whole.bound


def test_the_importance_weighted_bound_comes_to_the_integral(learnt: VAE) -> None:
    places = torch.linspace(-8, 8, 4001)[:, None]
    step = float(places[1] - places[0])
    prior = learnt.prior.log_prob(places)
    with torch.no_grad():
        likelihoods = [
            learnt.decoder.log_prob(row.expand(len(places), -1), places).sum(-1) for row in IDS
        ]
    truth = -(torch.stack(likelihoods) + prior).logsumexp(1) - math.log(step)
    costs = importance_weighted(log_weights(learnt, IDS, 2000, seeded()))
    assert float((costs - truth).mean()) == pytest.approx(0, abs=0.02)
    assert evidence(learnt, [IDS] * 50, seeded()).bound > float(truth.mean())


def test_what_the_weights_tighten_is_the_difference_of_the_bounds(learnt: VAE) -> None:
    weights = log_weights(learnt, IDS, 200, seeded())
    tighter = tightening(weights)
    assert (tighter >= 0).all()
    assert tighter == pytest.approx(-weights.mean(1) - importance_weighted(weights))
    # It varies less than the bound itself, which is why few verses tell it.
    assert tighter.std() < importance_weighted(weights).std()
    whole = evidence(learnt, [IDS] * 200, seeded(1))
    expected = float(importance_weighted(weights).mean())
    assert whole.bound - float(tighter.mean()) == pytest.approx(expected, abs=0.1)


def test_batches_change_nothing_but_the_noise(learnt: VAE) -> None:
    one = evidence(learnt, [IDS], seeded())
    several = evidence(learnt, IDS.split(5), seeded())  # type: ignore[no-untyped-call]
    assert several.rate == pytest.approx(one.rate, rel=1e-5)
    assert several.bound == pytest.approx(one.bound, rel=0.1)


def test_a_unit_is_active_if_verses_move_it() -> None:
    model = vae(FirstCharacterEncoder(), UniformDecoder(), 2)
    assert active_units(model, [IDS[:7], IDS[7:]]) == 1
