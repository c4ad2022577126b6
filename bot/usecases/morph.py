"""`/morph`: a walk through the latent space from one verse to another.

Decides how many verses lie on the way, and that those that do not differ from the last are left
out; how the walk is shown is left to the handlers.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.poet import PoetClient, PoetRefused
from bot.store import PoemRecord, Store
from bot.usecases.asker import Asker, keep
from bot.usecases.refusals import Refusal, read_refusal
from model.service.protocol import InterpolateRequest
from model.verse import Verse

STEPS = 8
"""Verses that are asked for, both ends among them."""
COMMAND = "morph"
"""How the store knows verse from such a walk; its `seed_text` are the ends, parted by BETWEEN."""
BETWEEN = "|"


@dataclass(frozen=True)
class SameVerse:
    """The walk would end where it begins."""


@dataclass(frozen=True)
class FormsDiffer:
    """There is no way between verses of two forms."""

    start: Verse
    end: Verse


@dataclass(frozen=True)
class Walked:
    """The way from a verse to another, each step different from the one before."""

    start: Verse
    end: Verse
    between: tuple[PoemRecord, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """All verses in order, both ends among them."""
        return (self.start.text, *(made.text for made in self.between), self.end.text)


WalkOutcome = SameVerse | FormsDiffer | Walked | Refusal


class Morph:
    """Walks between verses."""

    def __init__(self, store: Store, poet: PoetClient) -> None:
        self._store = store
        self._poet = poet

    async def __call__(self, asker: Asker, start: Verse, end: Verse) -> WalkOutcome:
        """From the first verse to the second."""
        if start.form is not end.form:
            return FormsDiffer(start, end)
        if start == end:
            return SameVerse()
        request = InterpolateRequest(start=start.plain, end=end.plain, steps=STEPS)
        try:
            answer = await self._poet.interpolate(request)
        except PoetRefused as error:
            return read_refusal(error, start.form)
        words = BETWEEN.join((start.plain, end.plain))
        passed, between = {start.text, end.text}, []
        for verse in answer.verses:
            if verse.text not in passed:
                passed.add(verse.text)
                between.append(
                    await keep(
                        self._store, verse, answer.model, asker, command=COMMAND, words=words
                    )
                )
        return Walked(start, end, tuple(between))


def ends_of(poem: PoemRecord) -> tuple[Verse, Verse] | None:
    """Between which verses a poem lies; None of other verse."""
    if poem.command != COMMAND or poem.seed_text is None:
        return None
    start, _, end = poem.seed_text.partition(BETWEEN)
    return Verse.parse(start), Verse.parse(end)
