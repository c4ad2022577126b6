"""The Wasserstein autoencoder: its discrepancy against plain sums, and what training lowers."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from torch import Tensor

from model.corpus.encode import Corpus
from model.evaluation.bounds import evidence
from model.networks.checkpoint import Checkpoint
from model.networks.vae import VAE, Gaussian, build, likeliest
from model.networks.wae import SCALES, discrepancy
from model.training import curve
from model.training.config import Config
from model.training.trainer import held_out
from model.verse import Form
from tests.model.training.runs import config, run

VOCABULARY = 30
LATENT = 8
OPTIONS: dict[str, object] = {"embedding_size": 16, "hidden_size": 32, "latent_size": LATENT}


def wae(**options: object) -> VAE:
    torch.manual_seed(0)
    return build("wae", OPTIONS | options, VOCABULARY)


def verses(count: int) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randint(1, VOCABULARY, (count, Form.COUPLET5.size), generator=generator)


def seeded(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def normal(count: int, seed: int) -> Tensor:
    return torch.randn(count, LATENT, generator=seeded(seed))


def test_the_discrepancy_is_a_sum_over_pairs() -> None:
    x, y = normal(5, 0).tolist(), (0.5 * normal(5, 1) + 1).tolist()

    def alike(a: list[float], b: list[float]) -> float:
        apart = sum((i - j) ** 2 for i, j in zip(a, b, strict=True))
        widths = [scale * 2 * LATENT for scale in SCALES]
        return sum(width / (width + apart) for width in widths) / len(widths)

    expected = 0.0
    for i in range(5):
        for j in range(5):
            if i != j:
                expected += (alike(x[i], x[j]) + alike(y[i], y[j])) / (5 * 4)
            expected -= 2 * alike(x[i], y[j]) / (5 * 5)
    assert float(discrepancy(torch.tensor(x), torch.tensor(y))) == pytest.approx(expected, abs=1e-5)


def test_it_is_none_on_average_between_equals() -> None:
    found = torch.stack([discrepancy(normal(8, 2 * i), normal(8, 2 * i + 1)) for i in range(400)])
    error = float(found.std()) / 400**0.5
    assert abs(float(found.mean())) < 3 * error < 0.015
    assert found.min() < 0 < found.max()
    assert abs(float(discrepancy(normal(2000, 0), normal(2000, 1)))) < 1e-3


def test_it_grows_with_a_shift_and_with_a_wrong_spread() -> None:
    x, y = normal(500, 0), normal(500, 1)
    shifted = [float(discrepancy(x + shift, y)) for shift in (0.0, 0.3, 0.6, 1.2, 2.4)]
    assert shifted == sorted(shifted)
    assert shifted[1] > 0.005
    for spread in (0.5, 2.0):
        assert float(discrepancy(spread * x, y)) > 0.01


def test_a_single_verse_has_a_discrepancy_too() -> None:
    assert torch.isfinite(discrepancy(normal(1, 0), normal(1, 1)))


def test_its_gradient_is_right_and_leads_to_the_prior() -> None:
    x, y = normal(6, 0).double().requires_grad_(), normal(6, 1).double()
    assert torch.autograd.gradcheck(lambda z: discrepancy(z, y), x)
    mean = torch.full((LATENT,), 2.0, requires_grad=True)
    optimiser = torch.optim.Adam([mean], 0.05)
    for step in range(100):
        optimiser.zero_grad()
        discrepancy(normal(100, step) + mean, normal(100, 1000 + step)).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    assert float(mean.detach().abs().max()) < 0.3


def test_posteriors_have_the_same_noise_and_the_spread_of_the_prior() -> None:
    encoder = wae(noise=0.3).train().requires_grad_(False).encoder
    for weight in encoder.parameters():
        weight.normal_(generator=seeded())  # fresh ones spread means too little
    posterior = encoder(verses(400))
    assert isinstance(posterior, Gaussian)
    noise = torch.exp(0.5 * posterior.log_variance)
    torch.testing.assert_close(noise, torch.full((400, LATENT), 0.3))
    torch.testing.assert_close(posterior.mean.mean(0), torch.zeros(LATENT), atol=1e-4, rtol=0)
    torch.testing.assert_close(
        posterior.mean.var(0, correction=0) + 0.3**2, torch.ones(LATENT), atol=0.02, rtol=0
    )
    rate = posterior.kl_to_standard_normal().sum(-1).mean()
    assert float(rate) == pytest.approx(-LATENT * math.log(0.3), abs=0.1)


def test_a_verse_alone_can_be_trained_on() -> None:
    loss = wae().train().loss(verses(1), seeded())
    assert torch.isfinite(loss.total)


def test_the_bound_is_the_evidence_bound_whatever_is_descended() -> None:
    model, ids = wae(penalty=50.0).eval(), verses(20)
    with torch.no_grad():
        loss = model.loss(ids, seeded())
    figures = {name: float(value) for name, value in loss.figures.items()}
    measured = evidence(model, [ids], seeded())
    assert figures["distortion"] == pytest.approx(measured.distortion, abs=1e-4)
    assert figures["rate"] == pytest.approx(measured.rate, abs=1e-4)
    assert figures["bound"] == pytest.approx(measured.bound, abs=1e-4)
    assert float(loss.total) == pytest.approx(figures["distortion"] + 50 * figures["mmd"], abs=1e-4)


def test_the_gradient_of_both_parts_reaches_the_encoder() -> None:
    sizes = []
    for penalty in (0.0, 1e3):
        model = wae(penalty=penalty, dropped=0.0).train()
        model.loss(verses(20), seeded()).total.backward()  # type: ignore[no-untyped-call]
        gradients = [weight.grad for weight in model.parameters()]
        assert all(gradient is not None and gradient.any() for gradient in gradients)
        encoder = [weight.grad for weight in model.encoder.parameters()]
        sizes.append(sum(float(g.square().sum()) for g in encoder if g is not None))
    assert sizes[1] > 2 * sizes[0]


def test_sixty_four_couplets_are_learnt_nearly_by_heart() -> None:
    model, ids = wae(hidden_size=48, noise=0.1, penalty=1.0, dropped=0.5).train(), verses(64)
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


def test_a_run_lowers_both_parts_and_the_bound_with_them(corpus: Corpus, tmp_path: Path) -> None:
    chosen = config(
        network="wae",
        options=OPTIONS | {"penalty": 100.0, "noise": 0.3},
        schedule="trapezoid",
        batch_size=50,
        epochs=25,
    )
    result = run(corpus, tmp_path, chosen)
    points = [point.validation for point in curve.read(tmp_path / "curve.jsonl")]
    first, last = points[0], points[-1]
    assert last["distortion"] < first["distortion"] - 8
    assert last["mmd"] < 0.2 * first["mmd"]
    assert result.epoch > 20
    loaded = Checkpoint.load(result.path)
    forms, characters = (Form.COUPLET5,), len(loaded.vocabulary.characters)
    kept = held_out(loaded.build(), corpus, forms, characters)
    assert kept["bound"] == pytest.approx(result.bound)


def test_it_comes_with_a_configuration() -> None:
    shipped = Config.load("wae")
    assert shipped.network == "wae"
    assert build(shipped.network, shipped.options, VOCABULARY).forms == shipped.forms
