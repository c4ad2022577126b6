"""How fast requests leave for Telegram.

Decides the pace: overall, for each chat, and for each group or channel; whether a request is sent
again is left to `bot.sending`. A chat that Telegram told to wait is held alone, and the others go
on.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from aiolimiter import AsyncLimiter
from telegram._utils.types import JSONDict
from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

Result = bool | JSONDict | list[JSONDict]

_SHOWN = ("send", "edit", "forward", "copy", "stop")
"""What these methods do shows in a chat and counts against its limits."""
_NEW = ("send", "forward", "copy")
"""These leave a message that comes twice if they are repeated."""
_UNSHOWN = frozenset({"sendChatAction"})
_MANY = 512
"""Chats remembered before those that rest are forgotten."""


@dataclass(frozen=True)
class Rate:
    """`messages` may leave at once, and as many in every `seconds` after."""

    messages: float
    seconds: float

    def limiter(self) -> AsyncLimiter:
        """A bucket that leaks at this rate."""
        return AsyncLimiter(self.messages, self.seconds)


class Pacing(BaseRateLimiter[None]):
    """Spreads requests out; raises RetryAfter at once for a chat that Telegram holds."""

    def __init__(
        self,
        overall: Rate = Rate(30, 1),
        chat: Rate = Rate(5, 5),
        group: Rate = Rate(20, 60),
    ) -> None:
        self._overall = overall.limiter()
        self._chat = chat
        self._group = group
        self._chats: dict[int | str, AsyncLimiter] = {}
        self._groups: dict[int | str, AsyncLimiter] = {}
        self._held: dict[int | str, float] = {}
        self.before_message: Callable[[], Coroutine[Any, Any, None]] = _nothing
        """Awaited last before a new message leaves; if it raises, nothing leaves."""

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def process_request(  # noqa: PLR0917
        self,
        callback: Callable[..., Coroutine[Any, Any, Result]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,  # noqa: ARG002
    ) -> Result:
        """Makes the request once its chat and the bot as a whole may; a message that somebody sent
        from any chat counts as a chat of its own."""
        chat, inline = data.get("chat_id"), data.get("inline_message_id")
        chat = inline if chat is None else chat
        if chat is None or endpoint in _UNSHOWN or not endpoint.startswith(_SHOWN):
            return await callback(*args, **kwargs)
        self._refuse_if_held(chat)
        await _limiter(self._chats, chat, self._chat).acquire()
        if inline is None and not (isinstance(chat, int) and chat > 0):
            await _limiter(self._groups, chat, self._group).acquire()
        await self._overall.acquire()
        self._refuse_if_held(chat)
        if endpoint.startswith(_NEW):
            await self.before_message()
        try:
            return await callback(*args, **kwargs)
        except RetryAfter as error:
            self._hold(chat, seconds_to_wait(error))
            raise

    @property
    def per_second(self) -> float:
        """Requests that show in chats and leave in a second, for any length of time."""
        return self._overall.max_rate / self._overall.time_period

    def pause(self, chat: int) -> float:
        """Seconds between two messages, or edits of one, that a chat takes for any length of
        time."""
        pause = self._chat.seconds / self._chat.messages
        if chat > 0:
            return pause
        return max(pause, self._group.seconds / self._group.messages)

    def _hold(self, chat: int | str, seconds: float) -> None:
        now = _now()
        self._held = {k: until for k, until in self._held.items() if until > now}
        self._held[chat] = now + seconds

    def _refuse_if_held(self, chat: int | str) -> None:
        left = self._held.get(chat, 0.0) - _now()
        if left > 0:
            raise RetryAfter(math.ceil(left))


def _limiter(limiters: dict[int | str, AsyncLimiter], chat: int | str, rate: Rate) -> AsyncLimiter:
    if len(limiters) > _MANY:
        for key in [key for key, one in limiters.items() if one.has_capacity(one.max_rate)]:
            del limiters[key]
    return limiters.setdefault(chat, rate.limiter())


async def _nothing() -> None:
    """Nobody wants to know."""


def seconds_to_wait(error: RetryAfter) -> float:
    """How long Telegram wants us to wait; the public attribute changes its type with a setting."""
    return float(error._retry_after.total_seconds())


def _now() -> float:
    return asyncio.get_running_loop().time()
