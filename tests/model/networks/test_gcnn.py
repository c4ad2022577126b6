"""The first seed's network: its layers against plain formulas, and what it can learn."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from model.networks.gcnn import GatedConvolution
from model.networks.vae import VAE, build
from model.verse import Form

VOCABULARY = 30
LATENT = 64


@pytest.fixture
def gcnn() -> VAE:
    torch.manual_seed(0)
    return build("gcnn", {}, VOCABULARY).eval()


def verses(count: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(1, VOCABULARY, (count, Form.COUPLET5.size), generator=generator)


def likeliest(_: int, logits: Tensor) -> Tensor:
    return logits[:, 1:].argmax(-1) + 1


def test_a_gated_convolution_is_the_sum_of_its_neighbours_gated_and_added() -> None:
    torch.manual_seed(0)
    layer = GatedConvolution(size=2, width=3)
    x = torch.randn(1, 4, 2)
    weight = layer.convolution.weight.detach()  # (outputs, inputs, width)
    padded = torch.cat([torch.zeros(1, 2), x[0], torch.zeros(1, 2)])
    expected = torch.empty(4, 2)
    for place in range(4):
        both = sum(weight[:, :, k] @ padded[place + k] for k in range(3))
        assert isinstance(both, Tensor)
        expected[place] = x[0, place] + both[:2] * torch.sigmoid(both[2:])
    torch.testing.assert_close(layer(x)[0], expected)


def test_shapes(gcnn: VAE) -> None:
    ids = verses(3)
    posterior = gcnn.encoder(ids)
    assert posterior.mean.shape == posterior.log_variance.shape == (3, LATENT)
    z = posterior.sample()
    assert gcnn.decoder.log_prob(ids, z).shape == ids.shape
    assert gcnn.decoder.write(z, 10, likeliest).shape == ids.shape


def test_each_place_of_the_decoder_is_a_distribution_over_characters(gcnn: VAE) -> None:
    z = torch.randn(1, LATENT)
    every = torch.arange(VOCABULARY)[:, None].expand(-1, 10)
    total = gcnn.decoder.log_prob(every, z.expand(VOCABULARY, -1)).exp().sum(0)
    torch.testing.assert_close(total, torch.ones(10))


def test_given_the_latent_characters_know_nothing_of_each_other(gcnn: VAE) -> None:
    ids, z = verses(1), torch.randn(1, LATENT)
    before = gcnn.decoder.log_prob(ids, z)
    for place in range(10):
        changed = ids.clone()
        changed[0, place] = changed[0, place] % (VOCABULARY - 1) + 1
        same = gcnn.decoder.log_prob(changed, z) == before
        assert same.tolist() == [[i != place for i in range(10)]]


def test_the_posterior_sees_every_character(gcnn: VAE) -> None:
    ids = verses(1)
    before = gcnn.encoder(ids).mean
    for place in range(10):
        changed = ids.clone()
        changed[0, place] = changed[0, place] % (VOCABULARY - 1) + 1
        assert not torch.equal(gcnn.encoder(changed).mean, before)


def test_writing_asks_for_each_place_in_order_and_keeps_the_choice(gcnn: VAE) -> None:
    asked = []

    def choose(place: int, logits: Tensor) -> Tensor:
        assert logits.shape == (2, VOCABULARY)
        asked.append(place)
        return torch.full((2,), place + 1)

    written = gcnn.decoder.write(torch.randn(2, LATENT), 10, choose)
    assert asked == list(range(10))
    assert written.tolist() == [list(range(1, 11))] * 2


def test_it_cannot_be_told_of_noise(gcnn: VAE) -> None:
    assert gcnn.at(0.5) is gcnn
    assert not gcnn.encoder.reads_gaps
    assert gcnn.read(verses(1)) is None


def test_it_writes_its_own_form_only(gcnn: VAE) -> None:
    with pytest.raises(ValueError, match="10 characters, not 14"):
        gcnn.decoder.write(torch.randn(1, LATENT), 14, likeliest)


def test_sizes_come_from_the_options() -> None:
    model = build(
        "gcnn", {"form": "jueju7", "hidden_size": 8, "latent_size": 5, "width": 1}, VOCABULARY
    )
    assert model.latent_sizes == {Form.JUEJU7: 5}
    assert model.forms == (Form.JUEJU7,)
    assert model.decoder.write(torch.randn(2, 5), 28, likeliest).shape == (2, 28)


def test_sixty_four_couplets_are_learnt_by_heart() -> None:
    torch.manual_seed(0)
    model, ids = build("gcnn", {}, VOCABULARY), verses(64)
    optimiser = torch.optim.Adam(model.parameters(), 1e-2)
    generator = torch.Generator().manual_seed(0)
    for _ in range(400):
        optimiser.zero_grad()
        model.loss(ids, generator).total.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    with torch.no_grad():
        back = model.decoder.write(model.encoder(ids).mean, 10, likeliest)
    assert torch.equal(back, ids)
