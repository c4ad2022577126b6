"""Pairs, parallels and lines, against the plainest way to count them."""

from __future__ import annotations

import math
from collections import Counter
from itertools import product

import numpy as np
import pytest

from model.evaluation.counts import AttestedPairs, KnownLines, Parallelism


def test_a_pair_is_attested_from_five_occurrences_on() -> None:
    five = np.array([[1, 2, 3, 4, 5]] * 4)
    seven = np.array([[1, 2, 9, 9, 9, 9, 9]])
    pairs = AttestedPairs([five, seven])
    assert pairs.attested(np.array([[1, 2]])).all()
    assert not pairs.attested(np.array([[2, 3]])).any()
    assert not pairs.attested(np.array([[9, 9]])).any()  # four times
    assert not pairs.attested(np.array([[2, 1]])).any()
    found = pairs.attested(np.array([[1, 2, 3], [2, 1, 2]]))
    assert found.tolist() == [[True, False], [False, True]]


def test_no_pair_spans_two_lines() -> None:
    pairs = AttestedPairs([np.array([[1, 2], [3, 4]] * 5)])
    assert not pairs.attested(np.array([[2, 3]])).any()


def test_parallelism_is_the_mean_information_of_pairs_at_one_place() -> None:
    couplets = [np.array([[1, 2, 3, 4], [1, 2, 3, 5], [3, 4, 1, 2]])]  # lines of two characters
    pairs = Counter([(1, 3), (2, 4), (1, 3), (2, 5), (3, 1), (4, 2)])
    both = pairs + Counter({(b, a): n for (a, b), n in pairs.items()})
    single = Counter[int]()
    for (a, _), n in both.items():
        single[a] += n
    total = both.total()

    def information(a: int, b: int) -> float:
        if (a, b) not in both:
            return 0.0
        return math.log(both[a, b] * total / (single[a] * single[b]))

    table = Parallelism(couplets, characters=5)
    for a, b, c, d in product((1, 2, 3, 4, 5), repeat=4):
        expected = (
            (0.0 if a == c else information(a, c)) + (0.0 if b == d else information(b, d))
        ) / 2
        assert table.information(np.array([[a, b, c, d]])).mean() == pytest.approx(expected)


def test_a_character_counts_nothing_with_itself_and_with_strangers() -> None:
    table = Parallelism([np.array([[1, 1], [1, 1], [2, 3]])], characters=9)
    assert not table.information(np.array([[1, 1], [0, 1], [7, 8]])).any()
    assert table.information(np.array([[3, 2]])) > 0


def test_lines_are_found_whole_and_with_one_character_replaced() -> None:
    chance = np.random.default_rng(0)
    known = chance.integers(1, 4, (40, 5))
    asked = np.array(list(product((1, 2, 3), repeat=5)))
    distance = (asked[:, None] != known[None]).sum(-1).min(1)
    assert {0, 1, 2} <= set(distance.tolist())
    lines = KnownLines(known)
    assert lines.verbatim(asked).tolist() == (distance == 0).tolist()
    assert lines.nearly(asked).tolist() == (distance <= 1).tolist()
