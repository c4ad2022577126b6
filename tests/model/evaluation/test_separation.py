"""The classifier tells what can be told and no more."""

from __future__ import annotations

import numpy as np
import pytest

from model.corpus.encode import Corpus
from model.corpus.poems import Part
from model.evaluation.held_out import HeldOut
from model.evaluation.samples import Judge
from model.evaluation.separation import FEATURES, features, separation
from model.verse import Form
from tests.model.toys import toy_corpus


@pytest.fixture(scope="module")
def large() -> Corpus:
    return toy_corpus(train=300, held_out=200)


@pytest.mark.parametrize("form", [Form.COUPLET7, Form.JUEJU5])
def test_every_feature_is_a_number_and_says_something(large: Corpus, form: Form) -> None:
    held_out = HeldOut(large, form, 0)
    ids = held_out.ids(Part.TEST, 50)
    table = features(Judge(large), held_out.verses(ids))
    assert table.shape == (50, len(FEATURES))
    assert np.isfinite(table).all()


def test_real_verse_is_not_told_from_real_verse_and_shuffled_verse_is(large: Corpus) -> None:
    judge, held_out = Judge(large), HeldOut(large, Form.COUPLET5, 0)
    ids = held_out.ids(Part.TEST)
    one, other = held_out.verses(ids[::2]), held_out.verses(ids[1::2])
    shuffled = held_out.verses(held_out.shuffled(ids[::2]))
    alike, apart = separation(judge, one, other), separation(judge, shuffled, other)
    assert alike
    assert apart
    assert alike.features == pytest.approx(0.5, abs=0.12)
    assert apart.features > 0.9
    # Shuffled within its line a verse keeps its characters, but not their order.
    assert apart.characters > alike.characters
    assert separation(judge, one, other) == alike
    assert separation(judge, one[:4], other) is None
