"""The whole report on a small model: what stands in it, and that it comes out the same again."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import torch

from model.corpus.encode import Corpus
from model.corpus.poems import Part
from model.evaluation.evaluate import evaluate
from model.evaluation.report import Report
from model.networks.checkpoint import Checkpoint
from model.networks.vae import build
from model.verse import Form, Verse
from model.vocabulary import Vocabulary
from tests.model.toys import CHARACTERS, toy_corpus


def small(name: str = "small", form: Form = Form.COUPLET5, known: str = CHARACTERS) -> Checkpoint:
    torch.manual_seed(0)
    options = {"form": form.value, "hidden_size": 8, "latent_size": 4}
    vocabulary = Vocabulary(known)
    weights = build("gcnn", options, vocabulary.size).state_dict()
    return Checkpoint(name, "gcnn", options, vocabulary, {}, weights)


def short(checkpoint: Checkpoint, corpus: Corpus) -> Report:
    return evaluate(checkpoint, corpus, count=30, importance_samples=5, importance_verses=15)


def sources(report: Report) -> list[str]:
    return [row.source for row in report.forms[0].rows]


def test_the_figures_hang_together(corpus: Corpus) -> None:
    [form] = short(small(), corpus).forms
    bounds = form.bounds
    assert form.form is Form.COUPLET5
    assert (form.known, bounds.verses) == (1.0, 20)
    assert (bounds.iwae_samples, bounds.iwae_verses) == (5, 15)
    assert bounds.elbo == pytest.approx(bounds.distortion + bounds.rate)
    assert bounds.rate_of_verse == pytest.approx(10 * bounds.rate)
    # Fresh weights know nothing: every one of 64 ids is about as likely as any other.
    assert bounds.distortion == pytest.approx(np.log(64), abs=0.3)
    assert bounds.ngram < bounds.distortion
    assert form.characters_reconstructed < 0.3


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
        evaluate(
            small(form=Form.JUEJU5), corpus, count=10, importance_samples=1, importance_verses=5
        )
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
    asked: list[int] = []

    def compose(form: Form, count: int, seed: int) -> list[Verse]:
        asked.append(seed)
        return [Verse.of_characters(form, CHARACTERS[i : i + form.size]) for i in range(count)]

    report = evaluate(
        small(),
        corpus,
        compose=compose,
        baseline=small("seed"),
        count=50,
        importance_samples=1,
        importance_verses=5,
    )
    assert sources(report) == [
        "small, prior",
        "small, composed",
        "real held-out verse",
        "shuffled held-out verse",
        "real middle couplets",
        "seed, prior",
    ]
    composed = report.forms[0].rows[1].measures
    assert composed.verses == 50
    assert len(asked) == len(set(asked)) > 1
    assert composed.duplicates == 30  # 20 at once, and every call began again


def test_a_first_seed_of_another_form_stands_aside(corpus: Corpus) -> None:
    report = evaluate(
        small(form=Form.JUEJU7),
        corpus,
        baseline=small("seed"),
        count=10,
        importance_samples=1,
        importance_verses=5,
    )
    assert sources(report) == ["small, prior", "real held-out verse", "shuffled held-out verse"]
    assert report.forms[0].rows[0].measures.rhymed is not None


def test_the_same_seed_gives_the_same_report_and_another_another(corpus: Corpus) -> None:
    first = short(small(), corpus)
    assert short(small(), corpus) == first
    other = evaluate(small(), corpus, count=30, importance_samples=5, importance_verses=15, seed=1)
    assert other.forms[0].rows[0].first != first.forms[0].rows[0].first


def test_a_model_is_judged_on_verse_it_knows_by_its_own_ids(corpus: Corpus) -> None:
    full = short(small(), corpus).forms[0]
    some = short(small(known=CHARACTERS[:40]), corpus).forms[0]
    known = (corpus.verses[Form.COUPLET5, Part.TEST] <= 40).all(1).mean()
    assert 0 < known < 1
    assert some.known == pytest.approx(known)
    assert some.bounds.verses < full.bounds.verses

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
    report = short(small(), corpus)
    data = json.loads(report.json())
    assert data["forms"][0]["form"] == "couplet5"
    assert data["forms"][0]["rows"][0]["measures"]["verses"] == 30
    text = report.markdown()
    assert text.startswith("# small\n")
    for row in report.forms[0].rows:
        assert row.source in text
        assert row.first[0] in text
    assert "K = 5, on 15 of them" in text
    for table in ("| held-out couplet5 |", "| samples |"):
        [head, *body] = text[text.index(table) :].split("\n\n")[0].split("\n")
        assert {line.count("|") for line in body} == {head.count("|")}


def test_a_corpus_without_enough_verses_for_distinct_leaves_it_open() -> None:
    report = short(small(), toy_corpus(train=40, held_out=10))
    assert report.forms[0].rows[0].measures.distinct_2 is None
    assert "| distinct-2 of 1,000 | – |" in report.markdown()
