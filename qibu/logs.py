"""Logging for every process of Qibu.

Decides format and level, and that no secret is ever written; what is logged is left to the rest.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Mapping

from pythonjsonlogger.json import JsonFormatter

_BOT_TOKEN = re.compile(r"(?<!\d)\d{5,}:[A-Za-z0-9_-]{20,}")
_PASSWORD_IN_ADDRESS = re.compile(r"(?<=://)([^/\s:@]*):[^/\s@]+(?=@)")
_SECRETS = ("QIBU_TELEGRAM_TOKEN", "QIBU_WORKER_KEY", "QIBU_WEBHOOK_SECRET")
_FIELDS = "{asctime} {levelname} {name} {message}"
_HIDDEN = "[hidden]"


def hide_secrets(text: str, secrets: tuple[str, ...]) -> str:
    """The text without the given secrets, and without anything that looks like a bot's token or a
    password in an address."""
    for secret in secrets:
        text = text.replace(secret, _HIDDEN)
    text = _PASSWORD_IN_ADDRESS.sub(rf"\1:{_HIDDEN}", text)
    return _BOT_TOKEN.sub(_HIDDEN, text)


class _Hiding(logging.Formatter):
    """Hides secrets in what another formatter wrote, tracebacks included."""

    def __init__(self, inner: logging.Formatter, secrets: tuple[str, ...]) -> None:
        super().__init__()
        self._inner = inner
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        return hide_secrets(self._inner.format(record), self._secrets)


def configure(environment: Mapping[str, str] = os.environ, *, debug: bool = False) -> None:
    """Sends logs to standard error as QIBU_LOG_FORMAT (text or json) says."""
    inner: logging.Formatter = (
        JsonFormatter(_FIELDS, style="{", json_ensure_ascii=False)
        if environment.get("QIBU_LOG_FORMAT") == "json"
        else logging.Formatter(_FIELDS, style="{")
    )
    # A short secret would blot out ordinary words; nobody's safety hangs on six letters.
    secrets = tuple(s for name in _SECRETS if len(s := environment.get(name, "")) > 6)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Hiding(inner, secrets))
    logging.basicConfig(level=logging.DEBUG if debug else logging.INFO, handlers=[handler])
    # httpx writes whole addresses, the bot's token among them, at INFO.
    for chatty in ("httpx", "httpcore", "apscheduler", "aiosqlite", "alembic", "tornado.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
