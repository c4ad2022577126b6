"""A verse, a pattern with open characters, and how a person's writing is read as either.

Decides what counts as a Han character and how lines are split and printed; whether a poet knows
the characters is left to the poet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from model.verse.forms import Form
from model.verse.script import simplify

OPEN = "？"
"""Stands for an open character of a pattern; `_` and `?` are read as the same where a pattern is
asked for."""

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_NOT_HAN = re.compile(f"[^{_HAN}]+")
_NOT_CELL = re.compile(f"[^{_HAN}{OPEN}]+")


class VerseError(ValueError):
    """The text is no verse (or pattern) of any form; `str()` says what it is instead."""


def han_only(text: str) -> str:
    """The Han characters of the text, in order, with all else dropped."""
    return _NOT_HAN.sub("", text)


def _grid(cells: str, runs: list[str]) -> tuple[Form, tuple[str, ...]]:
    """Splits cells into the lines of a form; the runs between punctuation decide where a count of
    characters alone would be silent, and must agree with the form where there are several."""
    for form in Form:
        if form.size != len(cells):
            continue
        length = form.line_length
        lines = tuple(cells[i : i + length] for i in range(0, len(cells), length))
        whole = len(runs) == 1 or all(len(run) % length == 0 for run in runs)
        if whole:
            return form, lines
    raise VerseError(
        f"{len(cells)} characters in {len(runs)} line{'' if len(runs) == 1 else 's'} are none of: "
        + ", ".join(f"{form.value} ({form.line_count} × {form.line_length})" for form in Form)
    )


@dataclass(frozen=True)
class Verse:
    """A verse of one form: `form.line_count` lines of `form.line_length` simplified characters."""

    form: Form
    lines: tuple[str, ...]

    def __post_init__(self) -> None:
        lengths = [len(line) for line in self.lines]
        if lengths != [self.form.line_length] * self.form.line_count:
            raise VerseError(f"lines of {lengths} characters are no {self.form.value}")

    @property
    def characters(self) -> str:
        """All characters in order, without punctuation."""
        return "".join(self.lines)

    @property
    def text(self) -> str:
        """As it is shown: `白日依山尽，黄河入海流。`, one couplet a row."""
        return _punctuated(self.lines, "\n")

    @property
    def plain(self) -> str:
        """On one row, for files and standard output."""
        return _punctuated(self.lines, "")

    @classmethod
    def of_characters(cls, form: Form, characters: str) -> Verse:
        """The verse of that form with these characters in order."""
        length = form.line_length
        return cls(
            form, tuple(characters[i : i + length] for i in range(0, len(characters), length))
        )

    @classmethod
    def parse(cls, text: str) -> Verse:
        """Reads a verse in any script and punctuation.

        Raises VerseError if its Han characters are not those of one of the forms.
        """
        simplified = simplify(text)
        runs = [run for run in _NOT_HAN.split(simplified) if run]
        return cls(*_grid("".join(runs), runs))


@dataclass(frozen=True)
class Pattern:
    """A verse some of whose characters are open; `cells` holds a character or None."""

    form: Form
    cells: tuple[str | None, ...]

    @property
    def known(self) -> dict[int, str]:
        """Position in the verse → the character that must stand there."""
        return {i: cell for i, cell in enumerate(self.cells) if cell is not None}

    @property
    def text(self) -> str:
        """As it is written: `白日依山尽，？？？？？。`"""
        return Verse.of_characters(self.form, "".join(cell or OPEN for cell in self.cells)).plain

    @classmethod
    def open(cls, form: Form) -> Pattern:
        """The pattern of a form that forces nothing."""
        return cls(form, (None,) * form.size)

    @classmethod
    def parse(cls, text: str) -> Pattern:
        """Reads a pattern; open characters are ？, ? or _, and one line stands for the first of a
        couplet.

        Raises VerseError if it has the shape of no form.
        """
        simplified = simplify(text).replace("?", OPEN).replace("_", OPEN)
        runs = [run for run in _NOT_CELL.split(simplified) if run]
        cells = "".join(runs)
        if len(runs) == 1 and len(cells) in (5, 7):
            cells += OPEN * len(cells)
        form, _ = _grid(cells, runs)
        return cls(form, tuple(None if cell == OPEN else cell for cell in cells))


def _punctuated(lines: tuple[str, ...], between: str) -> str:
    couplets = (f"{lines[i]}，{lines[i + 1]}。" for i in range(0, len(lines), 2))
    return between.join(couplets)
