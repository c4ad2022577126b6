"""What stands on the card of a verse.

Decides who may have one and which date it bears; words, paper and type are left to the pages and
to `bot.cards`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.store import PoemRecord, Store
from bot.usecases.asker import Asker, find


@dataclass(frozen=True)
class OnCard:
    """A verse for a card."""

    poem: PoemRecord
    day: date | None
    """The date whose poem it is, if it is one."""


class Card:
    """Finds what a card shows."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def __call__(self, asker: Asker, public_id: str) -> OnCard | None:
        """A verse that the asker may see, or None."""
        poem = await find(self._store, public_id, asker)
        if poem is None:
            return None
        return OnCard(poem, await self._store.daily_poems.date_of(public_id))
