"""Chats and their settings.

Decides how settings are kept, and how a chat that changes its id stays one chat; who may change a
setting is left to `bot.access`, and who is due to `bot.due`.
"""

from __future__ import annotations

from datetime import time
from typing import Unpack
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from bot.store.engine import Database
from bot.store.records import ChatKind, ChatRecord, ChatState, Preferences
from bot.store.supergroup import merge_into
from bot.store.tables import Chat
from model.verse import Script


class UnknownZone(ValueError):
    """There is no such time zone."""


class Chats:
    """Every chat that spoke to the bot or was given a daily poem."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ensure(
        self,
        chat_id: int,
        kind: ChatKind,
        title: str,
        *,
        language: str | None = None,
        zone: str,
    ) -> ChatRecord:
        """Remembers a chat; language and zone count only for a chat not known before.

        A chat that was left or dead is active again, and keeps its settings. Raises UnknownZone.
        """
        _known_zone(zone)
        facts = {"kind": kind, "title": title[:255], "state": "active"}
        async with self._database.read() as session:
            chat = await session.get(Chat, chat_id)
            if chat and all(getattr(chat, name) == fact for name, fact in facts.items()):
                return chat_record(chat)
        insert = self._database.insert(Chat).values(
            id=chat_id,
            **facts,
            language=language,
            script=Script.SIMPLIFIED,
            zone=zone,
            strikes=0,
            created_at=self._database.now(),
        )
        async with self._database.write() as session:
            await session.execute(
                insert.on_conflict_do_update(
                    index_elements=[Chat.id],
                    set_=facts | ({"strikes": 0} if chat and chat.state != "active" else {}),
                )
            )
            return chat_record(await session.get_one(Chat, chat_id))

    async def get(self, chat_id: int) -> ChatRecord | None:
        """The chat of that id, or None."""
        async with self._database.read() as session:
            chat = await session.get(Chat, chat_id)
            return chat_record(chat) if chat else None

    async def set_daily(
        self, chat_id: int, at: time, zone: str, thread_id: int | None = None
    ) -> ChatRecord | None:
        """Gives a known chat a daily poem; `at` is local time in `zone`, to the minute.

        Raises UnknownZone. A chat once given up is tried again.
        """
        _known_zone(zone)
        return await self._change(
            chat_id,
            daily_at=at.replace(second=0, microsecond=0, tzinfo=None),
            zone=zone,
            thread_id=thread_id,
            state="active",
            strikes=0,
        )

    async def stop_daily(self, chat_id: int) -> ChatRecord | None:
        """Ends the daily poem of a chat."""
        return await self._change(chat_id, daily_at=None)

    async def set_language(
        self, chat_id: int, language: str | None, script: Script
    ) -> ChatRecord | None:
        """Sets what a chat reads; language None leaves the choice to each person."""
        return await self._change(chat_id, language=language, script=script)

    async def prefer(self, chat_id: int, **preferences: Unpack[Preferences]) -> ChatRecord | None:
        """Changes those settings of a known chat that are named."""
        return await self._change(chat_id, **preferences)

    async def set_zone(self, chat_id: int, zone: str) -> ChatRecord | None:
        """Sets the clock of a chat, and of its daily poem. Raises UnknownZone."""
        _known_zone(zone)
        return await self._change(chat_id, zone=zone)

    async def set_thread(self, chat_id: int, thread_id: int | None) -> ChatRecord | None:
        """Sets the forum topic of the daily poem; None is the general one."""
        return await self._change(chat_id, thread_id=thread_id)

    async def set_adder(self, chat_id: int, user_id: int | None) -> ChatRecord | None:
        """Remembers the known person who is told about the chat, or that nobody is."""
        return await self._change(chat_id, added_by=user_id)

    async def unsettled(self, user_id: int) -> list[ChatRecord]:
        """Channels that a person added the bot to and that have no daily poem, newest first."""
        query = (
            select(Chat)
            .where(
                Chat.added_by == user_id,
                Chat.kind == "channel",
                Chat.state == "active",
                Chat.daily_at.is_(None),
            )
            .order_by(Chat.created_at.desc(), Chat.id)
        )
        async with self._database.read() as session:
            return [chat_record(chat) for chat in await session.scalars(query)]

    async def set_card_theme(self, chat_id: int, theme: str | None) -> ChatRecord | None:
        """Sets the paper of a chat's cards; None leaves it to each verse."""
        return await self._change(chat_id, card_theme=theme)

    async def set_state(self, chat_id: int, state: ChatState) -> ChatRecord | None:
        """Says whether the bot can post there; a chat that is active again has no strikes."""
        forgiven = {"strikes": 0} if state == "active" else {}
        return await self._change(chat_id, state=state, **forgiven)

    async def strike(self, chat_id: int) -> int:
        """Counts a post that Telegram refused for good; how many there are now in a row."""
        query = (
            update(Chat)
            .where(Chat.id == chat_id)
            .values(strikes=Chat.strikes + 1)
            .returning(Chat.strikes)
        )
        async with self._database.write() as session:
            return await session.scalar(query) or 0

    async def migrate(self, old_id: int, new_id: int) -> ChatRecord | None:
        """Moves all that is known of a group to the supergroup it became; asking again is harmless.

        The chat after it, or None if neither id is known.
        """
        async with self._database.write() as session:
            chat = await merge_into(session, old_id, new_id)
            return chat_record(chat) if chat else None

    async def list_daily(self) -> list[ChatRecord]:
        """Every chat with a daily poem, whatever its state, in the order of their clocks."""
        query = select(Chat).where(Chat.daily_at.is_not(None)).order_by(Chat.daily_at, Chat.id)
        async with self._database.read() as session:
            return [chat_record(chat) for chat in await session.scalars(query)]

    async def _change(self, chat_id: int, **values: object) -> ChatRecord | None:
        query = update(Chat).where(Chat.id == chat_id).values(**values).returning(Chat)
        async with self._database.write() as session:
            chat = await session.scalar(query)
            return chat_record(chat) if chat else None


def _known_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, LookupError) as error:
        raise UnknownZone(f"no such time zone: {zone}") from error


def chat_record(chat: Chat) -> ChatRecord:
    """A row as others may see it."""
    return ChatRecord(
        id=chat.id,
        kind=chat.kind,
        title=chat.title,
        language=chat.language,
        script=chat.script,
        zone=chat.zone,
        daily_at=chat.daily_at,
        thread_id=chat.thread_id,
        state=chat.state,
        strikes=chat.strikes,
        form=chat.form,
        silent=chat.silent,
        punctuated=chat.punctuated,
        card_theme=chat.card_theme,
        added_by=chat.added_by,
    )
