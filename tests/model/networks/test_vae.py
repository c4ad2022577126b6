"""What holds for every VAE of verse: its densities, its loss, and how it is found by name."""

from __future__ import annotations

import pytest
import torch

from model.networks.vae import Gaussian, build


@pytest.fixture
def posterior() -> Gaussian:
    torch.manual_seed(0)
    return Gaussian(torch.randn(3, 4), torch.randn(3, 4))


def test_densities_are_those_of_torch(posterior: Gaussian) -> None:
    normal = torch.distributions.Normal(posterior.mean, torch.exp(0.5 * posterior.log_variance))
    z = torch.randn(3, 4)
    density = normal.log_prob(z).sum(-1)  # type: ignore[no-untyped-call]
    torch.testing.assert_close(posterior.log_prob(z), density)
    standard = torch.distributions.Normal(torch.zeros(3, 4), torch.ones(3, 4))
    expected = torch.distributions.kl_divergence(normal, standard)
    torch.testing.assert_close(posterior.kl_to_standard_normal(), expected)


def test_draws_come_from_the_posterior_and_follow_the_generator(posterior: Gaussian) -> None:
    many = Gaussian(*(t[:1].expand(100_000, -1) for t in (posterior.mean, posterior.log_variance)))
    z = many.sample(torch.Generator().manual_seed(0))
    torch.testing.assert_close(z.mean(0), posterior.mean[0], atol=0.03, rtol=0)
    torch.testing.assert_close(z.var(0).log(), posterior.log_variance[0], atol=0.03, rtol=0)
    assert torch.equal(z, many.sample(torch.Generator().manual_seed(0)))


def test_the_loss_sums_over_characters_and_latents_and_averages_over_verses() -> None:
    torch.manual_seed(0)
    model = build("gcnn", {}, 30)
    ids = torch.randint(1, 30, (5, 10))
    loss = model.loss(ids, torch.Generator().manual_seed(1))
    posterior = model.encoder(ids)
    z = posterior.sample(torch.Generator().manual_seed(1))
    distortion = -model.decoder.log_prob(ids, z).sum() / 5
    rate = posterior.kl_to_standard_normal().sum() / 5
    torch.testing.assert_close(loss.figures["distortion"], distortion)
    torch.testing.assert_close(loss.figures["rate"], rate)
    torch.testing.assert_close(loss.total, distortion + rate)


@pytest.mark.parametrize("name", ["vae", "nothing", "__init__", "gcnn.Options", "", "../gcnn"])
def test_a_name_without_a_network_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no network is named"):
        build(name, {}, 30)
