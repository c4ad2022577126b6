"""The button that varies a verse: a neighbour of it in the latent space, farther at each press.

Decides how far to look and that the reader gets something new; how a neighbour is written is the
poet's, and how it stands in the place of the verse is left to the handlers.
"""

from __future__ import annotations

import time

from bot.poet import PoetClient, PoetRefused
from bot.store import NewPoem, PoemRecord, Store
from bot.usecases.asker import Asker, find
from bot.usecases.refusals import Refusal, read_refusal
from model.service.protocol import ComposeRequest, Near, VerseAnswer, VersesAnswer

COMMAND = "vary"
"""How the store knows a variation."""
DISTANCES = (0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)
"""The steps away from a verse: at the first a character or two change, at the last next to nothing
is left of it."""
_TRIES = 2
"""At each distance: close by there are not many others, and what comes may be the verse itself."""
_PATIENCE = 20.0
"""Seconds for all tries."""


class Vary:
    """Looks around verse."""

    def __init__(self, store: Store, poet: PoetClient) -> None:
        self._store = store
        self._poet = poet

    async def __call__(self, asker: Asker, public_id: str) -> PoemRecord | Refusal | None:
        """A variation on a verse; of a variation, the next one on the same original, a step farther
        away. None if it is not to be seen here. Raises PoetUnavailable."""
        shown = await find(self._store, public_id, asker)
        if shown is None:
            return None
        original = await self._store.own_poems.original(shown) or shown
        try:
            verse, model, distance = await self._neighbour(original, shown)
        except PoetRefused as error:
            return read_refusal(error, original.form)
        own = original.user_id == asker.user_id or original.chat_id == asker.chat_id
        return await self._store.poems.add(
            NewPoem(
                text=verse.text,
                form=verse.form,
                command=COMMAND,
                # Whoever has but a link has not heard the words, and is not told them now.
                seed_text=original.seed_text if own else None,
                model=model,
                seed=verse.seed,
                latent=tuple(verse.latent),
                score=verse.score,
                regular=verse.tones.regular,
                user_id=asker.user_id,
                chat_id=asker.chat_id,
                public=original.public,
                parent_id=original.id,
                distance=distance,
            )
        )

    async def _neighbour(
        self, original: PoemRecord, shown: PoemRecord
    ) -> tuple[VerseAnswer, str, float]:
        """A verse that is neither of these, with its model, from the next distance that has one."""
        ends = time.monotonic() + _PATIENCE
        fits = original.model == (await self._poet.model()).model
        farther = _farther(shown.distance)
        while True:
            for distance in farther:
                for _ in range(_TRIES):
                    answer = await self._near(original, fits, distance, ends - time.monotonic())
                    if answer.verses[0].text not in (original.text, shown.text):
                        return answer.verses[0], answer.model, distance

    async def _near(
        self, original: PoemRecord, fits: bool, distance: float, deadline: float
    ) -> VersesAnswer:
        """Neighbours of a verse; the latent of another model would be any place in this one."""
        if fits:
            near = Near(latent=list(original.latent), distance=distance)
        else:
            near = Near(verse=original.text, distance=distance)
        request = ComposeRequest(form=original.form, near=near)
        return await self._poet.compose(request, deadline=deadline)


def step(distance: float) -> int:
    """Which of the steps a distance is, from 1."""
    return sum(one <= distance for one in DISTANCES) or 1


def _farther(distance: float | None) -> tuple[float, ...]:
    """The distances beyond that one; at the end, the last remains."""
    left = tuple(one for one in DISTANCES if distance is None or one > distance)
    return left or DISTANCES[-1:]
