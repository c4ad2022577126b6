"""Which of several verses a chat is shown, by what is believed of its taste.

Decides by Thompson sampling: weights are drawn as they may be and the best verse by them is taken,
so that what is unsure is tried and what is sure is not forgotten; which verses there are to choose
from is left to the use cases.

Sources: Thompson 1933; Chapelle & Li 2011, An empirical evaluation of Thompson sampling; Agrawal &
Goyal 2013 (arXiv:1209.3352), with linear payoffs.
Shapes: N verses, D numbers of a description.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bot.taste.belief import Belief
from bot.taste.features import Floats

_CRAFT = 0.25
"""Stars that a standard deviation of the poet's own score counts among the candidates: where a
chat does not care, the better verse is taken."""


def choose(belief: Belief, described: Floats, crafts: Floats, chance: np.random.Generator) -> int:
    """The place of the verse to show; `described` are (N, D), `crafts` what the poet thinks of them
    as stars, (N,)."""
    return int(np.argmax(described @ belief.draw(chance) + crafts))


def craft(scores: Sequence[float]) -> Floats:
    """The poet's own scores in stars, (N,)."""
    values = np.asarray(scores, dtype=np.float64)
    deviation = values.std()
    return _CRAFT * (values - values.mean()) / deviation if deviation > 0 else values * 0
