"""A kept verse, as somebody sees it again.

Decides what its reader may know beside its text: their own star and heart are theirs, and the words
that it was made from belong to those who heard them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.store import PoemRecord, RatingSummary, Store
from bot.usecases.asker import Asker, find, heard


@dataclass(frozen=True)
class Viewed:
    """A verse, and what its reader may know of it."""

    poem: PoemRecord
    summary: RatingSummary
    kept: bool
    """By the person who looks, in their own chat; among several people it is nobody's business."""
    day: date | None
    """The date whose poem it is, if it is one."""
    original: PoemRecord | None
    """The verse that it is a variation of."""
    heard: bool
    """Whether the reader was there when the words it was made from were said."""


class View:
    """Opens verse."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def __call__(self, asker: Asker, public_id: str) -> Viewed | None:
        """A verse that the asker may see here, or None."""
        poem = await find(self._store, public_id, asker)
        return None if poem is None else await self.of(asker, poem)

    async def of(self, asker: Asker, poem: PoemRecord) -> Viewed:
        """A verse that the asker is known to see."""
        store, public_id, user_id = self._store, poem.public_id, asker.user_id
        alone = user_id is not None and user_id == asker.chat_id
        return Viewed(
            poem,
            await store.ratings.summary(public_id),
            alone and user_id is not None and await store.favourites.has(user_id, public_id),
            await store.daily_poems.date_of(public_id),
            await store.own_poems.original(poem),
            heard(poem, asker),
        )
