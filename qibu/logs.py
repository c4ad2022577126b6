"""Logging for every process of Qibu.

Decides format and level, that a line names the request it is about, and that no secret is ever
written; what is logged is left to the rest.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from pythonjsonlogger.json import JsonFormatter

from qibu import request_id

_BOT_TOKEN = re.compile(r"(?<!\d)\d{5,}:[A-Za-z0-9_-]{20,}")
_PASSWORD_IN_ADDRESS = re.compile(r"(?<=://)([^/\s:@]*):[^/\s@]+(?=@)")
_FIELDS = "{asctime} {levelname} {name} {message}"
_HIDDEN = "[hidden]"


class LogSettings(BaseSettings):
    """`QIBU_LOG_FORMAT` and the secrets to hide, from the environment or `.env`."""

    model_config = SettingsConfigDict(
        env_prefix="QIBU_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    log_format: Literal["text", "json"] = "text"
    telegram_token: SecretStr | None = None
    worker_key: SecretStr | None = None
    webhook_secret: SecretStr | None = None

    @property
    def secrets(self) -> tuple[str, ...]:
        """Those that are set. A short one would blot out ordinary words; nobody's safety hangs on
        six letters."""
        given = (self.telegram_token, self.worker_key, self.webhook_secret)
        values = (secret.get_secret_value() for secret in given if secret)
        return tuple(value for value in values if len(value) > 6)


def hide_secrets(text: str, secrets: tuple[str, ...]) -> str:
    """The text without the given secrets, and without anything that looks like a bot's token or a
    password in an address."""
    for secret in secrets:
        text = text.replace(secret, _HIDDEN)
    text = _PASSWORD_IN_ADDRESS.sub(rf"\1:{_HIDDEN}", text)
    return _BOT_TOKEN.sub(_HIDDEN, text)


class _Text(logging.Formatter):
    """Plain lines; the request that one is about stands at its end."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's name)
        line = super().formatMessage(record)
        about = getattr(record, "request_id", None)
        return f"{line} [{about}]" if about else line


def _name_request(record: logging.LogRecord) -> bool:
    """Adds the name of the request that is being worked on, if one is."""
    current = request_id.current()
    if current is not None:
        record.request_id = current
    return True


class _Hiding(logging.Formatter):
    """Hides secrets in what another formatter wrote, tracebacks included."""

    def __init__(self, inner: logging.Formatter, secrets: tuple[str, ...]) -> None:
        super().__init__()
        self._inner = inner
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        return hide_secrets(self._inner.format(record), self._secrets)


def configure(settings: LogSettings, *, debug: bool = False) -> None:
    """Sends logs to standard error, in the format of the settings."""
    inner: logging.Formatter = (
        JsonFormatter(_FIELDS, style="{", json_ensure_ascii=False)
        if settings.log_format == "json"
        else _Text(_FIELDS, style="{")
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_name_request)
    handler.setFormatter(_Hiding(inner, settings.secrets))
    logging.basicConfig(level=logging.DEBUG if debug else logging.INFO, handlers=[handler])
    # httpx writes whole addresses, the bot's token among them, at INFO.
    for chatty in ("httpx", "httpcore", "apscheduler", "aiosqlite", "alembic", "tornado.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
