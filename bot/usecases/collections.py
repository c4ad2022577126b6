"""What a person keeps, and what was made for them: /kept and /mine.

Decides how they are paged and what removing means; that a person sees only their own is left to the
handlers, which know who presses.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.store import PoemRecord, Store
from bot.store.favourites import Favourites
from bot.store.own_poems import OwnPoems
from bot.usecases.asker import Asker, find

PAGE = 5
"""Verses on a page: as many as a row of numbers on a phone."""


class Collection(StrEnum):
    """Which of them; the values stand in callback data and deep links."""

    KEPT = "kept"
    MINE = "mine"


@dataclass(frozen=True)
class Leaf:
    """One page of a collection; pages count from 1."""

    collection: Collection
    poems: tuple[PoemRecord, ...]
    page: int
    pages: int
    total: int

    @property
    def first(self) -> int:
        """The number of its first verse in the whole."""
        return (self.page - 1) * PAGE + 1


@dataclass(frozen=True)
class Kept:
    """A verse is kept; `new` if it was not before."""

    new: bool


class Collections:
    """Keeps verse for people, and leafs through it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep(self, asker: Asker, public_id: str) -> Kept | None:
        """Keeps a verse that the asker, a person, may see; None if there is none."""
        assert asker.user_id is not None, "only people keep"
        if await find(self._store, public_id, asker) is None:
            return None
        new = await self._store.favourites.keep(asker.user_id, public_id)
        return None if new is None else Kept(new)

    async def drop(self, user_id: int, public_id: str) -> bool:
        """Keeps a verse no longer; whether it was kept."""
        return await self._store.favourites.drop(user_id, public_id)

    async def leaf(self, user_id: int, collection: Collection, page: int) -> Leaf:
        """A page, or the last one if there are not so many."""
        part = self._part(collection)
        total = await part.count(user_id)
        pages = max(1, -(-total // PAGE))
        page = min(max(page, 1), pages)
        poems = await part.list(user_id, (page - 1) * PAGE, PAGE)
        return Leaf(collection, tuple(poems), page, pages, total)

    async def remove(self, user_id: int, collection: Collection, public_id: str) -> bool:
        """Takes a verse out: what is kept is kept no longer; what was made for a person is
        forgotten, or if it grew from random numbers alone, that it was made for them. False if it
        was not there."""
        if collection is Collection.KEPT:
            return await self.drop(user_id, public_id)
        return await self._store.own_poems.remove(user_id, public_id)

    def _part(self, collection: Collection) -> Favourites | OwnPoems:
        kept = collection is Collection.KEPT
        return self._store.favourites if kept else self._store.own_poems
