"""What the judge says of verses whose qualities one can see."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from model.corpus.encode import COUPLETS, Corpus, Ids
from model.corpus.poems import Part
from model.evaluation.samples import Judge
from model.verse import Form, Verse

TRAIN = [
    "白日依山尽，黄河入海流。",
    "欲穷千里目，更上一层楼。",
    "空山新雨后，天气晚来秋。",
    "明月松间照，清泉石上流。",
    "两个黄鹂鸣翠柳，一行白鹭上青天。",
    "窗含西岭千秋雪，门泊东吴万里船。",
]
LEARNT_FROM = "野旷天低树，江清月近人"
HELD_OUT = "野火烧不尽，春风吹又生"
STORKS = Verse.parse("白日依山尽，黄河入海流。欲穷千里目，更上一层楼。")  # regulated
MOON = Verse.parse("床前明月光，疑是地上霜。举头望明月，低头思故乡。")  # in the old style


@pytest.fixture(scope="module")
def judge() -> Judge:
    couplets = [Verse.parse(text) for text in TRAIN]
    everything = (
        LEARNT_FROM
        + HELD_OUT
        + STORKS.characters
        + MOON.characters
        + "".join(v.characters for v in couplets)
    )
    characters = "".join(dict.fromkeys(everything))

    def ids(verses: Sequence[Verse], form: Form) -> Ids:
        rows = [[characters.index(c) + 1 for c in v.characters] for v in verses if v.form is form]
        return np.array(rows, dtype=np.uint16).reshape(len(rows), form.size)

    verses = {(form, Part.TRAIN): ids(couplets, form) for form in COUPLETS}
    for part, couplet in ((Part.VALIDATION, LEARNT_FROM), (Part.TEST, HELD_OUT)):
        verses |= {(form, part): ids([Verse.parse(couplet)], form) for form in COUPLETS}
    return Judge(Corpus("toy", characters, (1,) * len(characters), verses, verses))


def test_lines_of_train_are_found(judge: Judge) -> None:
    verses = [
        Verse.parse("白日依山尽，黄河入海流"),
        Verse.parse("明月松间照，清泉石上霜"),  # one line whole, one with another last character
        Verse.parse("床前明月光，疑是地上霜"),
    ]
    measures = judge.measure(verses)
    assert measures.verses == 3
    assert measures.verbatim == pytest.approx(3 / 6)
    assert measures.nearly_verbatim == pytest.approx(4 / 6)


def test_lines_that_a_poet_may_learn_from_are_told_from_those_of_test(judge: Judge) -> None:
    verses = [Verse.parse(LEARNT_FROM), Verse.parse(HELD_OUT)]
    measures = judge.measure(verses)
    assert (measures.verbatim, measures.verbatim_held_out) == (0.5, 0.5)
    assert judge.measure(verses, written=False).verbatim_held_out is None


def test_the_share_of_common_characters(judge: Judge) -> None:
    # The toy corpus has fewer than a hundred; what it never held is not common.
    assert judge.measure([Verse.parse("白日依山尽，琴棋书画诗")]).common == 0.5


def test_tone_and_rhyme_of_famous_quatrains(judge: Judge) -> None:
    regulated, old = judge.measure([STORKS]), judge.measure([MOON])
    assert (regulated.lines_kept, regulated.couplets_kept) == (1.0, 1.0)
    assert (regulated.quatrains_kept, regulated.rhymed) == (1.0, 1.0)
    assert old.couplets_kept < 1
    assert (old.quatrains_kept, old.rhymed) == (0.0, 1.0)
    couplet = judge.measure([Verse.parse("白日依山尽，黄河入海流")])
    assert (couplet.quatrains_kept, couplet.rhymed) == (None, None)


def test_couplets_that_hold_a_character_twice(judge: Judge) -> None:
    # 明 and 月 stand once in each couplet, 头 twice in the second.
    assert judge.measure([MOON]).repeating == 0.5
    assert judge.measure([STORKS]).repeating == 0.0
    assert judge.measure([MOON, STORKS]).repeating_verses == 0.5


def test_verse_of_train_is_more_fluent_and_parallel_than_its_shuffling(judge: Judge) -> None:
    real = judge.measure([Verse.parse(text) for text in TRAIN[:4]])
    order = np.random.default_rng(0)
    shuffled = judge.measure(
        [
            Verse.of_characters(Form.COUPLET5, "".join(order.permutation(list(verse.characters))))
            for verse in (Verse.parse(text) for text in TRAIN[:4])
        ]
    )
    assert real.nats < shuffled.nats
    assert real.parallelism > shuffled.parallelism


def test_duplicates_and_distinct_grams_of_exactly_a_thousand(judge: Judge) -> None:
    one, other = (Verse.parse(text) for text in TRAIN[:2])
    few = judge.measure([one] * 999)
    assert (few.distinct_1, few.distinct_2, few.duplicates) == (None, None, 998)
    many = judge.measure([one] * 1000 + [other] * 500)
    assert many.distinct_1 == pytest.approx(10 / 10_000)
    assert many.distinct_2 == pytest.approx(8 / 8_000)
    assert many.duplicates == 1498


def test_characters_the_corpus_never_held_are_judged_too(judge: Judge) -> None:
    measures = judge.measure([Verse.parse("雲龍鳳虎龜，琴棋書畫詩")])
    assert measures.attested == measures.verbatim == measures.parallelism == 0.0
    assert measures.nats > judge.measure([Verse.parse(TRAIN[0])]).nats
