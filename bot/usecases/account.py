"""What Qibu knows of a person, and how it forgets.

Decides that forgetting is done at once and for good; asking whether it is meant is left to the
handlers, what exactly goes to the store.
"""

from __future__ import annotations

from bot.store import Forgotten, Store


class Account:
    """A person's trace in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def forget(self, user_id: int) -> Forgotten:
        """Removes ratings, name, and every verse with the person's words in it."""
        return await self._store.users.forget(user_id)
