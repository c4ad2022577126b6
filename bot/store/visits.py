"""Who speaks, and where.

Decides that whoever is known as they are costs one look, for every update begins with it; how
a chat and a person are kept is left to `chats` and `users`.
"""

from __future__ import annotations

from sqlalchemy import select

from bot.store.chats import Chats, chat_record
from bot.store.engine import Database
from bot.store.records import ChatKind, ChatRecord
from bot.store.tables import Chat, User
from bot.store.users import Users, kept_tag


class Visits:
    """Chats and the people who speak there."""

    def __init__(self, database: Database, chats: Chats, users: Users) -> None:
        self._database = database
        self._chats = chats
        self._users = users

    async def receive(
        self,
        chat_id: int,
        kind: ChatKind,
        title: str,
        user_id: int,
        language_code: str | None,
        *,
        zone: str,
    ) -> ChatRecord:
        """Remembers both, as `Chats.ensure` and `Users.ensure` do. Raises UnknownZone."""
        query = (
            select(Chat, User)
            .outerjoin(User, User.id == user_id)
            .where(Chat.id == chat_id, Chat.kind == kind, Chat.state == "active")
        )
        async with self._database.read() as session:
            known = (await session.execute(query)).one_or_none()
        if known is not None and known.Chat.title == title[:255]:
            chat = chat_record(known.Chat)
        else:
            chat = await self._chats.ensure(chat_id, kind, title, zone=zone)
        person = known and known.User
        if person is None or person.language_code != kept_tag(language_code):
            await self._users.ensure(user_id, language_code)
        return chat
