"""Verse as it stands on a page.

Decides what a visitor is told of a verse: its form, how it was made, its stars; nothing of people.
How it is set is left to the templates.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.gallery.space import Point
from bot.pages.page import Reader
from bot.pages.prosody import findings
from bot.pages.verse import form_name, making
from bot.store import PoemRecord, RatingSummary
from bot.texts import Html
from model.service.protocol import ProsodyAnswer
from model.verse import Form, Verse

MAP = 1000


@dataclass(frozen=True)
class Character:
    """One character with its tone mark, if it is known, and whether it rhymes."""

    han: str
    tone: str
    rhymes: bool


@dataclass(frozen=True)
class Shown:
    """A verse, in the reader's script."""

    id: str
    form: Form
    form_name: str
    lines: tuple[str, ...]
    """With punctuation."""
    stars: str | None
    mean: float | None

    @classmethod
    def of(cls, reader: Reader, poem: PoemRecord, summary: RatingSummary | None = None) -> Shown:
        """A verse of the store."""
        lines = Verse.parse(poem.text).lines
        stars = None
        if summary is not None and summary.mean is not None:
            mean = reader.say.number(summary.mean)
            stars = reader.say.plain("rating.button", n=summary.count, mean=mean)
        return cls(
            poem.public_id,
            poem.form,
            form_name(reader.say, poem.form),
            tuple(
                reader.han(line) + ("。" if number % 2 else "，")
                for number, line in enumerate(lines)
            ),
            stars,
            None if summary is None else summary.mean,
        )

    @property
    def plain(self) -> str:
        """On one line."""
        return "".join(self.lines)

    @property
    def first(self) -> str:
        """Its first line, without punctuation."""
        return self.lines[0][:-1]


@dataclass(frozen=True)
class Mark:
    """A verse on the map, whose sides are `MAP` long."""

    id: str
    x: int
    y: int
    colour: str
    couplets: tuple[str, ...]

    @classmethod
    def of(cls, reader: Reader, point: Point, colour: str) -> Mark:
        """A point in its colour."""
        x, y = round(point.x * MAP), round(point.y * MAP)
        couplets = tuple(reader.han(point.poem.text).split("\n"))
        return cls(point.poem.public_id, x, y, colour, couplets)


@dataclass(frozen=True)
class Explained:
    """How a verse is built."""

    lines: tuple[tuple[Character, ...], ...]
    findings: tuple[Html, ...]
    """A sentence each."""

    @classmethod
    def of(cls, reader: Reader, poem: PoemRecord, prosody: ProsodyAnswer | None) -> Explained:
        """Without prosody, the characters alone."""
        verse = Verse.parse(poem.text)
        rhyming = prosody.rhyme.lines if prosody and prosody.rhyme else []
        tones = prosody.tones.lines if prosody else [" " * len(line) for line in verse.lines]
        lines = tuple(
            tuple(
                Character(han, tone.strip(), number in rhyming and place + 1 == len(line))
                for place, (han, tone) in enumerate(zip(reader.han(line), marks, strict=True))
            )
            for number, (line, marks) in enumerate(zip(verse.lines, tones, strict=True))
        )
        return cls(lines, () if prosody is None else tuple(findings(reader, prosody)))


def made(reader: Reader, poem: PoemRecord, original: PoemRecord | None) -> Html:
    """Its form, and how it was made, for somebody who was not there."""
    return making(reader, poem, original, heard=False)
