"""Channels, settled in private by the person who added the bot.

Decides which channels wait for a time, and which one an answer in words is for; who may settle one
is left to `bot.access`, what the words mean to `bot.usecases.clocks`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from bot.store import ChatRecord, Store
from bot.usecases.clocks import UnknownZone, read_time, read_zone


@dataclass(frozen=True)
class Answer:
    """A time for a channel, and the zone if one was named."""

    at: time
    zone: str | None


@dataclass(frozen=True)
class ZoneUnread:
    """A time with words after it that name no zone."""

    at: time
    unknown: UnknownZone


class Channels:
    """The daily poem of channels, by whoever brought the bot there."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def added(self, chat_id: int, user_id: int, language_code: str | None) -> ChatRecord:
        """Remembers who added the bot to a known chat; a channel without a time goes by their
        own clock, where that is known."""
        await self._store.users.ensure(user_id, language_code)
        chat = await self._store.chats.set_adder(chat_id, user_id)
        assert chat is not None, "the chat is known"
        private = await self._store.chats.get(user_id)
        if chat.kind == "channel" and chat.daily_at is None and private and private.daily_at:
            chat = await self._store.chats.set_zone(chat_id, private.zone) or chat
        return chat

    async def unsettled(self, user_id: int) -> list[ChatRecord]:
        """Channels the person added the bot to, where no poem comes and none was declined."""
        return await self._store.chats.unsettled(user_id)

    async def settle(
        self, chat: ChatRecord, user_id: int, at: time, zone: str | None = None
    ) -> ChatRecord:
        """The poem comes to the chat at that time from now on, and the person is told about it
        where nobody else is. Raises UnknownZone of the store."""
        if chat.added_by is None:
            await self._store.chats.set_adder(chat.id, user_id)
        changed = await self._store.chats.set_daily(chat.id, at, zone or chat.zone, chat.thread_id)
        assert changed is not None, "the chat is known"
        return changed

    async def set_zone(self, chat: ChatRecord, zone: str) -> ChatRecord:
        """Another clock for the chat. Raises UnknownZone of the store."""
        return await self._store.chats.set_zone(chat.id, zone) or chat

    async def decline(self, chat: ChatRecord) -> ChatRecord:
        """No poem comes, and nobody is asked about it again."""
        await self._store.chats.stop_daily(chat.id)
        return await self._store.chats.set_adder(chat.id, None) or chat


def read_answer(words: str) -> Answer | ZoneUnread | None:
    """What an answer in words says; None if it is no time of day."""
    found = read_time(" ".join(words.replace("：", ":").split()))
    if found is None:
        return None
    at, rest = found
    if not rest:
        return Answer(at, None)
    zone = read_zone(rest)
    return ZoneUnread(at, zone) if isinstance(zone, UnknownZone) else Answer(at, zone)
