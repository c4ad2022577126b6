"""The button that explains how a verse is built.

Decides who may have it explained; what there is to say is the poet's, and how it looks is left to
the pages.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.poet import PoetClient
from bot.store import Store
from bot.usecases.asker import Asker, find
from bot.usecases.view import View, Viewed
from model.service.protocol import ProsodyAnswer, ProsodyRequest


@dataclass(frozen=True)
class Explained:
    """A verse and its prosody."""

    viewed: Viewed
    prosody: ProsodyAnswer


class Prosody:
    """Has verse explained."""

    def __init__(self, store: Store, poet: PoetClient, view: View) -> None:
        self._store = store
        self._poet = poet
        self._view = view

    async def __call__(self, asker: Asker, public_id: str) -> Explained | None:
        """The prosody of a verse that the asker may see, or None. Raises PoetUnavailable."""
        poem = await find(self._store, public_id, asker)
        if poem is None:
            return None
        answer = await self._poet.prosody(ProsodyRequest(verse=poem.text))
        return Explained(await self._view.of(asker, poem), answer)
