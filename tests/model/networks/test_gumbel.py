"""The Gumbel-softmax VAE: its draws against torch and their chances, its bound, its annealing."""

from __future__ import annotations

import math
from typing import cast

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from model.corpus.encode import Corpus
from model.corpus.poems import Part
from model.evaluation.bounds import evidence
from model.networks.gumbel import Categorical
from model.networks.vae import VAE, build
from model.verse import Form
from tests.model.toys import CHARACTERS

VOCABULARY = 30
VARIABLES, CLASSES = 3, 4
OPTIONS: dict[str, object] = {
    "embedding_size": 12,
    "hidden_size": 16,
    "variables": VARIABLES,
    "classes": CLASSES,
    "warm_up": 10,
    "cooling": 20,
    "free": 0.0,
}
MANY = 20_000


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def verses(count: int, seed: int = 0) -> Tensor:
    return torch.randint(1, VOCABULARY, (count, Form.COUPLET5.size), generator=seeded(seed))


def small(**options: object) -> VAE:
    torch.manual_seed(0)
    return build("gumbel", OPTIONS | options, VOCABULARY)


def posterior(count: int = 1) -> Categorical:
    """The same chances for so many verses, none of them small."""
    logits = torch.randn(1, VARIABLES, CLASSES, generator=seeded(5)).log_softmax(-1)
    return Categorical(logits.expand(count, -1, -1).clone())


def every() -> Tensor:
    """All latents there are, (C^K, Z)."""
    classes = torch.cartesian_prod(*[torch.arange(CLASSES)] * VARIABLES)
    return functional.one_hot(classes, CLASSES).float().flatten(1)


def repeated(q: Categorical, count: int) -> Categorical:
    return Categorical(q.log_probabilities.expand(count, -1, -1))


def test_draws_have_the_chances_of_their_classes() -> None:
    chances = posterior().log_probabilities.exp().flatten()
    many = posterior(MANY)
    z = many.sample(seeded())
    assert set(z.flatten().tolist()) == {0.0, 1.0}
    torch.testing.assert_close(z.mean(0), chances, atol=0.01, rtol=0)
    assert torch.equal(z, many.sample(seeded()))
    for temperature in (0.3, 1.0):
        soft = many.relaxed(temperature, seeded(), straight_through=False)
        torch.testing.assert_close(
            soft.view(MANY, VARIABLES, CLASSES).sum(-1).min(), torch.ones(())
        )
        largest = Categorical(soft.view(MANY, VARIABLES, CLASSES)).mean
        torch.testing.assert_close(largest.mean(0), chances, atol=0.01, rtol=0)


@pytest.mark.parametrize("straight_through", [True, False])
def test_the_relaxation_is_torchs(straight_through: bool) -> None:
    q = posterior(5)
    mine_of, its_of = (q.log_probabilities.clone().requires_grad_() for _ in range(2))
    mine = Categorical(mine_of).relaxed(0.6, seeded(3), straight_through)
    torch.manual_seed(3)
    its = functional.gumbel_softmax(its_of, tau=0.6, hard=straight_through).flatten(1)
    torch.testing.assert_close(mine, its)
    weights = torch.randn(mine.shape, generator=seeded(4))
    (gradient,) = torch.autograd.grad((mine * weights).sum(), mine_of)
    (expected,) = torch.autograd.grad((its * weights).sum(), its_of)
    assert expected.any()
    torch.testing.assert_close(gradient, expected)


def test_straight_through_it_is_a_one_hot_with_the_gradient_of_the_softmax() -> None:
    q = posterior(50)
    logs = q.log_probabilities.requires_grad_()
    hard = Categorical(logs).relaxed(0.5, seeded(), straight_through=True)
    soft = Categorical(logs).relaxed(0.5, seeded(), straight_through=False)
    assert set(hard.flatten().tolist()) == {0.0, 1.0}
    assert torch.equal(hard, Categorical(soft.view(50, VARIABLES, CLASSES)).mean)
    weights = torch.randn(hard.shape, generator=seeded(1))
    (mine,) = torch.autograd.grad((hard * weights).sum(), logs)
    (expected,) = torch.autograd.grad((soft * weights).sum(), logs)
    assert torch.equal(mine, expected)


def test_cooler_draws_are_nearer_to_one_hots() -> None:
    sharpness = [
        float(
            posterior(200)
            .relaxed(temperature, seeded(), straight_through=False)
            .view(200, VARIABLES, CLASSES)
            .amax(-1)
            .mean()
        )
        for temperature in (2.0, 1.0, 0.5, 0.1)
    ]
    assert sharpness == sorted(sharpness)
    assert sharpness[-1] > 0.95


