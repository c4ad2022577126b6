"""The choice of the poem of a date.

Decides what is worthy of everybody's eyes: what people liked, else the best of many fresh ones, by
the poet's score and what most chats like; that there is one per date, however many bots choose, is
left to the store.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.poet.errors import PoetUnavailable
from bot.store import NewPoem, PoemRecord, Store
from bot.usecases.taste import Taste
from model.service.protocol import ComposeRequest, ModelAnswer, VersesAnswer
from model.verse import Form

RECENT = timedelta(days=30)
"""How old a rated poem may be."""
LIKED = 3.0
"""The smoothed average, in stars, that a rated poem must exceed."""
CANDIDATES = 8
"""The best of so many fresh verses is chosen. A worker has them ready, or people wait while it
writes them."""
_PATIENCE = 60.0
"""Seconds for all of them."""


class Poet(Protocol):
    """What is asked of `bot.poet.PoetClient`."""

    async def compose(
        self, request: ComposeRequest, *, deadline: float | None = None
    ) -> VersesAnswer:
        """Verses from the prior."""
        ...

    async def model(self, *, deadline: float | None = None) -> ModelAnswer:
        """Which poet answers."""
        ...


class PoemOfDate:
    """One poem per local calendar date, the same for everybody."""

    def __init__(
        self,
        store: Store,
        poet: Poet,
        clock: Callable[[], datetime],
        taste: Taste | None = None,
    ) -> None:
        self._store = store
        self._poet = poet
        self._clock = clock
        self._taste = taste
        self._choosing = asyncio.Lock()

    async def of(self, local_date: date) -> PoemRecord:
        """The poem of that date, chosen now if nobody asked before.

        Raises PoetUnavailable or PoetRefused if a fresh one is needed and cannot be had.
        """
        poem = await self._store.daily_poems.of(local_date)
        if poem is not None:
            return poem
        async with self._choosing:  # who asks meanwhile waits, rather than compose as many more
            poem = await self._store.daily_poems.of(local_date)
            return poem or await self._liked(local_date) or await self._fresh(local_date)

    async def _liked(self, local_date: date) -> PoemRecord | None:
        since = self._clock() - RECENT
        while best := await self._store.daily_poems.best_unused(since, LIKED):
            chosen = await self._store.daily_poems.choose(local_date, best)
            if chosen is not None:
                return chosen
        return None

    async def _fresh(self, local_date: date) -> PoemRecord:
        form = form_of(local_date, (await self._poet.model()).forms)
        request = ComposeRequest(form=form, count=CANDIDATES)
        answer = await self._poet.compose(request, deadline=_PATIENCE)
        written = [verse.text for verse in answer.verses]
        withheld = await self._store.daily_poems.withheld_among(written)
        worthy = [verse for verse in answer.verses if verse.text not in withheld]
        if not worthy:
            raise PoetUnavailable("broken")
        worth = [verse.score for verse in worthy]
        if self._taste is not None:
            worth = (await self._taste.popular(worthy)).tolist()
        # A line of the corpus is no achievement, so novel verses go first.
        best = max(range(len(worthy)), key=lambda place: (worthy[place].novel, worth[place]))
        verse = worthy[best]
        return await self._store.daily_poems.add(
            local_date,
            NewPoem(
                text=verse.text,
                form=verse.form,
                command="daily",
                model=answer.model,
                seed=verse.seed,
                latent=tuple(verse.latent),
                score=verse.score,
                regular=verse.tones.regular,
                public=True,
            ),
        )


def form_of(local_date: date, offered: Sequence[Form]) -> Form:
    """The form of a date: quatrains and couplets in turn, and each of either in its turn."""
    quatrains = [form for form in offered if form.line_count == 4]
    couplets = [form for form in offered if form.line_count == 2]
    turn, odd = divmod(local_date.toordinal(), 2)
    among = (couplets or quatrains) if odd else (quatrains or couplets)
    return among[turn % len(among)]
