"""People.

Decides what is kept of a person and what goes when they ask to be forgotten; who may ask is left
to the handlers.
"""

from __future__ import annotations

from sqlalchemy import delete, func, select, update

from bot.store.engine import Database
from bot.store.own_poems import grown_from, no_longer_of_today
from bot.store.records import Forgotten, UserRecord
from bot.store.tables import Chat, Favourite, Poem, Rating, User
from bot.store.tastes import unlearn

_LONGEST_TAG = 35
"""Characters of a language's tag; clients make up their own."""


class Users:
    """The people the bot has met."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ensure(self, user_id: int, language_code: str | None) -> UserRecord:
        """Remembers a person and the language Telegram told last; poems and ratings need this."""
        language_code = kept_tag(language_code)
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

    async def get(self, user_id: int) -> UserRecord | None:
        """What is known of a person, or None."""
        async with self._database.read() as session:
            known = await session.get(User, user_id)
        return UserRecord(user_id, known.language_code) if known else None

    async def forget(self, user_id: int) -> Forgotten:
        """Removes a person: their ratings, what they kept, their name on poems, and every poem of
        their words, with all that anybody varied from it.

        Poems made of random numbers alone stay for those who have them, without a name; nobody else
        is shown them any more. Their private chat goes too, with
        its settings and deliveries, for it bears their name.
        """
        mine = Poem.user_id == user_id
        async with self._database.write() as session:
            ratings = await session.scalars(
                delete(Rating).where(Rating.user_id == user_id).returning(Rating.poem_id)
            )
            favourites = await session.scalars(
                delete(Favourite).where(Favourite.user_id == user_id).returning(Favourite.poem_id)
            )
            poems = await session.scalar(select(func.count()).where(mine)) or 0
            await unlearn(session, user_id, Poem.id.in_(grown_from(mine)))
            forgotten = Forgotten(len(ratings.all()), poems, len(favourites.all()))
            await session.execute(delete(Poem).where(Poem.id.in_(grown_from(mine))))
            await session.execute(no_longer_of_today(mine, self._database.now()))
            await session.execute(
                update(Poem).where(mine).values(user_id=None, seed_text=None, withheld=True)
            )
            await session.execute(delete(Chat).where(Chat.id == user_id, Chat.kind == "private"))
            await session.execute(delete(User).where(User.id == user_id))
        await self._database.sweep()
        return forgotten


def kept_tag(language_code: str | None) -> str | None:
    """As much of a language's tag as is kept."""
    return language_code and language_code[:_LONGEST_TAG]
