"""The second seed's network: its layers, and why its loss is a sum whose rate is annealed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

from model.corpus.encode import Corpus
from model.corpus.poems import Part
from model.networks.checkpoint import Checkpoint
from model.networks.lstm_vae import Highway
from model.networks.vae import VAE, build, likeliest
from model.verse import Form
from model.vocabulary import Vocabulary
from tests.model.toys import CHARACTERS
from tests.model.training.runs import config, run

VOCABULARY = len(CHARACTERS) + 1
LATENT = 8
OPTIONS = {"embedding_size": 16, "hidden_size": 32, "latent_size": LATENT, "annealing": 200}


@pytest.fixture
def model() -> VAE:
    torch.manual_seed(0)
    return build("lstm_vae", OPTIONS, VOCABULARY).eval()


def test_a_highway_mixes_what_it_makes_with_what_it_was_given() -> None:
    torch.manual_seed(0)
    highway, x = Highway(size=3, layers=1), torch.randn(2, 3)
    weight, bias = (parameter.detach() for parameter in highway.parameters())
    made = torch.relu(x @ weight[:3].T + bias[:3])
    gate = torch.sigmoid(x @ weight[3:].T + bias[3:])
    torch.testing.assert_close(highway(x), gate * made + (1 - gate) * x)
    assert gate.mean() < 0.25  # at first it carries


def test_one_model_is_of_couplets_and_quatrains_and_knows_which_it_writes(model: VAE) -> None:
    assert model.latent_sizes == {Form.COUPLET5: LATENT, Form.JUEJU5: LATENT}
    z = torch.randn(2, LATENT)
    for form in model.forms:
        written = model.decoder.write(z, form.size, likeliest)
        assert written.shape == (2, form.size)
        assert model.encoder(written).mean.shape == (2, LATENT)
        assert model.decoder.log_prob(written, z).shape == (2, form.size)
    with torch.no_grad():
        for vectors in (p for p in model.decoder.parameters() if len(p) == len(Form)):
            vectors.normal_()
        quatrain = model.decoder.log_prob(written, z)[:, :10]
        couplet = model.decoder.log_prob(written[:, :10], z)
    assert (quatrain != couplet).all()


def test_before_it_is_trained_its_characters_get_vectors_by_the_company_they_keep(
    corpus: Corpus, model: VAE
) -> None:
    vocabulary = Vocabulary.of_corpus(corpus, 10)
    model.prepare(corpus, vocabulary)
    tables = [m.weight for m in model.modules() if isinstance(m, torch.nn.Embedding)]
    read, *_ = tables
    same = [t for t in tables if t.shape == read.shape]
    assert len(same) == 2
    assert torch.equal(*same)
    assert not read[0].any()
    assert read[1:].any(dim=1).sum() > 30


def test_only_to_prepare_it_gensim_must_be_there(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("gensim", "gensim.models"):
        monkeypatch.setitem(sys.modules, name, None)
    model = build("lstm_vae", OPTIONS, VOCABULARY)
    with pytest.raises(ImportError):
        model.prepare(corpus, Vocabulary.of_corpus(corpus, 10))


@pytest.mark.parametrize("form", [Form.COUPLET5, Form.JUEJU5])
def test_the_trainer_takes_it_from_vectors_to_a_model_to_write_with(
    corpus: Corpus, tmp_path: Path, form: Form
) -> None:
    small = config(network="lstm_vae", forms=["couplet5", "jueju5"], options=OPTIONS, epochs=2)
    model = Checkpoint.load(run(corpus, tmp_path, small).path).build()
    z = model.prior.sample(1, LATENT, torch.Generator().manual_seed(0))
    assert model.decoder.write(z, form.size, likeliest).all()


def rates(corpus: Corpus, *, averaged: bool = False, **options: float) -> list[float]:
    """The rate in nats a verse after each step of training. The right loss is a sum over the
    characters of a verse; the wrong one is averaged over them, like those of most libraries."""
    torch.manual_seed(0)
    model = build("lstm_vae", OPTIONS | options, VOCABULARY)
    optimiser = torch.optim.Adam(model.parameters(), 1e-2)
    generator = torch.Generator().manual_seed(0)
    verses = torch.from_numpy(corpus.verses[Form.COUPLET5, Part.TRAIN].astype("int64"))
    found = []
    for _ in range(200):
        ids = verses[torch.randperm(len(verses), generator=generator)[:50]]
        loss = model.loss(ids, generator)
        figures, total = loss.figures, loss.total
        if averaged:
            total = figures["distortion"] / Form.COUPLET5.size + figures["rate"]
        optimiser.zero_grad()
        total.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        found.append(float(figures["rate"].detach()))
    return found


def test_the_faults_of_its_readers_beside_the_right_form(corpus: Corpus) -> None:
    """The rate falls to nothing where the loss is averaged over characters, which weighs it ten
    times too much; and where it weighs in full at once, beside a decoder that sees every character.
    """
    right = rates(corpus)
    averaged = rates(corpus, averaged=True)
    at_once = rates(corpus, annealing=1, dropped=0.0)
    assert sum(right[-50:]) / 50 > 0.8
    assert max(averaged[50:]) < 0.02
    assert max(at_once[50:]) < 0.2
    assert sum(at_once[-50:]) / 50 < 0.1
