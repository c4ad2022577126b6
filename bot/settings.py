"""The settings of the bot, from the environment and `.env`.

Decides names, defaults and what counts as a good value; what a setting does is left to whoever is
given it. Secrets are never shown: not in errors, not in a representation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "QIBU_"

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{3,}")
_ALLOWANCE = re.compile(r"(?P<requests>[1-9]\d{0,5})/(?P<seconds>[1-9]\d{0,5})")
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_LISTEN = re.compile(r"(?:\[(?P<bracketed>[0-9A-Fa-f:.]+)\]|(?P<host>[^:\[\]]*)):(?P<port>\d{1,5})")


class Mode(StrEnum):
    """How updates reach the bot."""

    POLLING = "polling"
    WEBHOOK = "webhook"


@dataclass(frozen=True)
class Listen:
    """Where a server listens; `str()` gives `host:port` again."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @classmethod
    def parse(cls, text: str) -> Listen:
        """Reads `host:port`; `:8080` listens on every address, IPv6 stands in brackets."""
        found = _LISTEN.fullmatch(text.strip())
        if not found or not 0 < int(found["port"]) < 65536:
            raise ValueError("write it as host:port, for example 127.0.0.1:8080")
        return cls(found["bracketed"] or found["host"] or "0.0.0.0", int(found["port"]))


@dataclass(frozen=True)
class Allowance:
    """So many requests at once, and as many in every so many seconds after; `str()` gives `30/60`
    again."""

    requests: int
    seconds: int

    def __str__(self) -> str:
        return f"{self.requests}/{self.seconds}"

    @classmethod
    def parse(cls, text: str) -> Allowance | None:
        """Reads `30/60`; None for `off`."""
        if text.strip().casefold() == "off":
            return None
        found = _ALLOWANCE.fullmatch(text.strip())
        if not found:
            raise ValueError("write it as requests/seconds, for example 30/60, or off")
        return cls(int(found["requests"]), int(found["seconds"]))


def _allowance(value: object) -> object:
    return Allowance.parse(value) if isinstance(value, str) else value


def _listen(value: object) -> object:
    return Listen.parse(value) if isinstance(value, str) else value


def _zone(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return ZoneInfo(value.strip())
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("no such time zone; write one as Asia/Shanghai") from error


def _url(value: object) -> object:
    if not isinstance(value, str):
        return value
    parts = urlsplit(value.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("write a whole address, for example http://127.0.0.1:8000")
    return value.strip().rstrip("/")


def _is_secret(value: SecretStr | None) -> bool:
    return value is not None and bool(value.get_secret_value().strip())


Url = Annotated[str, BeforeValidator(_url)]
ListenAt = Annotated[Listen, NoDecode, BeforeValidator(_listen)]
AllowanceOrOff = Annotated[Allowance | None, NoDecode, BeforeValidator(_allowance)]


class Settings(BaseSettings):
    """Every setting of the bot; immutable, and an empty variable counts as none."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        arbitrary_types_allowed=True,
    )

    telegram_token: SecretStr | None = None
    telegram_api: Url = "https://api.telegram.org"
    database_url: str = Field(default="sqlite+aiosqlite:///qibu.db", repr=False)
    worker_url: Url | None = None
    worker_key: SecretStr | None = None
    device: Literal["auto", "cpu", "cuda"] = "auto"
    model: str | None = None
    mode: Mode = Mode.POLLING
    webhook_url: Url | None = Field(default=None, validate_default=True)
    webhook_secret: SecretStr | None = Field(default=None, validate_default=True)
    webhook_listen: ListenAt = Listen("0.0.0.0", 8443)
    owner_id: int | None = Field(default=None, gt=0)
    timezone: Annotated[ZoneInfo, BeforeValidator(_zone)] = ZoneInfo("Asia/Shanghai")
    fair_use_person: AllowanceOrOff = Allowance(30, 60)
    fair_use_chat: AllowanceOrOff = Allowance(30, 60)
    metrics_listen: ListenAt | None = None
    gallery_listen: ListenAt | None = None
    gallery_url: Url | None = None
    log_format: Literal["text", "json"] = "text"
    seed_days: int | None = Field(default=None, ge=1)

    @property
    def gallery_address(self) -> str | None:
        """Where people find the gallery; None where it is closed, or nobody can say."""
        return self.gallery_url if self.gallery_listen is not None else None

    @field_validator("telegram_token")
    @classmethod
    def _well_formed_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not _TOKEN.fullmatch(token.get_secret_value()):
            raise ValueError("this is no token of BotFather, which looks like 123456:ABC-def")
        return token

    @field_validator("database_url")
    @classmethod
    def _async_database(cls, url: str) -> str:
        drivers = ("sqlite+aiosqlite://", "postgresql+asyncpg://")
        if not url.startswith(drivers):
            raise ValueError("start it with " + " or ".join(drivers))
        return url

    @field_validator("webhook_url")
    @classmethod
    def _webhook_has_address(cls, url: str | None, info: ValidationInfo) -> str | None:
        if info.data.get("mode") is Mode.WEBHOOK and url is None:
            raise ValueError("webhook mode needs the public https address of the bot")
        return url

    @field_validator("webhook_secret")
    @classmethod
    def _webhook_has_secret(
        cls, secret: SecretStr | None, info: ValidationInfo
    ) -> SecretStr | None:
        if info.data.get("mode") is Mode.WEBHOOK and not _is_secret(secret):
            raise ValueError("webhook mode needs a secret, or anybody could send updates")
        if secret is not None and not _WEBHOOK_SECRET.fullmatch(secret.get_secret_value()):
            raise ValueError("use 1 to 256 letters, digits, _ and -")
        return secret
