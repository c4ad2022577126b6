"""The corpus as numbers: nothing held out is learnt from, and nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from model.corpus.encode import Corpus, encode
from model.corpus.poems import Part
from model.corpus.source import PoemFile, SourceError, digest, poem_files
from model.verse import Form
from model.vocabulary import Vocabulary
from tests.model.corpus.poems import (
    AUTUMN,
    GATHERED,
    PALACE,
    QUOTING,
    SOUTH,
    STORKS,
    YOUZHOU,
    write_directory,
)


def silent(files: Iterable[PoemFile]) -> Iterable[PoemFile]:
    return files


@pytest.fixture
def poems(tmp_path: Path) -> Corpus:
    source = write_directory(
        tmp_path / "poems", [STORKS, AUTUMN, PALACE, STORKS, YOUZHOU], [SOUTH, QUOTING, GATHERED]
    )
    files = poem_files(source)
    return encode(files, digest(files), silent)


def texts(corpus: Corpus, form: Form, part: Part) -> list[str]:
    return [corpus.text(form, row).plain for row in corpus.verses[form, part]]


def test_each_verse_stands_once_in_the_part_of_its_poem(poems: Corpus) -> None:
    assert texts(poems, Form.JUEJU5, Part.TEST) == [
        "寥落古行宫，宫花寂寞红。白头宫女在，闲坐说玄宗。"
    ]
    assert texts(poems, Form.JUEJU7, Part.TEST) == [
        "千里莺啼绿映红，水村山郭酒旗风。南朝四百八十寺，多少楼台烟雨中。"
    ]
    assert texts(poems, Form.COUPLET5, Part.TRAIN) == [
        "白日依山尽，黄河入海流。",
        "欲穷千里目，更上一层楼。",
        "空山新雨后，天气晚来秋。",
        "明月松闲照，清泉石上流。",
        "竹喧归浣女，莲动下渔舟。",
        "随意春芳歇，王孙自可留。",
        "前不见古人，后不见来者。",
        "寥落古行宫，宫花寂寞红。",
    ]


def test_a_held_out_couplet_that_stands_in_train_too_is_dropped(poems: Corpus) -> None:
    assert texts(poems, Form.COUPLET5, Part.TEST) == [
        "白头宫女在，闲坐说玄宗。",
        "千山鸟飞绝，万径人踪灭。",
    ]
    for form in Form:
        train = set(texts(poems, form, Part.TRAIN))
        assert train.isdisjoint(texts(poems, form, Part.TEST))


def test_the_parallel_couplets_of_train_are_those_of_eight_lines(poems: Corpus) -> None:
    rows = poems.parallel[Form.COUPLET5, Part.TRAIN]
    assert [poems.text(Form.COUPLET5, row).lines[1] for row in rows] == ["清泉石上流", "莲动下渔舟"]
    assert len(poems.parallel[Form.COUPLET7, Part.TRAIN]) == 0


def test_a_held_out_parallel_couplet_that_stands_in_train_too_is_dropped(poems: Corpus) -> None:
    rows = poems.parallel[Form.COUPLET5, Part.TEST]
    assert [poems.text(Form.COUPLET5, row).plain for row in rows] == ["千山鸟飞绝，万径人踪灭。"]


def test_ids_fall_with_the_frequency_in_train(poems: Corpus) -> None:
    assert list(poems.counts) == sorted(poems.counts, reverse=True)
    counted = dict(zip(poems.characters, poems.counts, strict=True))
    assert counted["楼"] == 3  # twice STORKS, once QUOTING
    assert counted["玄"] == 0  # held out alone, but it has an id
    assert 0 not in poems.verses[Form.JUEJU7, Part.TEST]


def test_a_model_knows_verses_of_frequent_characters_only(poems: Corpus) -> None:
    vocabulary = Vocabulary.of_corpus(poems, 2)
    known = poems.known(Form.COUPLET5, Part.TRAIN, len(vocabulary.characters))
    assert [poems.text(Form.COUPLET5, row).lines[0] for row in known] == [
        "白日依山尽",
        "欲穷千里目",
    ]


def test_saved_and_loaded_it_is_the_same(poems: Corpus, tmp_path: Path) -> None:
    poems.save(tmp_path / "corpus")
    loaded = Corpus.load(tmp_path / "corpus")
    assert (loaded.digest, loaded.characters, loaded.counts) == (
        poems.digest,
        poems.characters,
        poems.counts,
    )
    for mine, its in ((poems.verses, loaded.verses), (poems.parallel, loaded.parallel)):
        assert mine.keys() == its.keys()
        for key, array in mine.items():
            np.testing.assert_array_equal(array, its[key])


def test_without_a_corpus_it_says_which_command_makes_one(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="qibu corpus"):
        Corpus.load(tmp_path)