def test_chances_of_all_latents_sum_to_one_and_the_mean_is_the_likeliest() -> None:
    latents = every()
    chances = repeated(posterior(), len(latents)).log_prob(latents)
    torch.testing.assert_close(chances.exp().sum(), torch.tensor(1.0))
    assert torch.equal(posterior().mean[0], latents[chances.argmax()])


def test_the_kl_in_closed_form_is_that_over_all_latents() -> None:
    model, latents = small(), every()
    logs = repeated(posterior(), len(latents)).log_prob(latents)
    expected = (logs.exp() * (logs - model.prior.log_prob(latents))).sum()
    q = posterior()
    torch.testing.assert_close(q.kl_to_uniform().sum(), expected)
    torch.testing.assert_close(model.rate(q, q.mean)[0], expected)
    certain = Categorical(torch.tensor([[[0.0, -200.0]]]))
    assert float(certain.kl_to_uniform()) == pytest.approx(math.log(2))


def test_shapes() -> None:
    model, ids = small().eval(), verses(5)
    assert model.latent_sizes == {Form.COUPLET5: VARIABLES * CLASSES}
    q = model.encoder(ids)
    z = q.sample(seeded())
    assert z.shape == q.mean.shape == (5, VARIABLES * CLASSES)
    assert model.decoder.log_prob(ids, z).shape == ids.shape
    assert model.rate(q, z).shape == q.log_prob(z).shape == (5,)


def test_held_out_verse_costs_the_true_bound_of_hard_draws_at_any_step() -> None:
    model, ids = small().eval(), verses(6)
    q = cast(Categorical, model.encoder(ids))
    z = q.sample(seeded(1))
    distortion = -model.decoder.log_prob(ids, z).sum() / 6
    rate = q.kl_to_uniform().sum() / 6
    loss = model.loss(ids, seeded(1))
    torch.testing.assert_close(loss.figures["distortion"], distortion)
    torch.testing.assert_close(loss.figures["rate"], rate)
    torch.testing.assert_close(loss.figures["bound"], distortion + rate)
    assert torch.equal(loss.total, loss.figures["bound"])
    assert torch.equal(model.loss(ids, seeded(1)).total, loss.total)  # no step was counted
    assert evidence(model, [ids], seeded(1)).bound == pytest.approx(loss.total.item(), rel=1e-5)


def test_in_training_the_rate_gains_weight_and_the_draws_cool() -> None:
    model, ids = small(dropped=0.0, coolest=0.5).train(), verses(6)
    seen: list[tuple[float, float]] = []
    for step in range(1, 31):
        loss = model.loss(ids, seeded())
        weight = ((loss.total - loss.figures["distortion"]) / loss.figures["rate"]).item()
        assert weight == pytest.approx(min(1.0, step / 10), abs=1e-3)
        seen.append((weight, float(model.temperature)))  # type: ignore[arg-type]
    torch.testing.assert_close(loss.figures["bound"], loss.total)
    temperatures = [temperature for _, temperature in seen]
    assert temperatures[0] == pytest.approx(math.exp(-1 / 20))
    assert temperatures == sorted(temperatures, reverse=True)
    assert temperatures[-1] == 0.5
    resumed = small()
    resumed.load_state_dict(model.state_dict())
    assert float(resumed.temperature) == 0.5  # type: ignore[arg-type]


def test_nats_that_are_free_weigh_nothing_in_training_and_all_in_the_bound() -> None:
    model, ids = small(dropped=0.0, warm_up=0, free=50.0), verses(6)
    loss = model.train().loss(ids, seeded())
    assert 0 < loss.figures["rate"] < 50
    torch.testing.assert_close(loss.total, loss.figures["distortion"] + 50)
    rate = model.loss(ids, seeded()).figures["rate"]
    torch.testing.assert_close(model.eval().loss(ids, seeded()).figures["rate"], rate)


def test_toy_verse_is_learnt_and_the_latent_tells_of_it(corpus: Corpus) -> None:
    torch.manual_seed(0)
    options = OPTIONS | {"hidden_size": 48, "variables": 8, "classes": 8, "free": 8.0}
    model = build("gumbel", options, len(CHARACTERS) + 1)
    ids = torch.from_numpy(corpus.verses[Form.COUPLET5, Part.TRAIN].astype(np.int64))
    before = model.eval().loss(ids, seeded()).figures["bound"].item()
    optimiser, generator = torch.optim.Adam(model.train().parameters(), 1e-2), seeded()
    for rows in torch.randint(len(ids), (250, 32), generator=seeded()):
        optimiser.zero_grad()
        model.loss(ids[rows], generator).total.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    figures = model.eval().loss(ids, seeded()).figures
    assert figures["bound"].item() < before - 2
    assert figures["rate"].item() > 4
    z = model.encoder(ids).mean
    own, anothers = (
        -model.decoder.log_prob(ids, latents).sum(-1).mean().item() for latents in (z, z.roll(1, 0))
    )
    assert own < anothers - 3
