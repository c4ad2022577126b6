"""`/answer`: lines to go with a line, several to choose from.

Decides whether the line that was given is the first or the second of its couplet, and how many
couplets are offered; which is chosen is left to the person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.poet import PoetClient, PoetRefused
from bot.store import PoemRecord, Store
from bot.usecases.asker import Asker, find, keep
from bot.usecases.refusals import Refusal, read_refusal
from model.service.protocol import CompleteRequest
from model.verse import OPEN, Form, Pattern, Verse, han_only, simplify

CANDIDATES = 5
COMMAND = "answer"
"""How the store knows such couplets; their `seed_text` is the line that was given."""

_LENGTHS = {form.line_length for form in Form}
_GIVEN_SECOND = re.compile(
    r"(?:[_＿?？\s]*[_＿?？][\s,，、|｜]*|(?:first line (?:for|to)|second|下[联句])[\s:：,，]*)",
    re.IGNORECASE,
)
_GIVEN_FIRST = re.compile(
    r"(?:second line (?:for|to)|first(?! line)|上[联句])[\s:：,，]*", re.IGNORECASE
)


class Side(StrEnum):
    """A line of a couplet."""

    FIRST = "first"
    SECOND = "second"

    @property
    def other(self) -> Side:
        """The line beside it."""
        return Side.FIRST if self is Side.SECOND else Side.SECOND


@dataclass(frozen=True)
class Line:
    """Five or seven characters, simplified, and the side they stand on."""

    characters: str
    side: Side


@dataclass(frozen=True)
class NoLine:
    """Nothing was given."""


@dataclass(frozen=True)
class LineUnread:
    """There are words, and no Chinese character in them."""


@dataclass(frozen=True)
class WholeCouplet:
    """Both lines were given."""

    lines: tuple[str, str]


@dataclass(frozen=True)
class LineMisfit:
    """So many characters make no line."""

    count: int


@dataclass(frozen=True)
class Answered:
    """A line, and couplets that hold it."""

    line: Line
    couplets: tuple[PoemRecord, ...]


GivenLine = Line | NoLine | LineUnread | WholeCouplet | LineMisfit
AnswerOutcome = LineUnread | WholeCouplet | LineMisfit | Answered | Refusal


class Answer:
    """Composes the other line of a couplet."""

    def __init__(self, store: Store, poet: PoetClient) -> None:
        self._store = store
        self._poet = poet

    async def __call__(self, asker: Asker, words: str) -> AnswerOutcome | NoLine:
        """`words` are a line as `read_line` reads it."""
        given = read_line(words)
        return await self.to(asker, given) if isinstance(given, Line) else given

    async def to(self, asker: Asker, line: Line) -> Answered | Refusal:
        """Couplets with that line on its side."""
        hole = OPEN * len(line.characters)
        lines = (line.characters, hole) if line.side is Side.FIRST else (hole, line.characters)
        pattern = Pattern.parse("，".join(lines))
        request = CompleteRequest(pattern=pattern.text, count=CANDIDATES)
        try:
            answer = await self._poet.complete(request)
        except PoetRefused as error:
            return read_refusal(error, pattern.form)
        verses = {verse.text: verse for verse in answer.verses}.values()
        couplets = [
            await keep(
                self._store, verse, answer.model, asker, command=COMMAND, words=line.characters
            )
            for verse in verses
        ]
        return Answered(line, tuple(couplets))

    async def again(
        self, asker: Asker, public_id: str, *, turned: bool
    ) -> Answered | Refusal | None:
        """Others for the line of a kept couplet, or `turned` to the other side; None if the couplet
        is not to be seen here."""
        poem = await find(self._store, public_id, asker)
        line = None if poem is None else line_of(poem)
        if line is None:
            return None
        return await self.to(asker, Line(line.characters, line.side.other) if turned else line)


def line_of(poem: PoemRecord) -> Line | None:
    """The line that a couplet was made to go with; None of other verse."""
    if poem.command != COMMAND or poem.seed_text is None:
        return None
    first = Verse.parse(poem.text).lines[0]
    return Line(poem.seed_text, Side.FIRST if first == poem.seed_text else Side.SECOND)


def read_line(words: str) -> GivenLine:
    """A line, the first of its couplet unless an open place or a word for it stands before it:
    `_ 黄河入海流`, `下联 黄河入海流`."""
    said = simplify(words).strip()
    side = Side.FIRST
    if found := _GIVEN_FIRST.match(said):
        said = said[found.end() :]
    elif found := _GIVEN_SECOND.match(said):
        side, said = Side.SECOND, said[found.end() :]
    characters = han_only(said)
    if not characters:
        return LineUnread() if han_only(words) or words.strip(" _＿?？\n") else NoLine()
    if len(characters) in _LENGTHS:
        return Line(characters, side)
    half, odd = divmod(len(characters), 2)
    if half in _LENGTHS and not odd:
        return WholeCouplet((characters[:half], characters[half:]))
    return LineMisfit(len(characters))
