"""Whether a finished quatrain keeps the order of tones, and whether it rhymes, each by itself.

Decides how a rhyme is judged where the order is broken; the rules are those of `model.prosody`.
"""

from __future__ import annotations

from model.prosody import level_rhymes, line_types, quatrain_keeps
from model.prosody.rules import Order, orders
from model.verse import Verse


def keeps_order(verse: Verse) -> bool:
    """Whether a quatrain is in one of the four orders, whole."""
    return quatrain_keeps(verse.lines)


def keeps_rhyme(verse: Verse) -> bool:
    """Whether the lines that should rhyme share a level group: those that end level in some order
    that the quatrain keeps, or if it keeps none the second and the fourth."""
    types = [line_types(line) for line in verse.lines]
    kept = [
        order
        for order in orders(verse.form)
        if all(kind in of_line for kind, of_line in zip(order, types, strict=True))
    ]
    rhyming = [_rhyming(order) for order in kept] or [(1, 3)]
    return any(_share_a_group([verse.lines[i][-1] for i in places]) for places in rhyming)


def _rhyming(order: Order) -> tuple[int, ...]:
    return tuple(i for i, kind in enumerate(order) if kind.rhymes)


def _share_a_group(ends: list[str]) -> bool:
    return bool(frozenset.intersection(*map(level_rhymes, ends)))
