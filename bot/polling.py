"""Fetching updates from Telegram by long polling.

Decides when to ask again after trouble, and which trouble ends the bot; what an update means is
left to the Application. python-telegram-bot's own Updater retries a second poller for ever, goes
silent when a token is revoked, and cannot be stopped while it waits.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import warnings
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from telegram import Bot, Update
from telegram.error import (
    BadRequest,
    Conflict,
    EndPointNotFound,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.pacing import seconds_to_wait
from bot.reading import Unreadable, read_update

# Meant for whoever does not know the method. It parses all that came at once: of a single update
# that it cannot parse it would die, and after each start again.
warnings.filterwarnings("ignore", r"Please use 'Bot\.getUpdates'")

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

LONG_POLL = timedelta(seconds=25)
"""How long Telegram keeps a request open when nothing happens."""
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
CONFLICT_PATIENCE = 60.0
"""Seconds for which another poller may be one that is about to leave, as in a deploy."""

WRONG_TOKEN = "Telegram does not know this token: see QIBU_TELEGRAM_TOKEN, and ask BotFather"
SECOND_POLLER = (
    "another program fetches the updates of this bot: stop it, or give this one a token of its own"
)


class CannotGoOn(Exception):
    """Trouble that no waiting ends; the message says what to do about it."""


class Connection:
    """Asks Telegram again while it cannot be reached, until it is told to stop."""

    def __init__(self, stop: asyncio.Event) -> None:
        self.stop = stop
        self.last_contact: float | None = None
        """When Telegram last answered, in seconds of `time.time()`."""
        self._failures = 0

    async def insist(self, ask: Callable[[], Awaitable[_T]]) -> _T | None:
        """What `ask` returns in the end; None if the bot is to stop before that.

        Raises CannotGoOn for a token that Telegram does not take, and what Telegram refuses.
        """
        while not self.stop.is_set():
            try:
                answer = await self._unless_stopped(ask())
            except InvalidToken as error:
                raise CannotGoOn(WRONG_TOKEN) from error
            except BadRequest:
                raise  # by descent a NetworkError, yet it would be refused again
            except RetryAfter as error:
                await self._recover(error, seconds_to_wait(error))
            except NetworkError as error:
                await self._recover(error)
            else:
                if self._failures:
                    _log.info("Telegram answers again")
                self._failures, self.last_contact = 0, time.time()
                return answer
        return None

    async def pause(self, seconds: float) -> None:
        """Waits, unless the bot is to stop."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.stop.wait(), seconds)

    async def _recover(self, error: TelegramError, at_least: float = 0.0) -> None:
        if not self._failures:
            _log.warning("Telegram cannot be asked, trying again: %s", error)
        pause = min(FIRST_PAUSE * 2**self._failures, LONGEST_PAUSE)
        self._failures = min(self._failures + 1, 16)
        await self.pause(max(pause, at_least))

    async def _unless_stopped(self, asking: Awaitable[_T]) -> _T | None:
        request = asyncio.ensure_future(asking)
        stopping = asyncio.ensure_future(self.stop.wait())
        try:
            await asyncio.wait({request, stopping}, return_when=asyncio.FIRST_COMPLETED)
            return request.result() if request.done() else None
        finally:
            stopping.cancel()
            request.cancel()
            await asyncio.gather(request, stopping, return_exceptions=True)


class Polling:
    """Hands updates over, in order, and acknowledges what was accepted."""

    def __init__(
        self,
        bot: Bot,
        accept: Callable[[Sequence[Update]], Awaitable[None]],
        connection: Connection,
        *,
        allowed_updates: Sequence[str],
        conflict_patience: float = CONFLICT_PATIENCE,
    ) -> None:
        self._bot = bot
        self._accept = accept
        self._connection = connection
        self._allowed = list(allowed_updates)
        self._conflict_patience = conflict_patience
        self._conflict_since: float | None = None
        self._offset = 0

    async def run(self) -> None:
        """Fetches until the connection is told to stop; raises CannotGoOn."""
        # A webhook that is still set would keep all updates from us.
        await self._connection.insist(self._bot.delete_webhook)
        while not self._connection.stop.is_set():
            try:
                updates = await self._connection.insist(self._fetch)
            except Conflict as conflict:
                await self._bear(conflict)
                continue
            self._conflict_since = None
            if updates and await self._hand_over(self._read(updates)):
                self._offset = updates[-1]["update_id"] + 1
        await self._acknowledge()

    async def _fetch(self, longest: timedelta = LONG_POLL) -> list[dict[str, Any]]:
        wanted = {
            "offset": self._offset or None,
            "timeout": int(longest.total_seconds()),
            "allowed_updates": self._allowed,
        }
        patience = longest.total_seconds() + (self._bot.request.read_timeout or 0)
        try:
            found = await self._bot.do_api_request("getUpdates", wanted, read_timeout=patience)
        except EndPointNotFound as error:  # what the library makes of a token that is not known
            raise InvalidToken from error
        assert isinstance(found, list), "Telegram answers with updates"
        return found

    def _read(self, found: Sequence[dict[str, Any]]) -> list[Update]:
        """Those that can be read; of the others Telegram has nothing better."""
        updates = []
        for one in found:
            try:
                updates.append(read_update(one, self._bot))
            except Unreadable as error:
                _log.warning("update %s cannot be read: %s", error.number, error)
        return updates

    async def _hand_over(self, updates: Sequence[Update]) -> bool:
        """Whether they were accepted; Telegram keeps them while they cannot be."""
        while not self._connection.stop.is_set():
            try:
                await self._accept(updates)
            except Exception:
                _log.exception("updates cannot be kept, trying again")
                await self._connection.pause(FIRST_PAUSE)
            else:
                return True
        return False

    async def _bear(self, conflict: Conflict) -> None:
        """Waits for another poller to leave, for a while."""
        now = time.monotonic()
        if self._conflict_since is None:
            self._conflict_since = now
            _log.warning("%s (%s)", SECOND_POLLER, conflict)
        elif now - self._conflict_since > self._conflict_patience:
            raise CannotGoOn(SECOND_POLLER) from conflict
        await self._connection.pause(FIRST_PAUSE)

    async def _acknowledge(self) -> None:
        """Telegram forgets what is in the queue; otherwise it would come again after a restart."""
        if self._offset:
            try:
                await self._fetch(timedelta(0))
            except TelegramError as error:
                _log.warning("the last updates may come twice: %s", error)
