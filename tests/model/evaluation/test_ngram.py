"""The 4-gram: by hand on three couplets, and a distribution whatever came before."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from model.corpus.encode import COUPLETS, Corpus
from model.corpus.poems import Part
from model.evaluation.ngram import KneserNey

TINY = [np.array([[1, 1], [1, 2], [3, 2]])]  # three couplets with lines of one character


def p(model: KneserNey, *couplet: int) -> npt.NDArray[np.float64]:
    probabilities: npt.NDArray[np.float64] = np.exp(-model.cost(np.array([couplet]))[0])
    return probabilities


def test_bigrams_by_hand() -> None:
    model = KneserNey(TINY, characters=3, order=2)
    # Seen after: 1 a start and a break, 2 a break, 3 a start. The discount is 3/4, and what it
    # frees is spread evenly: p(1) = 5/16 + 9/16 · 1/3, p(2) = p(3) = 1/16 + 9/16 · 1/3.
    one, two, three = 1 / 2, 1 / 4, 1 / 4
    # After a start stood 1 twice and 3 once; after a break 1 once and 2 twice.
    assert p(model, 1, 1)[0] == pytest.approx(1.25 / 3 + 1.5 / 3 * one)
    assert p(model, 2, 1)[0] == pytest.approx(1.5 / 3 * two)
    assert p(model, 3, 1)[0] == pytest.approx(0.25 / 3 + 1.5 / 3 * three)
    assert p(model, 1, 1)[1] == pytest.approx(0.25 / 3 + 1.5 / 3 * one)
    assert p(model, 1, 2)[1] == pytest.approx(1.25 / 3 + 1.5 / 3 * two)


def test_what_opens_a_couplet_counts_as_often_as_it_does() -> None:
    model = KneserNey(TINY, characters=3, order=3)
    shorter = 1.25 / 3 + 1.5 / 3 * (1 / 2)
    assert p(model, 1, 1)[0] == pytest.approx(1.25 / 3 + 1.5 / 3 * shorter)


def test_after_anything_the_characters_share_one(corpus: Corpus) -> None:
    characters = len(corpus.characters)
    model = KneserNey([corpus.verses[form, Part.TRAIN] for form in COUPLETS], characters)
    chance = np.random.default_rng(0)
    seen = [corpus.verses[form, Part.TRAIN][0] for form in COUPLETS]
    unseen = [chance.integers(1, characters + 1, form.size) for form in COUPLETS]
    for couplet in seen + unseen:
        for place in range(len(couplet)):
            every = np.tile(couplet, (characters, 1))
            every[:, place] = np.arange(1, characters + 1)
            assert np.exp(-model.cost(every)[:, place]).sum() == pytest.approx(1)


def test_verse_like_what_was_counted_costs_less(corpus: Corpus) -> None:
    characters = len(corpus.characters)
    model = KneserNey([corpus.verses[form, Part.TRAIN] for form in COUPLETS], characters)
    chance = np.random.default_rng(0)
    for form in COUPLETS:
        held_out = corpus.verses[form, Part.TEST]
        train = corpus.verses[form, Part.TRAIN]
        uniform = np.log(characters)
        assert model.cost(train).mean() < model.cost(held_out).mean() < uniform
        shuffled = chance.permuted(train, axis=1)
        assert model.cost(shuffled).mean() > model.cost(train).mean() + 0.5


def test_a_character_never_counted_costs_more_than_all_others(corpus: Corpus) -> None:
    model = KneserNey([corpus.verses[COUPLETS[0], Part.TRAIN]], len(corpus.characters) + 1)
    couplets = corpus.verses[COUPLETS[0], Part.TEST].copy()
    couplets[:, 4] = 0
    cost = model.cost(couplets)
    assert np.isfinite(cost).all()
    assert cost[:, 4].min() > np.delete(cost, 4, axis=1).mean()


def test_n_grams_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="64 bits"):
        KneserNey(TINY, characters=2**16)
