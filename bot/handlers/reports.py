"""Reports of errors to the owner of the bot.

Decides what a report holds, one line about where and what and no secret, and that the same error
is not told twice in a while; the whole story is left to the log.
"""

from __future__ import annotations

import re
import time
import traceback
from dataclasses import dataclass
from pathlib import PurePath

from telegram import Bot
from telegram.error import TelegramError

from bot.settings import Settings
from bot.texts import Texts

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{20,}")
_LONGEST = 300


@dataclass
class _Told:
    at: float
    since: int = 0


class Reports:
    """Tells the owner, if there is one."""

    def __init__(
        self, bot: Bot, settings: Settings, texts: Texts, *, interval: float = 3600.0
    ) -> None:
        """`interval` is the seconds in which the same error is told once."""
        self._bot = bot
        self._settings = settings
        self._texts = texts
        self._interval = interval
        self._told: dict[tuple[str, str], _Told] = {}

    async def tell(self, error: BaseException) -> None:
        """Reports an error, or counts it where it was reported lately."""
        if self._settings.owner_id is None:
            return
        kind, where = type(error).__name__, _where(error)
        now = time.monotonic()
        told = self._told.get((kind, where))
        if told is not None and now - told.at < self._interval:
            told.since += 1
            return
        count = 1 if told is None else told.since + 1
        self._told[kind, where] = _Told(now)
        text = self._texts.for_language(None)(
            "report.error", kind=kind, where=where, n=count, message=self._message(error)
        )
        try:
            await self._bot.send_message(self._settings.owner_id, text)
        except TelegramError:
            return  # the owner never wrote to the bot, or Telegram is what fails; the log has it

    def _message(self, error: BaseException) -> str:
        text = " ".join(str(error).split())
        for secret in (self._settings.worker_key, self._settings.webhook_secret):
            if secret is not None:
                text = text.replace(secret.get_secret_value(), "…")
        text = _TOKEN.sub("…", text)
        return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _where(error: BaseException) -> str:
    """The innermost place in our own code, as `poem.py:42`."""
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if {"bot", "model"}.intersection(PurePath(frame.filename).parts)
        and "site-packages" not in frame.filename
    ]
    if not own:
        return "python-telegram-bot"
    return f"{PurePath(own[-1].filename).name}:{own[-1].lineno}"
