"""What all tests of the poet share."""

from __future__ import annotations

import pytest
import torch

from model.corpus.encode import Corpus
from tests.model.toys import toy_corpus


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Two threads beside a busy core spin, and are many times slower than one."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    """A corpus that can be learnt in seconds."""
    return toy_corpus()
