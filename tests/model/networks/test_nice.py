"""The VAE with a flow as prior: its rate at the draw, its free nats, and what it can learn."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from model.corpus.encode import Corpus
from model.evaluation.bounds import evidence
from model.networks.checkpoint import Checkpoint
from model.networks.vae import VAE, build, likeliest
from model.priors.nice import NICEPrior
from model.training.config import Config
from model.training.trainer import held_out
from model.verse import Form
from tests.model.training.runs import config, run

VOCABULARY = 30
OPTIONS: dict[str, object] = {
    "embedding_size": 16,
    "hidden_size": 32,
    "latent_size": 8,
    "coupling_size": 16,
}


def nice(**options: object) -> VAE:
    torch.manual_seed(0)
    return build("nice", OPTIONS | options, VOCABULARY)


def verses(count: int) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randint(1, VOCABULARY, (count, Form.COUPLET5.size), generator=generator)


def seeded() -> torch.Generator:
    return torch.Generator().manual_seed(1)


def test_shapes() -> None:
    model, ids = nice(), verses(3)
    assert model.latent_sizes == {Form.COUPLET5: 8}
    assert model.encoder(ids).mean.shape == (3, 8)
    z = model.prior.sample(3, 8, seeded())
    assert model.decoder.log_prob(ids, z).shape == ids.shape
    assert model.decoder.write(z, 10, likeliest).shape == ids.shape


def test_the_rate_is_the_difference_of_the_densities_at_the_draw() -> None:
    model, ids = nice(), verses(5)
    assert isinstance(model.prior, NICEPrior)
    torch.nn.init.normal_(model.prior.log_scale)
    posterior = model.encoder(ids)
    z = posterior.sample(seeded())
    expected = posterior.log_prob(z) - model.prior.log_prob(z)
    torch.testing.assert_close(model.loss(ids, seeded()).figures["rate"], expected.mean())


def test_the_first_nats_of_the_rate_are_free_in_training_alone() -> None:
    for free in (0.0, 1e3):
        model, ids = nice(free=free), verses(20)
        loss = model.train().loss(ids, seeded())
        distortion, rate = loss.figures["distortion"], loss.figures["rate"]
        torch.testing.assert_close(loss.total, distortion + max(float(rate.detach()), free))
        figures = model.eval().loss(ids, seeded()).figures
        bound = evidence(model, [ids], seeded()).bound
        assert float(figures["bound"].detach()) == pytest.approx(bound, abs=1e-4)


def test_the_prior_is_trained_with_the_rest() -> None:
    model = nice(free=0.0).train()
    model.loss(verses(20), seeded()).total.backward()  # type: ignore[no-untyped-call]
    gradients = {name: weight.grad for name, weight in model.named_parameters()}
    assert all(gradient is not None for gradient in gradients.values())
    # Fresh couplings end in zeros, so that the layers before those wait for a step.
    for name in ("log_scale", "couplings.0.perceptron.4.weight"):
        gradient = gradients[f"prior_module.{name}"]
        assert gradient is not None
        assert gradient.any()


def test_sixty_four_couplets_are_learnt_nearly_by_heart() -> None:
    model, ids = nice(hidden_size=48, free=100.0, dropped=0.5).train(), verses(64)
    generator = seeded()
    optimiser = torch.optim.Adam(model.parameters(), 2e-2)
    for _ in range(150):
        optimiser.zero_grad()
        model.loss(ids, generator).total.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    model.eval()
    with torch.no_grad():
        back = model.decoder.write(model.encoder(ids).mean, 10, likeliest)
    assert (back == ids).float().mean() > 0.8


def test_a_run_lowers_the_bound_and_is_loaded_as_it_was(corpus: Corpus, tmp_path: Path) -> None:
    chosen = config(network="nice", options=OPTIONS | {"free": 2.0}, epochs=3)
    result = run(corpus, tmp_path, chosen)
    loaded = Checkpoint.load(result.path)
    model, forms = loaded.build(), (Form.COUPLET5,)
    characters = len(loaded.vocabulary.characters)
    fresh = build("nice", loaded.options, loaded.vocabulary.size)
    assert result.bound < held_out(fresh, corpus, forms, characters)["bound"] - 1
    assert held_out(model, corpus, forms, characters)["bound"] == pytest.approx(result.bound)


def test_it_comes_with_a_configuration() -> None:
    shipped = Config.load("nice")
    assert shipped.network == "nice"
    assert build(shipped.network, shipped.options, VOCABULARY).forms == shipped.forms
