"""`/daily`: when and by which clock a chat wants its poem of the day.

Decides how a person's words are read as a time, a zone or an end; who may change it is left to
`bot.access`, posting to `bot.usecases.daily`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from bot.store import ChatRecord, Store
from bot.usecases.clocks import UnknownZone, read_time, read_zone
from model.verse import simplify

_STOP = "off stop no none cancel end disable 关 停 关闭 停止 取消 退订 不要 不要了 停用"


@dataclass(frozen=True)
class Subscription:
    """How a chat stands; `chat.daily_at` tells whether it gets the poem."""

    chat: ChatRecord


@dataclass(frozen=True)
class Subscribed:
    """The chat gets the poem from now on."""

    chat: ChatRecord


@dataclass(frozen=True)
class Unsubscribed:
    """The chat gets no poem any more; `had` says whether it did."""

    had: bool


@dataclass(frozen=True)
class TimeUnread:
    """No time of day can be read from these words."""

    words: str


class Subscribe:
    """Sets, ends and tells a chat's daily poem."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def __call__(
        self, chat: ChatRecord, words: str, thread_id: int | None
    ) -> Subscription | Subscribed | Unsubscribed | TimeUnread | UnknownZone:
        """`words` are a time and perhaps a zone, a word for the end, or nothing.

        `thread_id` is the forum topic in which it was asked for, where the poem goes then.
        """
        wish = " ".join(words.replace("：", ":").split())
        if not wish:
            return Subscription(chat)
        if simplify(wish).casefold() in _STOP.split():
            await self._store.chats.stop_daily(chat.id)
            return Unsubscribed(had=chat.daily_at is not None)
        found = read_time(wish)
        if found is None:
            return TimeUnread(wish)
        at, rest = found
        zone = read_zone(rest) if rest else chat.zone
        if isinstance(zone, UnknownZone):
            return zone
        return await self._start(chat, at, zone, thread_id)

    async def _start(
        self, chat: ChatRecord, at: time, zone: str, thread_id: int | None
    ) -> Subscribed:
        changed = await self._store.chats.set_daily(chat.id, at, zone, thread_id)
        assert changed is not None, "a chat that asks is known"
        return Subscribed(changed)


def changes_settings(words: str) -> bool:
    """Whether `/daily` with these words would change anything, and so needs the right to."""
    return bool(words.strip())
