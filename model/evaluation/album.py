"""Verses that a poet has written to be measured, kept in a file as they come.

Decides the file's layout, so that an evaluation that was interrupted goes on, several may write
into one file, and verses from elsewhere can be measured; what is asked of the poet is left to
`composing`.

One entry a line: a verse as `qibu compose --plain` prints it, or a JSON object with the verse and
what was asked for: {"form": "couplet5", "kind": "theme", "asked": "明月", "verse": "…"}.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from model.verse import Form, Verse, VerseError, han_only


class AlbumError(Exception):
    """The file is no album; `str()` says which line."""


@dataclass
class Album:
    """The verses, in memory too; without a path nothing is kept.

    `composed` are verses that nothing was asked of but the form; `answers` are by form, kind of
    request and what was asked for, None where the poet refused.
    """

    path: Path | None = None
    composed: dict[Form, list[Verse]] = field(default_factory=dict)
    answers: dict[tuple[Form, str, str], Verse | None] = field(default_factory=dict)

    @classmethod
    def open(cls, path: Path) -> Album:
        """Reads a file, which need not be there yet. Raises AlbumError."""
        album = cls(path)
        if path.exists():
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if line.strip():
                    try:
                        album._take(line)
                    except (VerseError, ValueError, KeyError, TypeError) as error:
                        raise AlbumError(f"{path}, line {number}: {error}") from error
        return album

    def add(self, verses: Iterable[Verse]) -> None:
        """Verses of which nothing was asked but the form."""
        kept = list(verses)
        for verse in kept:
            self.composed.setdefault(verse.form, []).append(verse)
        self._write("".join(f"{verse.plain}\n" for verse in kept))

    def answer(self, form: Form, kind: str, asked: str, verse: Verse | None) -> None:
        """What a request was answered with, None if it was refused."""
        self.answers[form, kind, asked] = verse
        entry = {
            "form": form.value,
            "kind": kind,
            "asked": asked,
            "verse": verse.plain if verse else None,
        }
        self._write(json.dumps(entry, ensure_ascii=False) + "\n")

    def _take(self, line: str) -> None:
        if not line.startswith("{"):
            verse = _read(line)
            self.composed.setdefault(verse.form, []).append(verse)
            return
        entry = json.loads(line)
        answer = None if entry["verse"] is None else _read(str(entry["verse"]))
        self.answers[Form(entry["form"]), entry["kind"], entry["asked"]] = answer

    def _write(self, text: str) -> None:
        if self.path and text:
            # One write of whole lines: another process may append to the same file.
            with self.path.open("a", encoding="utf-8") as file:
                file.write(text)


def _read(text: str) -> Verse:
    """A verse as it was written: simplifying it again would change a few characters."""
    characters = han_only(text)
    for form in Form:
        if form.size == len(characters):
            return Verse.of_characters(form, characters)
    raise VerseError(f"{len(characters)} characters are no verse")
