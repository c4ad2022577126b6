"""How a poem is read, and to which part of the corpus it belongs."""

from __future__ import annotations

import hashlib
import json

import pytest

from model.corpus.poems import Part, Poem, read_poems
from model.corpus.source import PoemFile
from model.verse import Form, Verse
from tests.model.corpus.poems import AUTUMN, PALACE, SNOW_WINE, SOUTH, STORKS, YOUZHOU, Entry


def read(*entries: Entry) -> list[Poem]:
    content = json.dumps(entries, ensure_ascii=False).encode()
    return list(read_poems(PoemFile("tang", 0, content)))


def with_paragraphs(*paragraphs: str) -> Entry:
    return {"author": "某", "title": "無題", "paragraphs": list(paragraphs)}


def test_a_quatrain_is_read_simplified() -> None:
    [poem] = read(STORKS)
    assert [couplet.plain for couplet in poem.couplets] == [
        "白日依山尽，黄河入海流。",
        "欲穷千里目，更上一层楼。",
    ]
    assert poem.quatrain == Verse.parse("白日依山尽，黄河入海流，欲穷千里目，更上一层楼")
    assert poem.parallel_couplets == ()


def test_a_quatrain_of_seven() -> None:
    [poem] = read(SOUTH)
    assert poem.quatrain
    assert poem.quatrain.form is Form.JUEJU7


def test_eight_lines_have_two_parallel_couplets_in_their_middle() -> None:
    [poem] = read(AUTUMN)
    assert poem.quatrain is None
    assert [couplet.lines[0] for couplet in poem.parallel_couplets] == ["明月松闲照", "竹喧归浣女"]


def test_lines_of_other_lengths_are_left_out_and_make_no_quatrain() -> None:
    [poem] = read(YOUZHOU)
    assert [couplet.plain for couplet in poem.couplets] == ["前不见古人，后不见来者。"]
    assert not poem.whole


def test_two_couplets_of_different_lengths_are_no_quatrain() -> None:
    [poem] = read(with_paragraphs("白日依山盡，黃河入海流。", "兩個黃鸝鳴翠柳，一行白鷺上青天。"))
    assert [couplet.form for couplet in poem.couplets] == [Form.COUPLET5, Form.COUPLET7]
    assert poem.quatrain is None


@pytest.mark.parametrize(
    "paragraph",
    [
        "白日依山盡，黃河入海流。欲窮千里目，更上一層樓。",
        "白日依山盡，黃河入海流！欲窮千里目、更上一層樓？",
        " 白日依山盡，黃河入海流； 欲窮千里目，更上一層樓",
    ],
)
def test_however_the_lines_are_punctuated_the_poem_is_the_same(paragraph: str) -> None:
    [poem] = read(with_paragraphs(paragraph))
    [usual] = read(STORKS)
    assert poem.couplets == usual.couplets


@pytest.mark.parametrize(
    "paragraph", ["白日依山盡，黃河入□流。", "白日依山盡。", "", "白日，黃河。"]
)
def test_what_holds_no_couplet_is_no_poem(paragraph: str) -> None:
    assert read(with_paragraphs(paragraph)) == []


@pytest.mark.parametrize(
    ("entry", "part"),
    [
        (STORKS, Part.TRAIN),
        (AUTUMN, Part.TRAIN),
        (PALACE, Part.TEST),
        (SOUTH, Part.TEST),
        (SNOW_WINE, Part.TRAIN),
    ],
)
def test_the_part_of_a_poem_never_changes(entry: Entry, part: Part) -> None:
    [poem] = read(entry)
    assert poem.part is part


def test_one_poem_in_twenty_is_held_out_by_the_hash_of_its_characters() -> None:
    numbers = "一二三四五六七八九十"
    couplets = [
        f"{a}{b}{c}山水，{c}{b}{a}花月。" for a in numbers for b in numbers for c in numbers
    ]
    poems = read(*(with_paragraphs(couplet) for couplet in couplets))
    parts = [poem.part for poem in poems]
    for poem, part in zip(poems, parts, strict=True):
        characters = poem.couplets[0].characters.encode()
        held_out = int(hashlib.sha256(characters).hexdigest()[:8], 16) % 20 == 0
        assert (part is Part.TEST) is held_out
    assert 30 < parts.count(Part.TEST) < 70
    assert 1 < parts.count(Part.VALIDATION) < 25
