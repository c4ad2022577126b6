"""Where poems are found: in a directory, in an archive, by npm; and what is said when not."""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

import pytest

from model.corpus.source import SourceError, digest, fetch, poem_files
from tests.model.corpus.poems import AUTUMN, SOUTH, STORKS, write_directory


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return write_directory(tmp_path / "poems", [STORKS, AUTUMN], [SOUTH])


def test_a_directory_gives_its_poem_files_tang_first(directory: Path) -> None:
    files = poem_files(directory)
    assert [(file.dynasty, file.number) for file in files] == [("tang", 0), ("song", 1000)]
    assert "登鸛雀樓" in files[0].content.decode()


def test_an_archive_gives_the_same_as_the_directory_it_holds(
    directory: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "poems.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(directory / "package", "package")
    assert poem_files(archive) == poem_files(directory)


def test_the_digest_tells_changed_poems(directory: Path) -> None:
    before = digest(poem_files(directory))
    assert before == digest(poem_files(directory))
    [file] = directory.rglob("poet.song.1000.json")
    file.write_text(file.read_text().replace("千", "万", 1))
    assert digest(poem_files(directory)) != before


def test_a_place_without_poems_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no poem files"):
        poem_files(tmp_path)
    with pytest.raises(SourceError, match="neither an archive nor a directory"):
        poem_files(tmp_path / "nowhere")
    (tmp_path / "poems.tgz").write_text("no archive")
    with pytest.raises(SourceError, match="cannot be read as an archive"):
        poem_files(tmp_path / "poems.tgz")


def test_a_truncated_archive_is_an_error_of_one_line(directory: Path, tmp_path: Path) -> None:
    archive = tmp_path / "poems.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(directory / "package", "package")
    archive.write_bytes(archive.read_bytes()[:-100])
    with pytest.raises(SourceError, match="cannot be read as an archive"):
        poem_files(archive)


def test_without_npm_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceError, match=r"npm is needed.*--source"):
        fetch(tmp_path / "data")


def test_what_npm_says_last_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm = tmp_path / "npm"
    npm.write_text(
        "#!/bin/sh\necho 'npm error network' >&2\necho 'npm error offline' >&2\nexit 1\n"
    )
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        SourceError, match=r"npm pack chinese-poetry@2.0.1 failed: npm error offline"
    ):
        fetch(tmp_path / "data")


def test_an_archive_fetched_before_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("npm") is None
    (tmp_path / "chinese-poetry-2.0.1.tgz").write_text("here")
    assert fetch(tmp_path) == tmp_path / "chinese-poetry-2.0.1.tgz"
