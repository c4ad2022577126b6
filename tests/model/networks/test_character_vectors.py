"""Vectors of characters learnt from a corpus: what is near to what, and what gets none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from model.corpus.encode import Corpus
from model.corpus.poems import Part
from model.networks.character_vectors import character_vectors
from model.verse import Form
from model.vocabulary import Vocabulary

KEY = (Form.COUPLET5, Part.TRAIN)


@pytest.fixture
def two_worlds(corpus: Corpus) -> Corpus:
    """Verses of the first ten characters and verses of the next ten; no other occurs."""
    chance = np.random.default_rng(0)
    verses = chance.integers(1, 11, (1000, 10))
    verses[500:] += 10
    return replace(corpus, verses=corpus.verses | {KEY: verses.astype(np.uint16)})


def test_characters_that_keep_company_are_near(two_worlds: Corpus) -> None:
    vocabulary = Vocabulary.of_corpus(two_worlds, 10)
    vectors = character_vectors(two_worlds, vocabulary, 8)
    assert vectors.shape == (vocabulary.size, 8)
    unit = torch.nn.functional.normalize(vectors[1:21], dim=1)
    likeness = unit @ unit.T
    assert likeness[:10, :10].mean() > likeness[:10, 10:].mean() + 0.5


def test_what_never_occurs_has_no_vector(two_worlds: Corpus) -> None:
    vectors = character_vectors(two_worlds, Vocabulary.of_corpus(two_worlds, 10), 8)
    assert vectors[1:21].any(dim=1).all()
    assert not vectors[0].any()
    assert not vectors[21:].any()


def test_they_are_centred_of_the_size_of_fresh_embeddings_and_always_the_same(
    two_worlds: Corpus,
) -> None:
    vocabulary = Vocabulary.of_corpus(two_worlds, 10)
    vectors = character_vectors(two_worlds, vocabulary, 8)
    torch.testing.assert_close(vectors[1:21].mean(0), torch.zeros(8), atol=1e-6, rtol=0)
    assert float(vectors[1:21].std()) == pytest.approx(0.1, rel=1e-3)
    assert torch.equal(vectors, character_vectors(two_worlds, vocabulary, 8))
