"""The order of verses in training: all of them, each once a pass, an epoch a part of it."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from model.corpus.encode import Corpus
from model.corpus.poems import Part
from model.training.batches import Batches
from model.verse import Form
from tests.model.training.runs import config

FORMS = ["couplet5", "jueju7"]


def batches(corpus: Corpus, **changes: object) -> Batches:
    return Batches(config(forms=FORMS, **changes), corpus, len(corpus.characters))


def verses(of: Batches, *epochs: int) -> list[list[list[int]]]:
    return [batch.tolist() for epoch in epochs for batch in of.of_epoch(epoch, 0)]


def test_an_epoch_visits_each_verse_once_in_an_order_of_its_own(corpus: Corpus) -> None:
    order = batches(corpus)
    first, again, second = (verses(order, epoch) for epoch in (0, 0, 1))
    assert len(first) == order.count(0)
    assert first == again
    assert first != second
    for form in (Form.COUPLET5, Form.JUEJU7):
        visited = [row for batch in first for row in batch if len(row) == form.size]
        assert sorted(visited) == sorted(corpus.verses[form, Part.TRAIN].tolist())
    assert [batch.tolist() for batch in order.of_epoch(0, 5)] == first[5:]


def test_longer_forms_come_in_fewer_verses(corpus: Corpus) -> None:
    sizes = Counter(
        (len(batch[0]), len(batch)) for batch in verses(batches(corpus, batch_size=28), 0)
    )
    assert sizes == {(10, 28): 7, (10, 4): 1, (28, 10): 20}


@pytest.mark.parametrize("parts", [2, 3, 8, 50, 53])
def test_the_epochs_of_a_pass_cover_its_batches_once(corpus: Corpus, parts: int) -> None:
    whole, order = batches(corpus), batches(corpus, parts=parts)
    for number in (0, 1):
        epochs = range(number * parts, (number + 1) * parts)
        assert verses(order, *epochs) == verses(whole, number)
        counts = [order.count(epoch) for epoch in epochs]
        assert counts == [len(verses(order, epoch)) for epoch in epochs]
        assert max(counts) - min(counts) <= 1
    for epoch, after in pairwise(range(2 * parts + 1)):
        assert order.before(after) - order.before(epoch) == order.count(epoch)
    assert order.before(2 * parts) == whole.before(2) == 2 * whole.count(0)


def test_a_pass_has_no_more_parts_than_batches(corpus: Corpus) -> None:
    order = batches(corpus, parts=1000)
    assert {order.count(epoch) for epoch in range(100)} == {1}


def test_batches_for_compiled_layers_have_one_size_for_each_form(corpus: Corpus) -> None:
    shapes = {(len(batch), len(batch[0])) for batch in verses(batches(corpus, compiled=True), 0, 1)}
    assert shapes == {(16, 10), (5, 28)}


def test_a_form_of_fewer_verses_than_a_batch_is_learnt_all_the_same(corpus: Corpus) -> None:
    order = batches(corpus, compiled=True, batch_size=1000)
    assert Counter(len(batch) for batch in verses(order, 0)) == {200: 2}
