"""The policy of sending: what an error of Telegram's means, and what is sent again.

Decides which errors may be followed by the same request, for nothing has an idempotency key and a
missing message is better than a double one. The pace is left to `bot.pacing`, the daily poem to
`bot.posting`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeVar

from telegram import Bot, Message, ReplyParameters
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.pacing import seconds_to_wait
from bot.pages.page import Page
from bot.requests import left_nothing
from bot.store import Store

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class Fate(Enum):
    """What became of a request that failed."""

    WAIT = auto()
    """Refused for now: the same request may succeed after some seconds."""
    UNSENT = auto()
    """It never left this machine."""
    UNKNOWN = auto()
    """It may have taken effect."""
    MIGRATED = auto()
    """Refused: the group has another id now."""
    DEAD = auto()
    """Refused: the bot may not write in this chat, or not any more."""
    CLOSED = auto()
    """Refused: the forum topic is closed to the bot."""
    NO_TOPIC = auto()
    """Refused: the forum topic does not exist any more."""
    NO_PICTURES = auto()
    """Refused: the bot may write in this chat, but send no pictures."""
    UNCHANGED = auto()
    """Refused because there was nothing to do, or it is too late to matter."""
    PERMANENT = auto()
    """Refused: the request itself is at fault."""


@dataclass(frozen=True)
class Verdict:
    """The fate of a request, and for WAIT and UNSENT the seconds until another try."""

    fate: Fate
    after: float = 0.0


_UNSENT_PAUSE = 1.0
_TOO_MANY_PAUSE = 10.0

_BAD_REQUESTS: tuple[tuple[Fate, tuple[str, ...]], ...] = (
    (
        Fate.UNCHANGED,
        (
            "message is not modified",
            "query is too old",
            "query id is invalid",
            "message to edit not found",
            "message_id_invalid",
            "message can't be edited",
            "message to delete not found",
        ),
    ),
    (
        Fate.NO_PICTURES,
        (
            "chat_send_photos_forbidden",
            "chat_send_media_forbidden",
            "not enough rights to send photos",
        ),
    ),
    (Fate.CLOSED, ("topic_closed",)),
    (Fate.NO_TOPIC, ("topic_deleted", "message thread not found")),
    (
        Fate.DEAD,
        (
            "chat not found",
            "user not found",
            "peer_id_invalid",
            "chat_restricted",
            "chat_write_forbidden",
            "chat_send_plain_forbidden",
            "chat_admin_required",
            "channel_private",
            "user_is_blocked",
            "user_deactivated",
            "user is deactivated",
            "input_user_deactivated",
            "group chat was deactivated",
            "bot was kicked",
            "bot is not a member",
            "not enough rights",
            "have no rights to send",
            "need administrator rights",
        ),
    ),
)
"""Words in Telegram's descriptions, lower case."""


def judge(error: TelegramError) -> Verdict:
    """What an error means for the request that met it."""
    message = error.message.lower()
    match error:
        case RetryAfter():
            return Verdict(Fate.WAIT, seconds_to_wait(error))
        case ChatMigrated():
            return Verdict(Fate.MIGRATED)
        case Forbidden():
            return Verdict(Fate.DEAD)
        case BadRequest():  # a NetworkError by descent, so it comes first
            for fate, descriptions in _BAD_REQUESTS:
                if any(description in message for description in descriptions):
                    return Verdict(fate)
        case NetworkError() | TimedOut():
            return _judge_network(error, message)
    return Verdict(Fate.PERMANENT)


def _judge_network(error: NetworkError, message: str) -> Verdict:
    if left_nothing(error):
        return Verdict(Fate.UNSENT, _UNSENT_PAUSE)
    if "too many requests" in message:  # without the number of seconds
        return Verdict(Fate.WAIT, _TOO_MANY_PAUSE)
    return Verdict(Fate.UNKNOWN)


@dataclass(frozen=True)
class _Place:
    """Where a message goes: a chat, its topic, and the message that is answered."""

    chat_id: int
    thread_id: int | None = None
    reply_to: int | None = None

    @property
    def reply(self) -> ReplyParameters | None:
        """A reply, if what is answered still stands."""
        if self.reply_to is None:
            return None
        return ReplyParameters(
            self.reply_to, allow_sending_without_reply=True, quote_parse_mode=None
        )


class Sending:
    """Sends answers to people who wait for them."""

    def __init__(
        self,
        bot: Bot,
        store: Store,
        *,
        patience: float = 30.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`patience` is how many seconds an answer may wait in all for Telegram to take it."""
        self._bot = bot
        self._store = store
        self._patience = patience
        self._sleep = sleep

    async def send(
        self,
        chat_id: int,
        page: Page,
        *,
        thread_id: int | None = None,
        reply_to: int | None = None,
        silently: bool = False,
    ) -> Message:
        """Sends a page, to the supergroup if the group became one, and remembers its poems."""
        return await self._deliver(
            lambda place: self._bot.send_message(
                place.chat_id,
                page.text,
                reply_markup=page.markup,
                message_thread_id=place.thread_id,
                reply_parameters=place.reply,
                disable_notification=silently or None,
            ),
            _Place(chat_id, thread_id, reply_to),
            page.poems,
        )

    async def send_picture(
        self,
        chat_id: int,
        picture: bytes | str,
        page: Page,
        *,
        thread_id: int | None = None,
        reply_to: int | None = None,
    ) -> Message:
        """Sends a picture likewise, by its bytes or the id that Telegram gave them, with the page's
        words as its caption."""
        return await self._deliver(
            lambda place: self._bot.send_photo(
                place.chat_id,
                picture,
                caption=page.text or None,
                reply_markup=page.markup,
                message_thread_id=place.thread_id,
                reply_parameters=place.reply,
            ),
            _Place(chat_id, thread_id, reply_to),
            page.poems,
        )

    async def persist(self, call: Callable[[], Awaitable[_T]]) -> _T:
        """Calls until Telegram takes it, as long as that is known to be harmless."""
        left = self._patience
        pause_factor = 1.0
        while True:
            try:
                return await call()
            except TelegramError as error:
                verdict = judge(error)
                pause = verdict.after
                if verdict.fate is Fate.UNSENT:
                    pause *= pause_factor
                    pause_factor *= 2
                if verdict.fate not in (Fate.WAIT, Fate.UNSENT) or pause > left:
                    raise
                _log.info("sending again in %.1f s: %s", pause, error)
                left -= pause
                await self._sleep(pause)

    async def _deliver(
        self, send: Callable[[_Place], Awaitable[Message]], place: _Place, poems: Sequence[str]
    ) -> Message:
        try:
            sent = await self.persist(lambda: send(place))
        except ChatMigrated as moved:
            await self._store.chats.migrate(place.chat_id, moved.new_chat_id)
            there = _Place(moved.new_chat_id)
            sent = await self.persist(lambda: send(there))
        if poems:
            await self._store.deliveries.record(sent.chat_id, sent.message_id, poems)
        return sent
