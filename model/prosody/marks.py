"""Tone and rhyme of a verse as they are shown to readers.

Decides the marks and which rhyme group is named where several could be; the rules themselves are
left to `rules` and `templates`.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.prosody.readings import RhymeGroup, Tone, rhyme_groups, tone
from model.prosody.templates import regular
from model.verse import Verse


@dataclass(frozen=True)
class Tones:
    """Tone and rhyme of a verse."""

    lines: tuple[str, ...]
    """○ level, ● oblique, ◐ either, one mark a character: what the rhyme book allows, also where
    the rules would settle it."""
    rhyme: str | None
    """The group in which the even lines rhyme, as 一东; None if they share none."""
    regular: bool
    """Whether the verse keeps all rules of regulated verse."""


def mark(verse: Verse) -> Tones:
    """The tones and the rhyme of a verse."""
    group = rhyme_of(verse)
    return Tones(
        tuple("".join(tone(character).mark for character in line) for line in verse.lines),
        group.name if group else None,
        regular(verse),
    )


def rhyme_of(verse: Verse) -> RhymeGroup | None:
    """The even lines' group, or None; of several one that the first line shares too, a level one,
    or the one that lists the last character earliest, as the rhyme book lists common readings
    first."""
    first, *_ = ends = [line[-1] for line in verse.lines]
    shared = frozenset.intersection(*(rhyme_groups(end) for end in ends[1::2]))

    def rank(group: RhymeGroup) -> tuple[bool, bool, int]:
        listed = group.characters.index(ends[-1])
        return group not in rhyme_groups(first), group.tone is not Tone.LEVEL, listed

    return min(shared, key=rank) if shared else None
