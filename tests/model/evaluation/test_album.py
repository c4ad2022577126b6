"""What was composed, kept in a file and found again."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.evaluation.album import Album, AlbumError
from model.verse import Form, Verse

ONE = Verse.parse("白日依山尽，黄河入海流")
OTHER = Verse.parse("两个黄鹂鸣翠柳，一行白鹭上青天")


def test_what_is_added_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "album.txt"
    album = Album.open(path)
    album.add([ONE, OTHER])
    album.add([ONE])
    album.answer(Form.COUPLET5, "theme", "黄河", ONE)
    album.answer(Form.COUPLET5, "theme", "龘", None)
    again = Album.open(path)
    assert again.composed == album.composed == {Form.COUPLET5: [ONE, ONE], Form.COUPLET7: [OTHER]}
    assert again.answers == album.answers
    assert again.answers[Form.COUPLET5, "theme", "龘"] is None


def test_verses_as_the_command_prints_them_are_an_album(tmp_path: Path) -> None:
    path = tmp_path / "plain.txt"
    path.write_text(f"{ONE.plain}\n\n{OTHER.plain}\n", encoding="utf-8")
    assert Album.open(path).composed == {Form.COUPLET5: [ONE], Form.COUPLET7: [OTHER]}


@pytest.mark.parametrize("line", ["白日依山", "{", '{"form": "couplet5"}', '{"verse": 7}'])
def test_a_line_that_is_no_verse_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "album.txt"
    path.write_text(f"{ONE.plain}\n{line}\n", encoding="utf-8")
    with pytest.raises(AlbumError, match="line 2"):
        Album.open(path)


def test_without_a_path_nothing_is_written(tmp_path: Path) -> None:
    album = Album()
    album.add([ONE])
    album.answer(Form.COUPLET5, "theme", "河", ONE)
    assert album.composed[Form.COUPLET5] == [ONE]
    assert not list(tmp_path.iterdir())
