"""Whole verses as places that ask for tones and rhyme, for whoever writes under constraint.

Decides which templates a form has and whether characters can follow one; choosing among
templates and characters is left to the poet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product

from model.prosody.readings import Tone, level_rhymes, tone
from model.prosody.rules import Order, line_patterns, orders
from model.verse import Form, Verse


@dataclass(frozen=True)
class Template:
    """One way a verse of a form can be regular."""

    form: Form
    order: Order
    """The type of each line."""
    tones: tuple[Tone, ...]
    """What each place of the verse asks for; EITHER asks for nothing."""
    rhymes: tuple[int, ...]
    """The places whose characters must share one level group; each asks for LEVEL."""

    def admits(self, known: Mapping[int, str]) -> bool:
        """Whether a verse with these characters at these places can still follow it."""
        if not all(tone(character) & self.tones[i] for i, character in known.items()):
            return False
        rhyming = [level_rhymes(known[i]) for i in self.rhymes if i in known]
        return len(rhyming) < 2 or bool(frozenset.intersection(*rhyming))


@cache
def templates(form: Form) -> tuple[Template, ...]:
    """All templates of a form: each order of lines, with each pattern that its lines may have."""
    length = form.line_length
    return tuple(
        Template(
            form,
            order,
            tuple(asked for pattern in patterns for asked in pattern),
            tuple(i * length + length - 1 for i, kind in enumerate(order) if kind.rhymes),
        )
        for order in orders(form)
        for patterns in product(*(line_patterns(kind, length) for kind in order))
    )


def regular(verse: Verse) -> bool:
    """Whether a verse keeps the rules of line, couplet and quatrain, and rhymes.

    The even lines of a quatrain rhyme, and so does a first line that ends level, in a couplet too.
    """
    known = dict(enumerate(verse.characters))
    return any(template.admits(known) for template in templates(verse.form))
