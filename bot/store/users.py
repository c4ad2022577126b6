"""People.

Decides what is kept of a person and what goes when they ask to be forgotten; who may ask is left
to the handlers.
"""

from __future__ import annotations

from sqlalchemy import delete, update

from bot.store.engine import Database
from bot.store.records import Forgotten, UserRecord
from bot.store.tables import Chat, Poem, Rating, User


class Users:
    """The people the bot has met."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ensure(self, user_id: int, language_code: str | None) -> UserRecord:
        """Remembers a person and the language Telegram told last; poems and ratings need this."""
        async with self._database.read() as session:
            known = await session.get(User, user_id)
        if known is None or known.language_code != language_code:
            insert = self._database.insert(User).values(
                id=user_id, language_code=language_code, created_at=self._database.now()
            )
            async with self._database.write() as session:
                await session.execute(
                    insert.on_conflict_do_update(
                        index_elements=[User.id], set_={"language_code": language_code}
                    )
                )
        return UserRecord(user_id, language_code)

    async def forget(self, user_id: int) -> Forgotten:
        """Removes a person: their ratings, their name on poems, and every poem of their words.

        Poems made of random numbers alone stay, without a name. Their private chat goes too, with
        its settings and deliveries, for it bears their name.
        """
        mine = Poem.user_id == user_id
        async with self._database.write() as session:
            ratings = await session.scalars(
                delete(Rating).where(Rating.user_id == user_id).returning(Rating.poem_id)
            )
            deleted = await session.scalars(
                delete(Poem).where(mine, Poem.public.is_(False)).returning(Poem.id)
            )
            nameless = await session.scalars(
                update(Poem).where(mine).values(user_id=None, seed_text=None).returning(Poem.id)
            )
            forgotten = Forgotten(len(ratings.all()), len(deleted.all()) + len(nameless.all()))
            await session.execute(delete(Chat).where(Chat.id == user_id, Chat.kind == "private"))
            await session.execute(delete(User).where(User.id == user_id))
        return forgotten
