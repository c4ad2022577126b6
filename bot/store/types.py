"""Column types that mean the same on SQLite and on PostgreSQL.

Decides how moments and latents are written to a column and read back; which columns there are is
left to `bot.store.tables`.
"""

from __future__ import annotations

import sys
from array import array
from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept and given back in UTC; a naive one is refused.

    SQLite has no zones, so there it is kept without one.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a zone: datetime.now(UTC), never datetime.now()")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Latent(TypeDecorator[tuple[float, ...]]):
    """A vector as 32-bit floats, little-endian: four bytes a number."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(
        self,
        value: tuple[float, ...] | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> bytes | None:
        return None if value is None else _little_endian(array("f", value)).tobytes()

    def process_result_value(
        self,
        value: bytes | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> tuple[float, ...] | None:
        return None if value is None else tuple(_little_endian(array("f", value)))


def _little_endian(numbers: array[float]) -> array[float]:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
