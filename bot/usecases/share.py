"""Sharing a verse by its link.

Decides that verse from random numbers is everybody's to pass on, while of verse that holds
somebody's words only its maker says whether others may read it; where a link leads is left to the
handlers.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.store import PoemRecord, Store
from bot.usecases.asker import Asker, find


@dataclass(frozen=True)
class Shared:
    """Whoever has the link may read it; `revocable` by the asker, whose words it holds."""

    poem: PoemRecord
    revocable: bool


@dataclass(frozen=True)
class Unshared:
    """It holds the asker's words, and nobody else may read it so far."""

    poem: PoemRecord


@dataclass(frozen=True)
class NotYours:
    """It holds somebody else's words, who does not share it."""


Sharing = Shared | Unshared | NotYours


class Share:
    """Tells what may be passed on, and changes it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def __call__(self, asker: Asker, public_id: str) -> Sharing | None:
        """How it stands with a verse; None if the asker may not see it."""
        poem = await find(self._store, public_id, asker)
        if poem is None:
            return None
        own = not poem.public and poem.user_id is not None and poem.user_id == asker.user_id
        if poem.public or poem.shared:
            return Shared(poem, revocable=own)
        return Unshared(poem) if own else NotYours()

    async def allow(self, asker: Asker, public_id: str) -> Sharing | None:
        """Lets others read the asker's verse."""
        if asker.user_id is not None:
            await self._store.own_poems.share(asker.user_id, public_id)
        return await self(asker, public_id)

    async def take_back(self, asker: Asker, public_id: str) -> Sharing | None:
        """Lets them no longer, not even those who kept it."""
        if asker.user_id is not None:
            await self._store.own_poems.take_back(asker.user_id, public_id)
        return await self(asker, public_id)
