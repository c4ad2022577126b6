"""Vectors of characters by the company they keep, learnt from the corpus before a network is.

Decides what counts as company and how large vectors are; what is done with them is the network's.

Source: Mikolov et al. 2013, skip-gram with negative sampling (arXiv:1310.4546), by gensim.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from model.corpus.encode import Corpus
from model.corpus.poems import Part
from model.verse import Form
from model.vocabulary import Vocabulary

_WINDOW = 5
_PASSES = 2
_SPREAD = 0.1


class _Verses:
    """The verses of TRAIN as lists of characters, as often as they are asked for."""

    def __init__(self, corpus: Corpus, vocabulary: Vocabulary) -> None:
        self._ids = corpus.known(Form.COUPLET5, Part.TRAIN, len(vocabulary.characters))
        self._characters = vocabulary.characters

    def __iter__(self) -> Iterator[list[str]]:
        for row in self._ids:
            yield [self._characters[i - 1] for i in row]


def character_vectors(corpus: Corpus, vocabulary: Vocabulary, size: int, seed: int = 0) -> Tensor:
    """A vector for each id, (V, size), of numbers around 0 and as large as fresh embeddings'; zeros
    for what does not occur.

    Raises ImportError if gensim is not installed, which only training needs.
    """
    from gensim.models import Word2Vec  # noqa: PLC0415

    learnt = Word2Vec(
        _Verses(corpus, vocabulary),
        vector_size=size,
        window=_WINDOW,
        epochs=_PASSES,
        min_count=1,
        sg=1,
        seed=seed,
        workers=1,  # several would race, and no two runs be alike
    ).wv
    vectors = torch.zeros(vocabulary.size, size)
    for character, place in learnt.key_to_index.items():
        vectors[vocabulary.encode(character)] = torch.from_numpy(learnt.vectors[place])
    known = vectors.any(dim=1)
    vectors[known] -= vectors[known].mean(0)
    vectors[known] *= _SPREAD / vectors[known].std()
    return vectors
