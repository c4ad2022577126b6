"""The rules of regulated verse 近体诗 for lines, couplets and quatrains.

Decides which tones a line may have and which lines may follow each other; which readings a
character has is left to `readings`, and whole verses with their rhyme to `templates`.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import cache

from model.prosody.readings import Tone, tone
from model.verse import Form


class LineType(StrEnum):
    """The four regulated lines, named after their five-character tails."""

    A = "A"
    """仄仄平平仄"""
    B = "B"
    """平平仄仄平"""
    C = "C"
    """平平平仄仄"""
    D = "D"
    """仄仄仄平平"""

    @property
    def rhymes(self) -> bool:
        """Whether it ends level, which only lines that rhyme may do."""
        return self in (LineType.B, LineType.D)


LinePattern = tuple[Tone, ...]
"""What each place of a line asks for."""
Order = tuple[LineType, ...]
"""The types of a verse's lines, first to last."""

# P level, Z oblique, * either. B refuses 孤平 and D 三平尾; C accepts 特拗 and, like A, 三仄尾.
_TAILS = {
    LineType.A: ("*Z*PZ",),
    LineType.B: ("PP*ZP", "*PPZP"),
    LineType.C: ("*P*ZZ", "PPZPZ"),
    LineType.D: ("*ZZPP",),
}
# A seven-character line puts two characters of the opposite tone before its tail.
_HEADS = {LineType.A: "*P", LineType.B: "*Z", LineType.C: "*Z", LineType.D: "*P"}
_TONES = {"P": Tone.LEVEL, "Z": Tone.OBLIQUE, "*": Tone.EITHER}

# In a couplet 对 sets characters 2, 4 (and 6) against each other and the second line ends level;
# in a quatrain 粘 makes character 2 of line 3 agree with that of line 2.
_COUPLETS = ("AB", "CD", "DB", "BD")
_QUATRAINS = ("ABCD", "CDAB", "DBCD", "BDAB")


@cache
def line_patterns(line_type: LineType, length: int) -> tuple[LinePattern, ...]:
    """The tones that a line of that type and of 5 or 7 characters may have."""
    head = _HEADS[line_type] if length == 7 else ""
    return tuple(tuple(_TONES[c] for c in head + tail) for tail in _TAILS[line_type])


@cache
def orders(form: Form) -> tuple[Order, ...]:
    """The line types that a verse of that form may run through."""
    names = _COUPLETS if form.line_count == 2 else _QUATRAINS
    return tuple(tuple(map(LineType, name)) for name in names)


def line_types(line: str) -> frozenset[LineType]:
    """The types a line can be read as; none if it breaks the rules."""
    return frozenset(
        line_type
        for line_type in LineType
        if any(_fits(line, pattern) for pattern in line_patterns(line_type, len(line)))
    )


def couplet_keeps(first: str, second: str) -> bool:
    """Whether both lines are regulated and opposed to each other, the second ending level."""
    return _keeps((first, second), _COUPLETS)


def quatrain_keeps(lines: Sequence[str]) -> bool:
    """Whether four lines keep the rules of line, 对 and 粘; rhyme is not asked for."""
    return _keeps(lines, _QUATRAINS)


def _keeps(lines: Sequence[str], names: tuple[str, ...]) -> bool:
    types = [line_types(line) for line in lines]
    return any(
        all(LineType(name) in of_line for name, of_line in zip(order, types, strict=True))
        for order in names
    )


def _fits(line: str, pattern: LinePattern) -> bool:
    return len(line) == len(pattern) and all(
        tone(character) & asked for character, asked in zip(line, pattern, strict=True)
    )
