"""Blind pairs: which real verses stand in them, that nothing tells which is which, and counting."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import click
import pytest

from benchmarks.pairs import answers, counted, interval, little_known, pairs, write
from model.corpus.encode import Corpus
from model.corpus.poems import Part
from model.poet import Poet
from model.prosody import mark
from model.verse import Form, Verse
from model.vocabulary import Vocabulary
from tests.model.toys import CHARACTERS, toy_corpus

FORM = Form.COUPLET5


class OneVersePoet:
    """Writes always the same, and knows all characters but the last one."""

    vocabulary = Vocabulary(CHARACTERS[:-1])

    def compose(self, form: Form, *, seed: int) -> list[SimpleNamespace]:
        del seed
        return [SimpleNamespace(verse=Verse.of_characters(form, "天" * form.size))]


@pytest.fixture
def poet() -> Poet:
    return cast(Poet, OneVersePoet())


@pytest.fixture
def corpus() -> Corpus:
    return toy_corpus(train=20, held_out=60)


def test_verses_with_echoed_lines_or_unknown_characters_are_left_out(
    corpus: Corpus, poet: Poet
) -> None:
    test = corpus.verses[FORM, Part.TEST]
    late = [corpus.text(FORM, row) for row in test[-20:]]
    known = [verse for verse in late if CHARACTERS[-1] not in verse.characters]
    assert little_known(corpus, poet, FORM) == known
    corpus.verses[FORM, Part.TRAIN][0] = test[-1]
    corpus.verses[FORM, Part.TRAIN][0, 2] = 1
    test[-2, 3] = len(CHARACTERS)
    left = little_known(corpus, poet, FORM)
    assert corpus.text(FORM, test[-1]) not in left
    assert corpus.text(FORM, test[-2]) not in left


def test_real_verse_may_be_of_the_same_rules_as_ours(corpus: Corpus, poet: Poet) -> None:
    every = little_known(corpus, poet, FORM)
    regular = little_known(corpus, poet, FORM, regular=True)
    assert regular == [verse for verse in every if mark(verse).regular]
    assert len(regular) < len(every)


def test_a_seed_gives_the_same_pairs_and_chance_the_order(corpus: Corpus, poet: Poet) -> None:
    made = pairs(corpus, poet, FORM, 12, seed=3)
    assert made == pairs(corpus, poet, FORM, 12, seed=3)
    assert made != pairs(corpus, poet, FORM, 12, seed=4)
    assert {letter for letter, _, _ in made} == {"A", "B"}
    for letter, first, second in made:
        ours = second if letter == "A" else first
        assert set(ours.characters) == {"天"}
        assert set((first if letter == "A" else second).characters) != {"天"}


def test_the_reader_gets_no_key(tmp_path: Path, corpus: Corpus, poet: Poet) -> None:
    write(tmp_path, FORM, pairs(corpus, poet, FORM, 12, seed=3), "toy, seed 3")
    key = answers((tmp_path / "couplet5.key").read_text("utf-8"))
    text = (tmp_path / "couplet5.txt").read_text("utf-8")
    assert list(key) == [f"couplet5-{number:02}" for number in range(1, 13)]
    assert all(name in text for name in key)
    assert not answers(text.split("\n\n", 1)[1])
    assert "toy" not in text


def test_answers_are_counted_by_form() -> None:
    key = {"couplet5-01": "A", "couplet5-02": "B", "couplet5-03": "B", "jueju7-01": "A"}
    given = answers("couplet5-01: a\n- couplet5-02 A  (halting)\nI pass the rest\njueju7-01 A\n")
    assert counted(given, key).splitlines()[2:] == [
        "| couplet5 | 2 of 3 | 1 | 50% | 9%–91% |",
        "| jueju7 | 1 of 1 | 1 | 100% | 21%–100% |",
    ]
    with pytest.raises(click.ClickException, match="couplet7-09"):
        counted({"couplet7-09": "A"}, key)


def test_the_interval_is_wilsons() -> None:
    low, high = interval(40, 40)
    assert (round(low, 4), round(high, 4)) == (0.9124, 1.0)
