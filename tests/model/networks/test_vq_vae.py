"""The vector-quantised VAE: the gradient past its codes, its bound, and what it can learn."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch
from torch import Tensor

from model.corpus.encode import Corpus
from model.corpus.poems import Part
from model.evaluation.bounds import evidence
from model.networks.checkpoint import Checkpoint, load_with_facts
from model.networks.vae import VAE, build
from model.networks.vq_vae import Quantised
from model.priors.codes import CodePrior
from model.verse import Form
from model.vocabulary import Vocabulary
from tests.model.toys import CHARACTERS
from tests.model.training.runs import Killed, config, killing_clock, run

VOCABULARY = 30
CODES, WIDTH = 4, 5
OPTIONS: dict[str, object] = {
    "embedding_size": 12,
    "hidden_size": 16,
    "codes": CODES,
    "codebook_size": 9,
    "code_size": WIDTH,
    "prior_size": 8,
}


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def verses(count: int, seed: int = 0) -> Tensor:
    return torch.randint(1, VOCABULARY, (count, Form.COUPLET5.size), generator=seeded(seed))


def small(**options: object) -> VAE:
    torch.manual_seed(0)
    return build("vq_vae", OPTIONS | options, VOCABULARY)


@pytest.fixture
def model() -> VAE:
    """Fresh weights, with a codebook among what the encoder reads."""
    model = small()
    model.loss(verses(64), seeded())
    return model.eval()


def prior_of(model: VAE) -> CodePrior:
    return cast(CodePrior, model.prior_module)


def quantised(model: VAE, ids: Tensor) -> Quantised:
    return cast(Quantised, model.encoder(ids))


def test_the_latent_is_the_vectors_of_the_nearest_codes(model: VAE) -> None:
    ids, codebook = verses(5), prior_of(model).codebook
    posterior = quantised(model, ids)
    assert posterior.codes.shape == (5, CODES)
    assert model.latent_sizes == {Form.COUPLET5: CODES * WIDTH}
    assert torch.equal(posterior.mean, codebook(posterior.codes).flatten(1))
    parts = posterior.read.view(5, CODES, WIDTH)
    assert torch.equal(posterior.codes, codebook.nearest(parts))
    assert len(set(posterior.codes.flatten().tolist())) > 2


def test_the_posterior_is_a_point(model: VAE) -> None:
    posterior = quantised(model, verses(5))
    z = posterior.sample(seeded())
    assert torch.equal(z, posterior.mean)
    assert torch.equal(posterior.log_prob(z), torch.zeros(5))


def test_the_gradient_goes_straight_through_to_what_was_read(model: VAE) -> None:
    ids = verses(5)
    posterior = quantised(model, ids)
    through = -model.decoder.log_prob(ids, posterior.mean).sum()
    (gradient,) = torch.autograd.grad(through, posterior.read)
    z = posterior.mean.detach().clone().requires_grad_()  # as if nothing had been quantised
    (expected,) = torch.autograd.grad(-model.decoder.log_prob(ids, z).sum(), z)
    assert expected.any()
    assert torch.equal(gradient, expected)


def test_the_bound_is_distortion_and_what_the_codes_cost(model: VAE) -> None:
    ids = verses(6)
    figures = model.loss(ids, seeded()).figures
    posterior = quantised(model, ids)
    distortion = -model.decoder.log_prob(ids, posterior.mean).sum() / 6
    rate = -prior_of(model).score(posterior.codes).sum() / 6
    torch.testing.assert_close(figures["distortion"], distortion)
    torch.testing.assert_close(figures["rate"], rate)
    torch.testing.assert_close(figures["bound"], distortion + rate)
    whole = evidence(model, [ids], seeded())
    assert whole.bound == pytest.approx(figures["bound"].item(), rel=1e-5)
    assert whole.rate == pytest.approx(rate.item(), rel=1e-5)


def test_commitment_draws_the_encoder_to_its_codes_alone() -> None:
    model, ids = small(commitment=0.7).eval(), verses(6)
    loss = model.loss(ids, seeded())
    posterior = quantised(model, ids)
    away = (posterior.read - posterior.mean).square().sum() / 6
    torch.testing.assert_close(loss.figures["commitment"], away)
    torch.testing.assert_close(loss.total, loss.figures["bound"] + 0.7 * away)
    distances = (posterior.read - posterior.mean.detach()).square().sum() / 6
    weights = list(model.encoder.parameters())
    mine = torch.autograd.grad(loss.figures["commitment"], weights)
    its = torch.autograd.grad(distances, weights)
    for gradient, expected in zip(mine, its, strict=True):
        torch.testing.assert_close(gradient, expected)


def test_the_prior_learns_from_codes_that_it_does_not_move(model: VAE) -> None:
    rate = model.loss(verses(6), seeded()).figures["rate"]
    others = [*model.encoder.parameters(), *model.decoder.parameters()]
    assert not any(torch.autograd.grad(rate, others, retain_graph=True, allow_unused=True))
    own = torch.autograd.grad(rate, list(model.prior_module.parameters()))
    assert all(gradient.any() for gradient in own)


def test_the_codebook_follows_in_training_alone(model: VAE) -> None:
    codebook, ids = prior_of(model).codebook, verses(64, seed=1)
    before = codebook.vectors.clone()
    model.loss(ids, seeded())
    assert torch.equal(codebook.vectors, before)
    expected = copy.deepcopy(codebook)
    posterior = quantised(model, ids)
    expected.follow(posterior.read.view(-1, WIDTH), posterior.codes.flatten(), seeded())
    model.train().loss(ids, seeded())
    assert not torch.equal(codebook.vectors, before)
    torch.testing.assert_close(codebook.vectors, expected.vectors)


def test_loaded_or_copied_it_gives_the_same_codes(model: VAE, tmp_path: Path) -> None:
    ids = verses(5)
    vocabulary = Vocabulary(CHARACTERS[: VOCABULARY - 1])
    path = tmp_path / "small.safetensors"
    Checkpoint("small", "vq_vae", OPTIONS, vocabulary, {}, model.state_dict()).save(path)
    for other in (Checkpoint.load(path).build(), copy.deepcopy(model)):
        assert torch.equal(quantised(other, ids).codes, quantised(model, ids).codes)
        z = model.encoder(ids).mean
        assert torch.equal(other.prior.log_prob(z), model.prior.log_prob(z))
        assert torch.equal(other.encoder(ids).mean, z)


def test_toy_verse_is_learnt_and_the_codes_tell_of_it(corpus: Corpus) -> None:
    torch.manual_seed(0)
    options = OPTIONS | {"hidden_size": 48, "codes": 8, "codebook_size": 32, "code_size": 8}
    model = build("vq_vae", options, len(CHARACTERS) + 1)
    ids = torch.from_numpy(corpus.verses[Form.COUPLET5, Part.TRAIN].astype(np.int64))
    before = model.eval().loss(ids, seeded()).figures["bound"].item()
    optimiser = torch.optim.Adam(model.train().parameters(), 5e-3)
    for rows in torch.randint(len(ids), (200, 32), generator=seeded()):
        optimiser.zero_grad()
        model.loss(ids[rows], seeded()).total.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    assert model.eval().loss(ids, seeded()).figures["bound"].item() < before - 15
    posterior = quantised(model, ids)
    assert len(set(posterior.codes.flatten().tolist())) > 20
    own, anothers = (
        -model.decoder.log_prob(ids, z).sum(-1).mean().item()
        for z in (posterior.mean, posterior.mean.roll(1, 0))
    )
    assert own < anothers - 3


def test_a_run_killed_midway_ends_with_the_very_same_weights(
    corpus: Corpus, tmp_path: Path
) -> None:
    chosen = config(network="vq_vae", options=OPTIONS, batch_size=64)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    run(corpus, whole, chosen)
    with pytest.raises(Killed):
        run(corpus, parts, chosen, clock=killing_clock(6))
    run(corpus, parts, chosen)
    expected, _ = load_with_facts(whole / "progress.safetensors")
    mine, _ = load_with_facts(parts / "progress.safetensors")
    assert all(torch.equal(mine[name], tensor) for name, tensor in expected.items())
