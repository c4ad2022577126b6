"""Requests, and whether they were met, by poets that always or never meet them."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.corpus.encode import Corpus
from model.corpus.poems import Part
from model.evaluation.album import Album
from model.evaluation.composing import composed, forced
from model.evaluation.held_out import HeldOut
from model.verse import Form
from model.vocabulary import Vocabulary
from tests.model.evaluation.writers import Scribe
from tests.model.toys import CHARACTERS

KNOWN = Vocabulary(CHARACTERS)


@pytest.mark.parametrize("form", list(Form))
def test_a_poet_that_listens_meets_every_request(corpus: Corpus, form: Form) -> None:
    kinds = forced(Scribe(), Album(), HeldOut(corpus, form, 0), KNOWN, 9)
    assert [kind.kind for kind in kinds[:2]] == ["theme", "acrostic"]
    assert [kind.asked for kind in kinds] == [9, 9, 3, 3, 3]
    assert {(kind.met, kind.refused) for kind in kinds} == {(1.0, 0.0)}


def test_a_poet_that_does_not_listen_meets_few(corpus: Corpus) -> None:
    kinds = forced(Scribe(deaf=True), Album(), HeldOut(corpus, Form.JUEJU7, 0), KNOWN, 9)
    assert max(kind.met for kind in kinds if kind.kind != "theme") == 0.0


def test_a_refusal_is_counted_and_not_met(corpus: Corpus) -> None:
    held_out = HeldOut(corpus, Form.COUPLET5, 0)
    taboo = held_out.verses(held_out.ids(Part.TEST, 1))[0].characters
    [theme, *_] = forced(Scribe(taboo=taboo[0]), Album(), held_out, KNOWN, 15)
    assert theme.refused > 0
    assert theme.met == 1 - theme.refused


def test_only_characters_that_the_poet_knows_are_asked_for(corpus: Corpus) -> None:
    held_out = HeldOut(corpus, Form.COUPLET7, 0)
    album = Album()
    forced(Scribe(), album, held_out, Vocabulary(CHARACTERS[:40]), 5)
    asked = "".join(request for _, _, request in album.answers)
    assert not set(asked) & set(CHARACTERS[40:])


def test_composing_goes_on_where_the_album_ends(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "album.txt"
    held_out = HeldOut(corpus, Form.COUPLET5, 0)
    straight = Scribe()
    whole = composed(straight, Album(), held_out, 50)
    assert len(whole) == 50
    assert len(set(straight.seeds)) == 3

    composed(Scribe(), Album.open(path), held_out, 20)
    rest = Scribe()
    assert composed(rest, Album.open(path), held_out, 50) == whole
    assert rest.seeds == straight.seeds[1:]
    silent = Scribe()
    assert composed(silent, Album.open(path), held_out, 50) == whole
    assert not silent.seeds


def test_requests_that_were_answered_are_not_put_again(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "album.txt"
    held_out = HeldOut(corpus, Form.JUEJU5, 0)
    once = forced(Scribe(), Album.open(path), held_out, KNOWN, 6)
    silent = Scribe()
    assert forced(silent, Album.open(path), held_out, KNOWN, 6) == once
    assert not silent.seeds
