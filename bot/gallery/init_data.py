"""Who opened the gallery as a Mini App, as Telegram vouches for it.

Decides that only what is signed with the bot's token counts, and for how long; what such a person
may do is left to the pages.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

FRESH = timedelta(hours=24)
"""A Mini App may stay open for as long."""
_AHEAD = timedelta(minutes=5)
"""Clocks differ."""
LONGEST = 4096
_NUMBERS = 1 << 52
"""Ids of people are below, says Telegram."""


@dataclass(frozen=True)
class Person:
    """Somebody known to Telegram."""

    id: int
    language_code: str | None


def read(text: str, token: str, now: datetime) -> Person | None:
    """Whom `initData` names; None if Telegram did not sign it, or too long ago."""
    try:
        pairs = parse_qsl(text[: LONGEST + 1], keep_blank_values=True, strict_parsing=True)
        fields = dict(pairs)
        if len(text) > LONGEST or len(fields) != len(pairs):
            return None
        given = fields.pop("hash")
        if not hmac.compare_digest(_signature(fields, token).encode(), given.encode()):
            return None
        signed = datetime.fromtimestamp(int(fields["auth_date"]), UTC)
        user = json.loads(fields["user"])
        number, language = user["id"], user.get("language_code")
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError):
        return None
    if not signed - _AHEAD <= now <= signed + FRESH:
        return None
    if type(number) is not int or not 0 < number < _NUMBERS or user.get("is_bot"):
        return None
    return Person(number, language if isinstance(language, str) and len(language) < 36 else None)


def _signature(fields: dict[str, str], token: str) -> str:
    lines = "\n".join(f"{name}={value}" for name, value in sorted(fields.items()))
    secret = hmac.digest(b"WebAppData", token.encode(), hashlib.sha256)
    return hmac.digest(secret, lines.encode(), hashlib.sha256).hex()
