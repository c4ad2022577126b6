"""The whole report on a small model: what stands in it, and that it comes out the same again."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from model.corpus.encode import Corpus
from model.corpus.poems import Part
from model.evaluation.album import Album
from model.evaluation.evaluate import Extent, Poet, evaluate
from model.evaluation.markdown import markdown
from model.evaluation.report import Report
from model.networks.checkpoint import Checkpoint
from model.networks.vae import build
from model.verse import Form, Verse
from model.vocabulary import Vocabulary
from tests.model.evaluation.writers import Scribe
from tests.model.toys import CHARACTERS, toy_corpus

SHORT = Extent(
    samples=30, requests=3, held_out=30, validation=10, importance_verses=15, importance_samples=5
)


def small(name: str = "small", form: Form = Form.COUPLET5, known: str = CHARACTERS) -> Checkpoint:
    torch.manual_seed(0)
    options = {"form": form.value, "hidden_size": 8, "latent_size": 4}
    vocabulary = Vocabulary(known)
    weights = build("gcnn", options, vocabulary.size).state_dict()
    return Checkpoint(name, "gcnn", options, vocabulary, {}, weights)


def told() -> Checkpoint:
    """A model that can be told how noisy its latents are, of all forms."""
    torch.manual_seed(0)
    options = {"hidden_size": 16, "heads": 2, "encoder_layers": 1, "decoder_layers": 1}
    options["line_latent_size"] = 4
    vocabulary = Vocabulary(CHARACTERS)
    weights = build("transformer", options, vocabulary.size).state_dict()
    return Checkpoint("told", "transformer", options, vocabulary, {}, weights)


def short(checkpoint: Checkpoint, corpus: Corpus, **more: object) -> Report:
    return evaluate(checkpoint, corpus, extent=SHORT, **more)  # type: ignore[arg-type]


def sources(report: Report) -> list[str]:
    return [row.source for row in report.forms[0].rows]


def test_the_figures_hang_together(corpus: Corpus) -> None:
    [form] = short(small(), corpus).forms
    bounds, given = form.bounds, form.given_back
    assert (form.form, form.latent_size) == (Form.COUPLET5, 4)
    assert (bounds.verses, bounds.noise) == (20, None)
    assert len(form.line) == 1
    assert (bounds.iwae_samples, bounds.iwae_verses) == (5, 15)
    assert bounds.elbo == pytest.approx(bounds.distortion + bounds.rate)
    assert bounds.iwae <= bounds.elbo
    assert bounds.rate_of_verse == pytest.approx(10 * bounds.rate)
    # Fresh weights know nothing: every one of 64 ids is about as likely as any other.
    assert bounds.distortion == pytest.approx(np.log(64), abs=0.3)
    assert bounds.ngram < bounds.distortion
    assert (given.verses, given.unknown) == (20, 0.0)
    assert given.characters < 0.3


def test_beside_the_model_stand_real_and_shuffled_verse(corpus: Corpus) -> None:
    report = short(small(), corpus)
    assert sources(report) == [
        "small, prior",
        "real held-out verse",
        "shuffled held-out verse",
        "real middle couplets",
    ]
    prior, real, shuffled, _ = report.forms[0].rows
    assert prior.measures.verses == 30
    assert real.measures.verses == 20  # all there are
    assert real.measures.nats < shuffled.measures.nats
    assert real.measures.parallelism > shuffled.measures.parallelism
    held_out = {corpus.text(Form.COUPLET5, row).plain for row in corpus.verses["couplet5", "test"]}  # type: ignore[index]
    assert held_out.issuperset(real.first)


def test_shuffling_keeps_the_characters_of_each_line_and_of_each_place(corpus: Corpus) -> None:
    _, real, shuffled, *_ = (
        evaluate(small(form=Form.JUEJU5), corpus, extent=dataclasses.replace(SHORT, samples=10))
        .forms[0]
        .rows
    )

    def lines(texts: tuple[str, ...], place: int) -> list[str]:
        verses = [Verse.parse(text) for text in texts]
        return sorted("".join(sorted(verse.lines[place])) for verse in verses)

    for place in range(4):
        assert lines(real.first, place) == lines(shuffled.first, place)
    assert real.first != shuffled.first


def test_a_poet_and_the_first_seed_can_stand_beside_it(corpus: Corpus) -> None:
    scribe = Scribe()
    report = short(small(), corpus, poet=Poet(scribe), baseline=small("seed"))
    assert sources(report) == [
        "small, composed",
        "small, prior",
        "real held-out verse",
        "shuffled held-out verse",
        "real middle couplets",
        "seed, prior",
    ]
    composed = report.forms[0].rows[0]
    assert composed.measures.verses == len(composed.first) == 30
    assert {kind.met for kind in report.forms[0].forced} == {1.0}
    assert len(scribe.seeds) == len(set(scribe.seeds))


def test_a_first_seed_of_another_form_stands_aside(corpus: Corpus) -> None:
    report = short(small(form=Form.JUEJU7), corpus, baseline=small("seed"))
    assert sources(report) == ["small, prior", "real held-out verse", "shuffled held-out verse"]
    assert report.forms[0].rows[0].measures.rhymed is not None


def test_what_was_composed_is_kept_and_not_asked_for_again(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "album.txt"
    first = short(small(), corpus, poet=Poet(Scribe(), Album.open(path)))
    silent = Scribe()
    assert short(small(), corpus, poet=Poet(silent, Album.open(path))) == first
    assert not silent.seeds


def test_a_model_that_is_told_noise_has_a_line_and_works_at_its_lowest_point(
    corpus: Corpus,
) -> None:
    report = short(told(), corpus, forms=[Form.COUPLET7, Form.JUEJU5])
    assert [form.form for form in report.forms] == [Form.COUPLET7, Form.JUEJU5]
    for form in report.forms:
        assert len(form.line) > 2
        lowest = min(form.line, key=lambda point: point.distortion + point.rate)
        assert form.bounds.noise == lowest.noise
    assert [form.latent_size for form in report.forms] == [8, 16]
    assert f"| working point, noise | {report.forms[0].bounds.noise:g} |" in markdown(report)


def test_the_same_seed_gives_the_same_report_and_another_another(corpus: Corpus) -> None:
    first = short(small(), corpus)
    assert short(small(), corpus) == first
    assert short(small(), corpus, seed=1).forms[0].rows[0].first != first.forms[0].rows[0].first


def test_verse_that_a_model_does_not_know_counts_as_lost_and_costs_nothing(corpus: Corpus) -> None:
    full = short(small(), corpus).forms[0]
    some = short(small(known=CHARACTERS[:40]), corpus).forms[0]
    known = (corpus.verses[Form.COUPLET5, Part.TEST] <= 40).all(1).mean()
    assert 0 < known < 1
    assert some.given_back.unknown == pytest.approx(1 - known)
    assert some.given_back.whole <= known
    assert some.bounds.verses < full.bounds.verses == some.given_back.verses


def test_a_model_is_read_by_its_own_ids(corpus: Corpus) -> None:
    full = short(small(), corpus).forms[0]
    # The same network with its ids in another order is the same model.
    mixed = small()
    order = np.random.default_rng(0).permutation(len(CHARACTERS))
    rows = torch.tensor([0, *(1 + order)])
    weights = {
        name: weight[rows] if len(weight) == len(rows) else weight
        for name, weight in mixed.weights.items()
    }
    mixed = dataclasses.replace(
        mixed, vocabulary=Vocabulary("".join(CHARACTERS[i] for i in order)), weights=weights
    )
    again = short(mixed, corpus).forms[0]
    assert again.bounds.elbo == pytest.approx(full.bounds.elbo, rel=1e-5)
    assert again.rows[0].first == full.rows[0].first


def test_the_report_can_be_read_by_people_and_by_programs(corpus: Corpus) -> None:
    report = short(told(), corpus, poet=Poet(Scribe()), baseline=small("seed"))
    data = json.loads(report.json())
    assert [form["form"] for form in data["forms"]] == list(Form)
    assert data["forms"][0]["rows"][0]["measures"]["verses"] == 30
    text = markdown(report)
    assert text.startswith("# told\n")
    for form in report.forms:
        assert f"## {form.form} {form.form.chinese}" in text
        for row in form.rows:
            assert row.source in text
            assert all(verse in text for verse in row.first)
    assert "K = 5, by 15 of them" in text
    tables = [part for part in text.split("\n\n") if part.startswith("|")]
    # One for all forms, and four for each.
    assert len(tables) == 1 + 4 * len(Form)
    for table in tables:
        [head, *body] = table.replace("\\|", "").split("\n")
        assert {line.count("|") for line in body} == {head.count("|")}


def test_a_corpus_without_enough_verses_for_distinct_leaves_it_open() -> None:
    report = short(small(), toy_corpus(train=40, held_out=10))
    assert report.forms[0].rows[0].measures.distinct_2 is None
    assert "| distinct-2 of 1,000 | – |" in markdown(report)
