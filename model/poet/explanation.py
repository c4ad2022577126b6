"""How a verse is built: its tones, rhyme and scheme, what is parallel, which lines are known.

Decides from which strength on two characters count as a pair; the rules are those of
`model.prosody`, the numbers those of the poet's tables.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.poet.tables import Tables
from model.prosody import RhymeGroup, Scheme, Tones, mark, rhyme_groups, rhyme_of, scheme
from model.verse import Verse

PARALLEL = 0.8
"""Nats that the characters at one place of a couplet tell of each other, from which on they are a
pair: about twice as often as chance."""


@dataclass(frozen=True)
class Parallel:
    """A pair of characters, one above the other in a couplet."""

    line: int
    """Of the first character; the second stands in the next."""
    place: int
    first: str
    second: str
    information: float
    """Nats."""


@dataclass(frozen=True)
class Explanation:
    """What there is to know of a verse; lines and places count from 0."""

    verse: Verse
    tones: Tones
    rhyme: RhymeGroup | None
    """In which the even lines rhyme."""
    rhyming: tuple[int, ...]
    """The lines that end in it; none where there is no rhyme."""
    scheme: Scheme | None
    parallels: tuple[Parallel, ...]
    known: tuple[bool, ...]
    """Which lines stand in the corpus; of 300 new ones, one is taken for known."""


def explain(verse: Verse, tables: Tables) -> Explanation:
    """Reads a verse of any form, with characters known or not."""
    rhyme = rhyme_of(verse)
    rhyming = [i for i, line in enumerate(verse.lines) if rhyme in rhyme_groups(line[-1])]
    return Explanation(
        verse,
        mark(verse),
        rhyme,
        # A third line may end in the group by chance; it has no part in the rhyme.
        tuple(i for i in rhyming if i % 2 or not i),
        scheme(verse),
        _parallels(verse, tables),
        tuple(line in tables.known_lines for line in verse.lines),
    )


def _parallels(verse: Verse, tables: Tables) -> tuple[Parallel, ...]:
    (couplets,) = tables.ranking.parallels([verse])
    return tuple(
        Parallel(
            2 * i,
            place,
            verse.lines[2 * i][place],
            verse.lines[2 * i + 1][place],
            round(float(information), 2),
        )
        for i, couplet in enumerate(couplets)
        for place, information in enumerate(couplet)
        if information >= PARALLEL
    )
