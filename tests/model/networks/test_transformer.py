"""The flagship's network: what each part sees, in all four forms, and what it can learn."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from model.networks.checkpoint import Checkpoint, CheckpointError
from model.networks.vae import VAE, build, likeliest
from model.training.config import Optimisation
from model.training.descent import learning_rate, optimisers
from model.verse import Form
from model.vocabulary import Vocabulary
from tests.model.networks.flagship import (
    LINE_LATENT,
    OPTIONS,
    VOCABULARY,
    flagship,
    latents,
    noises,
    other,
    verses,
)
from tests.model.toys import CHARACTERS


@pytest.fixture(scope="module")
def model() -> VAE:
    return flagship().requires_grad_(False)


@pytest.mark.parametrize("form", Form)
def test_there_is_a_latent_for_each_line(model: VAE, form: Form) -> None:
    assert model.forms == tuple(Form)
    assert model.latent_sizes[form] == form.line_count * LINE_LATENT
    posterior = model.encoder(verses(form, 3))
    assert posterior.mean.shape == posterior.log_variance.shape == (3, model.latent_sizes[form])
    assert model.decoder.log_prob(verses(form, 3), posterior.mean).shape == (3, form.size)
    assert model.decoder.write(posterior.mean, form.size, likeliest).shape == (3, form.size)


@pytest.mark.parametrize("form", Form)
def test_a_character_knows_those_before_it_and_none_after(model: VAE, form: Form) -> None:
    ids, z = verses(form, 2), latents(form, 2)
    decoder = model.at(0.5).decoder
    before = decoder.log_prob(ids, z)
    for place in range(form.size):
        changed = ids.clone()
        changed[:, place] = other(ids[:, place])
        now = decoder.log_prob(changed, z)
        torch.testing.assert_close(now[:, :place], before[:, :place])
        assert (now[:, place:] != before[:, place:]).any(0).all()


@pytest.mark.parametrize("form", Form)
def test_each_place_is_a_distribution_over_characters(model: VAE, form: Form) -> None:
    for place in (0, form.line_length, form.size - 1):
        every = verses(form, 1).repeat(VOCABULARY, 1)
        every[:, place] = torch.arange(VOCABULARY)
        scores = model.decoder.log_prob(every, latents(form, 1).expand(VOCABULARY, -1))
        torch.testing.assert_close(scores[:, place].exp().sum(), torch.tensor(1.0))


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("noise", [0.0, 0.7, "of each line"])
def test_writing_character_by_character_is_scoring_all_at_once(
    model: VAE, form: Form, noise: float | str
) -> None:
    ids, z = verses(form, 3), latents(form, 3)
    told = noises(form, 3) if isinstance(noise, str) else noise
    decoder = model.at(told).decoder
    asked: list[int] = []
    scores: list[Tensor] = []

    def choose(place: int, logits: Tensor) -> Tensor:
        assert logits.shape == (3, VOCABULARY)
        asked.append(place)
        scores.append(logits.log_softmax(-1).gather(1, ids[:, place, None])[:, 0])
        return ids[:, place]

    assert torch.equal(decoder.write(z, form.size, choose), ids)
    assert asked == list(range(form.size))
    expected = decoder.log_prob(ids, z)
    torch.testing.assert_close(torch.stack(scores, dim=1), expected, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("form", Form)
def test_without_a_latent_it_is_a_language_model(model: VAE, form: Form) -> None:
    ids = verses(form, 2)
    reading = model.read(ids)
    assert reading is not None
    scores = reading.log_prob
    nothing = torch.zeros(2, model.latent_sizes[form])
    torch.testing.assert_close(scores, model.at(1.0).decoder.log_prob(ids, nothing))
    changed = ids.clone()
    changed[:, -1] = other(ids[:, -1])
    again = model.read(changed)
    assert again is not None
    now = again.log_prob
    torch.testing.assert_close(now[:, :-1], scores[:, :-1])
    assert (now[:, -1] != scores[:, -1]).all()


def test_a_verse_is_written_the_same_whatever_else_is_in_the_batch(model: VAE) -> None:
    form = Form.JUEJU5
    z, decoder = latents(form, 5), model.at(0.5).decoder
    together = decoder.write(z, form.size, likeliest)
    for row in range(5):
        alone = decoder.write(z[row : row + 1], form.size, likeliest)
        assert torch.equal(alone[0], together[row])


def test_every_line_of_the_latent_speaks_to_the_characters(model: VAE) -> None:
    form = Form.JUEJU7
    ids, z = verses(form, 1), latents(form, 1)
    before = model.decoder.log_prob(ids, z)
    for line in range(form.line_count):
        changed = z.clone()
        changed[:, line * LINE_LATENT] += 1
        now = model.decoder.log_prob(ids, changed)
        first = line * form.line_length
        assert not torch.isclose(now[:, first:], before[:, first:]).all(-1).any()


@pytest.mark.parametrize("form", Form)
def test_the_posterior_sees_every_character_and_every_gap(model: VAE, form: Form) -> None:
    assert model.encoder.reads_gaps
    ids = verses(form, 1)
    whole = model.encoder(ids).mean
    for place in range(form.size):
        changed, open_there = ids.clone(), ids.clone()
        changed[:, place] = other(ids[:, place])
        open_there[:, place] = 0
        means = torch.cat([whole, model.encoder(changed).mean, model.encoder(open_there).mean])
        assert torch.isfinite(means).all()
        assert not torch.isclose(means, means.roll(1, 0)).all(-1).any()


@pytest.mark.parametrize("form", Form)
def test_means_are_standardised_over_a_batch_in_training(form: Form) -> None:
    model = flagship().train()
    means = model.encoder(verses(form, 500)).mean.view(-1, LINE_LATENT)
    torch.testing.assert_close(means.mean(0), torch.zeros(LINE_LATENT), atol=1e-4, rtol=0)
    torch.testing.assert_close(means.var(0), torch.ones(LINE_LATENT), atol=1e-2, rtol=0)


def test_a_mean_depends_on_no_other_verse_once_trained(model: VAE) -> None:
    ids = verses(Form.COUPLET7, 9)
    together = model.encoder(ids).mean
    alone = torch.cat([model.encoder(one[None]).mean for one in ids])
    torch.testing.assert_close(alone, together)


@pytest.mark.parametrize("form", [Form.COUPLET5, Form.JUEJU7])
def test_sixty_four_verses_are_learnt_by_heart(form: Form) -> None:
    torch.manual_seed(0)
    sizes = {"hidden_size": 48, "line_latent_size": 24, "exact": 0.8, "together": 0.1}
    model, ids = build("transformer", OPTIONS | sizes, VOCABULARY).train(), verses(form, 64)
    chosen = Optimisation(
        batch_size=64,
        learning_rate=1e-2,
        epochs=1,
        optimiser="muon",
        schedule="trapezoid",
        cool_down=0.5,
    )
    descent, steps = optimisers(model, chosen), 80
    generator = torch.Generator().manual_seed(0)
    for step in range(steps):
        for one in descent:
            one.zero_grad()
            for group in one.param_groups:
                group["lr"] = learning_rate(chosen, step, steps, decays=0)
        model.loss(ids, generator).total.backward()  # type: ignore[no-untyped-call]
        for one in descent:
            one.step()
    assert torch.equal(_given_back(model, ids), ids)


@torch.no_grad()
def _given_back(model: VAE, ids: Tensor) -> Tensor:
    exact = model.eval().at(0.0)
    return exact.decoder.write(exact.encoder(ids).mean, ids.shape[1], likeliest)


def _checkpoint(model: VAE, **options: object) -> Checkpoint:
    vocabulary = Vocabulary(CHARACTERS[: VOCABULARY - 1])
    return Checkpoint("small", "transformer", OPTIONS | options, vocabulary, {}, model.state_dict())


def test_loaded_it_computes_what_it_did(model: VAE, tmp_path: Path) -> None:
    path = tmp_path / "small.safetensors"
    _checkpoint(model).save(path)
    loaded = Checkpoint.load(path).build()
    assert not loaded.training
    for form in Form:
        ids = verses(form, 4)
        mean = model.encoder(ids).mean
        assert torch.equal(loaded.encoder(ids).mean, mean)
        mine, its = model.at(0.3).decoder, loaded.at(0.3).decoder
        assert torch.equal(mine.log_prob(ids, mean), its.log_prob(ids, mean))
        written = mine.write(mean, form.size, likeliest)
        assert torch.equal(its.write(mean, form.size, likeliest), written)


def test_half_precision_weights_compute_nearly_the_same(model: VAE, tmp_path: Path) -> None:
    path = tmp_path / "half.safetensors"
    whole = _checkpoint(model)
    halves = {name: weight.half() for name, weight in whole.weights.items()}
    Checkpoint("half", "transformer", OPTIONS, whole.vocabulary, {}, halves).save(path)
    loaded = Checkpoint.load(path).build()
    assert {weight.dtype for weight in loaded.parameters()} == {torch.float32}
    ids = verses(Form.JUEJU5, 4)
    mean = model.encoder(ids).mean
    torch.testing.assert_close(loaded.encoder(ids).mean, mean, atol=0.05, rtol=0.05)
    torch.testing.assert_close(
        loaded.decoder.log_prob(ids, mean), model.decoder.log_prob(ids, mean), atol=0.1, rtol=0.1
    )


def test_an_option_there_is_not_is_told_in_a_line(model: VAE) -> None:
    with pytest.raises(CheckpointError, match=r"small is of another Qibu: .*'depth'") as told:
        _checkpoint(model, depth=3).build()
    assert "\n" not in str(told.value)
