"""The flagship's noise: the plain VAE it is at each, and the loss that draws one for each line."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from torch import Tensor, nn

from model.networks.vae import VAE, Gaussian, Loss
from model.verse import Form
from tests.model.networks.flagship import LINE_LATENT, flagship, latents, noises, verses


@pytest.fixture(scope="module")
def model() -> VAE:
    return flagship().requires_grad_(False)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("noise", [0.1, 0.6, 0.95])
def test_the_posterior_is_the_mean_under_noise(model: VAE, form: Form, noise: float) -> None:
    ids = verses(form, 3)
    posterior = model.at(noise).encoder(ids)
    expected = math.sqrt(1 - noise**2) * model.encoder(ids).mean
    torch.testing.assert_close(posterior.mean, expected)
    variance = torch.full_like(expected, noise**2)
    torch.testing.assert_close(posterior.log_variance.exp(), variance)


def test_each_line_may_have_its_own_noise(model: VAE) -> None:
    form = Form.JUEJU5
    ids, noise = verses(form, 3), noises(form, 3)
    mixed = model.at(noise)
    posterior = mixed.encoder(ids)
    for row in range(3):
        for line in range(form.line_count):
            alone = model.at(float(noise[row, line])).encoder(ids[row : row + 1])
            place = slice(line * LINE_LATENT, (line + 1) * LINE_LATENT)
            torch.testing.assert_close(posterior.mean[row, place], alone.mean[0, place])
            torch.testing.assert_close(
                posterior.log_variance[row, place], alone.log_variance[0, place]
            )
    same = model.at(torch.full((3, form.line_count), 0.4))
    z = latents(form, 3)
    torch.testing.assert_close(
        same.decoder.log_prob(ids, z), model.at(0.4).decoder.log_prob(ids, z)
    )


@pytest.mark.parametrize("noise", [0.3, 0.8, 1.0])
def test_the_rate_in_closed_form_is_that_of_draws(model: VAE, noise: float) -> None:
    at, ids = model.at(noise), verses(Form.COUPLET7, 3)
    posterior = at.encoder(ids)
    rate = at.rate(posterior, latents(Form.COUPLET7, 3))
    each = (posterior.mean, posterior.log_variance)
    many = Gaussian(*(numbers.repeat_interleave(20_000, 0) for numbers in each))
    z = many.sample(seeded())
    drawn = (many.log_prob(z) - at.prior.log_prob(z)).view(3, -1).mean(1)
    torch.testing.assert_close(drawn, rate, atol=0.1, rtol=0.01)


def test_all_noise_is_the_prior_whatever_the_verse(model: VAE) -> None:
    """What a decoder makes of such a latent is its own affair: nothing forbids it to look."""
    at = model.at(1.0)
    posterior = at.encoder(verses(Form.JUEJU7, 4))
    assert torch.equal(posterior.mean, torch.zeros_like(posterior.mean))
    assert torch.equal(posterior.log_variance, torch.zeros_like(posterior.mean))
    assert torch.equal(at.rate(posterior, posterior.mean), torch.zeros(4))


def test_less_noise_tells_more(model: VAE) -> None:
    ids = verses(Form.COUPLET5, 8)
    rates = [
        float(model.at(noise).rate(model.at(noise).encoder(ids), ids.float()).mean())
        for noise in (0.0, 0.1, 0.4, 0.7, 1.0)
    ]
    assert rates == sorted(rates, reverse=True)
    assert math.isfinite(rates[0])


def test_without_a_word_about_noise_there_is_none(model: VAE) -> None:
    ids, z = verses(Form.COUPLET5, 2), latents(Form.COUPLET5, 2)
    exact = model.at(0.0)
    assert torch.equal(exact.encoder(ids).mean, model.encoder(ids).mean)
    assert torch.equal(exact.decoder.log_prob(ids, z), model.decoder.log_prob(ids, z))


def test_the_decoder_hears_the_noise(model: VAE) -> None:
    ids, z = verses(Form.COUPLET5, 2), latents(Form.COUPLET5, 2)
    scores = [model.at(noise).decoder.log_prob(ids, z) for noise in (0.0, 0.3, 1.0)]
    for less, more in pairwise(scores):
        assert not torch.isclose(less, more).any()


def test_a_view_is_of_the_model_and_has_nothing_of_its_own(model: VAE) -> None:
    at = model.at(0.5)
    assert list(at.parameters()) == []
    assert at.device == model.device
    assert at.forms == model.forms
    assert at.latent_sizes == model.latent_sizes
    assert not set(model.state_dict()).symmetric_difference(flagship().state_dict())


@pytest.mark.parametrize("form", Form)
def test_the_loss_follows_its_generator(model: VAE, form: Form) -> None:
    ids = verses(form, 8)
    first, again, second = (model.loss(ids, seeded(seed)) for seed in (1, 1, 2))
    assert first.figures.keys() == {"bound", "exact", "language"}
    assert torch.equal(first.total, first.figures["bound"])
    for name, value in first.figures.items():
        assert torch.isfinite(value)
        assert torch.equal(value, again.figures[name])
    assert first.total != second.total


def test_the_loss_of_verses_without_noise_is_what_they_cost_given_their_mean() -> None:
    exact, ids = flagship(exact=1.0, together=0.0), verses(Form.JUEJU5, 8)
    loss = exact.loss(ids, seeded())
    cost = -exact.decoder.log_prob(ids, exact.encoder(ids).mean).mean()
    torch.testing.assert_close(loss.total, cost)
    torch.testing.assert_close(loss.figures["exact"], cost)
    assert loss.figures["language"] == 0  # no verse was all noise


def test_gradients_reach_every_weight() -> None:
    model = flagship().train()
    for form in Form:
        model.loss(verses(form, 32), seeded()).total.backward()  # type: ignore[no-untyped-call]
    for name, weight in model.named_parameters():
        assert weight.grad is not None, name
        assert torch.isfinite(weight.grad).all(), name
        assert weight.grad.any(), name


@pytest.mark.parametrize("form", Form)
def test_half_precision_costs_nearly_the_same(form: Form) -> None:
    model, ids = flagship(), verses(form, 32)
    exact = model.loss(ids, seeded()).total
    with torch.autocast("cpu", torch.bfloat16):
        loss = model.loss(ids, seeded())
    assert loss.total.dtype == torch.float32
    torch.testing.assert_close(loss.total, exact, atol=0.1, rtol=0.02)
    loss.total.backward()  # type: ignore[no-untyped-call]
    assert all(
        weight.grad is None or torch.isfinite(weight.grad).all() for weight in model.parameters()
    )


class _Watched:
    """What encoder and decoder were given while a loss was computed."""

    def __init__(self, model: VAE, ids: Tensor) -> None:
        def keep(_: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            self._inputs.append(inputs)

        self._inputs: list[tuple[Tensor, ...]] = []
        hooks = [part.register_forward_pre_hook(keep) for part in (model.encoder, model.decoder)]
        self.loss: Loss = model.loss(ids, seeded())
        for hook in hooks:
            hook.remove()
        (self.read,), (self.written, self.z, self.noise) = self._inputs


def test_training_hides_characters_from_the_encoder_alone(model: VAE) -> None:
    ids = verses(Form.COUPLET5, 2000)
    seen = _Watched(model, ids)
    hidden = seen.read != ids
    assert (seen.read[hidden] == 0).all()
    assert torch.equal(seen.written, ids)
    whole = (seen.noise == 0).all(-1)
    assert not hidden[whole].any()
    share = hidden[~whole].float().mean(-1)
    assert 0.3 < (share == 0).float().mean() < 0.7  # half of them are read as they are
    assert (share == 1).any()  # some of these not at all


def test_training_draws_all_kinds_of_noise_in_their_shares() -> None:
    model = flagship(exact=0.2, together=0.5).requires_grad_(False)
    ids = verses(Form.JUEJU5, 4000)
    noise = _Watched(model, ids).noise
    assert noise.shape == (4000, 4)
    assert noise.min() >= 0
    assert noise.max() <= 1
    same = (noise == noise[:, :1]).all(-1)
    none = (noise == 0).all(-1)
    assert none.float().mean() == pytest.approx(0.2, abs=0.03)
    assert (same & ~none).float().mean() == pytest.approx(0.5, abs=0.03)
    assert (noise[same & ~none] == 1).any()
    assert (noise[~same] == 0).float().mean() == pytest.approx(0.3, abs=0.03)


def test_the_latent_of_training_has_the_noise_that_is_told() -> None:
    model = flagship(exact=0.0, together=0.0).requires_grad_(False)
    ids = verses(Form.COUPLET7, 4000)
    seen = _Watched(model, ids)
    noise = seen.noise.repeat_interleave(LINE_LATENT, dim=1)
    mean = model.encoder(seen.read).mean
    drawn = (seen.z - torch.sqrt(1 - noise.square()) * mean)[noise > 0] / noise[noise > 0]
    assert float(drawn.mean()) == pytest.approx(0, abs=0.02)
    assert float(drawn.std()) == pytest.approx(1, abs=0.02)
    torch.testing.assert_close(seen.z[noise == 0], mean[noise == 0])
