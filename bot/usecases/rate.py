"""Stars for a verse.

Decides that whoever may see a verse may rate it, that a rating counts once it is kept, and what its
giver may know then; how it is shown is left to the pages.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.store import RatingSummary, Store
from bot.usecases.asker import Asker, find


@dataclass(frozen=True)
class Rated:
    """A rating that is kept."""

    stars: int
    before: int | None
    """What the same person gave earlier."""
    summary: RatingSummary


@dataclass(frozen=True)
class Opinions:
    """What people think of a verse, and what the asker does."""

    summary: RatingSummary
    own: int | None


@dataclass(frozen=True)
class NoSuchPoem:
    """Nothing that the asker may see is kept under this public id, or no longer."""


class Rate:
    """Takes and shows ratings."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def __call__(self, asker: Asker, public_id: str, stars: int) -> Rated | NoSuchPoem:
        """Gives a verse 1 to 5 stars; a person has one rating per verse and may change it."""
        assert asker.user_id is not None, "only people rate"
        if await find(self._store, public_id, asker) is None:
            return NoSuchPoem()
        before = await self._store.ratings.of(asker.user_id, public_id)
        summary = await self._store.ratings.rate(asker.user_id, public_id, stars)
        return NoSuchPoem() if summary is None else Rated(stars, before, summary)

    async def opinions(self, asker: Asker, public_id: str) -> Opinions | NoSuchPoem:
        """What people gave."""
        assert asker.user_id is not None, "only people ask"
        if await find(self._store, public_id, asker) is None:
            return NoSuchPoem()
        return Opinions(
            await self._store.ratings.summary(public_id),
            await self._store.ratings.of(asker.user_id, public_id),
        )
