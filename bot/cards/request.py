"""What a card shows, and on which paper.

Decides the words of a request and that its lines are a verse; how they become a picture is left to
the painter.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from model.verse import Form, VerseError


class Theme(StrEnum):
    """A paper with its ink; the values are names for doors and file names."""

    XUAN = "xuan"
    """宣纸: letter paper with red rules."""
    NIGHT = "night"
    """墨夜: a moon over dark hills."""
    BAMBOO = "bamboo"
    """竹青: shadows of bamboo on celadon paper."""
    AUTUMN = "autumn"
    """秋色: a low sun behind red hills."""


@dataclass(frozen=True)
class CardRequest:
    """A verse as it is to stand on a card; equal requests are the same bytes.

    Raises VerseError if the lines are those of no form.
    """

    lines: tuple[str, ...]
    """Lines of a verse without punctuation, in the script to show."""
    theme: Theme = Theme.XUAN
    title: str | None = None
    """A line for the daily poem with its date; Chinese ones stand in a column beside the verse,
    their digits written as 二〇二六, others in a row above it."""
    signature: str = ""
    """Who wrote it, such as `七步 @qibu_bot`; small, below the verse."""

    def __post_init__(self) -> None:
        lengths = [len(line) for line in self.lines]
        if len(set(lengths)) != 1 or Form.of_grid(len(lengths), lengths[0]) is None:
            raise VerseError(f"lines of {lengths} characters are no verse")

    @property
    def form(self) -> Form:
        """The form whose layout the card has."""
        form = Form.of_grid(len(self.lines), len(self.lines[0]))
        assert form is not None
        return form
