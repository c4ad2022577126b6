"""The VAE with ordered neurons: what its decoder sees, and the distances within a line."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from model.networks.on_lstm import syntactic_distances
from model.networks.vae import VAE, build, likeliest
from model.verse import Form

VOCABULARY = 30
OPTIONS = {"embedding_size": 16, "hidden_size": 32, "levels": 8, "latent_size": 6}


@pytest.fixture
def model() -> VAE:
    torch.manual_seed(0)
    return build("on_lstm", OPTIONS, VOCABULARY).eval()


@pytest.fixture
def ids() -> Tensor:
    return torch.randint(1, VOCABULARY, (3, 10), generator=torch.Generator().manual_seed(1))


def test_it_is_of_the_asked_form(model: VAE) -> None:
    assert model.latent_sizes == {Form.COUPLET5: 6}
    other = build("on_lstm", OPTIONS | {"form": "jueju7"}, VOCABULARY)
    assert other.forms == (Form.JUEJU7,)
    assert other.decoder.write(torch.randn(2, 6), 28, likeliest).shape == (2, 28)


def test_a_character_is_told_of_those_before_it_alone(model: VAE, ids: Tensor) -> None:
    z = torch.randn(3, 6)
    before = model.decoder.log_prob(ids, z)
    for place in range(10):
        changed = ids.clone()
        changed[:, place] = changed[:, place] % (VOCABULARY - 1) + 1
        same = (model.decoder.log_prob(changed, z) == before).all(0)
        assert same[:place].all()
        assert not same[place:].any()


def test_what_is_written_has_the_probabilities_it_was_chosen_by(model: VAE) -> None:
    z, chosen = torch.randn(3, 6), []

    def choose(place: int, logits: Tensor) -> Tensor:
        ids = likeliest(place, logits)
        chosen.append(logits.log_softmax(-1).gather(1, ids[:, None])[:, 0])
        return ids

    with torch.no_grad():
        written = model.decoder.write(z, 10, choose)
        expected = model.decoder.log_prob(written, z)
    torch.testing.assert_close(torch.stack(chosen, dim=1), expected)


def test_distances_are_those_of_the_decoders_reading(model: VAE, ids: Tensor) -> None:
    with torch.no_grad():
        distances = syntactic_distances(model, ids)
        assert distances.shape == ids.shape
        assert ((distances > 0) & (distances < 1)).all()
        # A character's distance is known as soon as it is read, whatever follows.
        changed = ids.clone()
        changed[:, 5] = changed[:, 5] % (VOCABULARY - 1) + 1
        decoder, z = model.decoder, model.encoder(ids).mean
        same = (decoder.distances(changed, z) == distances).all(0)  # type: ignore[operator]
    assert same[:5].all()
    assert not same[5:].any()


def test_a_model_without_ordered_neurons_has_no_distances(ids: Tensor) -> None:
    with pytest.raises(TypeError, match="no ordered neurons"):
        syntactic_distances(build("gcnn", {}, VOCABULARY), ids)


def test_every_weight_learns(model: VAE, ids: Tensor) -> None:
    model.train()
    optimiser = torch.optim.Adam(model.parameters(), 1e-2)
    generator, costs = torch.Generator().manual_seed(0), []
    for _ in range(20):
        optimiser.zero_grad()
        loss = model.loss(ids, generator)
        loss.total.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        costs.append(float(loss.figures["distortion"].detach()))
    assert all(p.grad is not None and p.grad.any() for p in model.parameters())
    assert costs[-1] < 0.8 * costs[0]
