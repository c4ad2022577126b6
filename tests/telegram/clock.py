"""The clock of the fake Telegram.

Decides what time it is: it stands still until a test moves it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """A clock set by hand; calling it gives the time as an aware datetime in UTC."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def __call__(self) -> datetime:
        return self._now

    @property
    def timestamp(self) -> int:
        """Unix time in whole seconds, as Telegram writes dates."""
        return int(self._now.timestamp())

    def set(self, moment: datetime) -> None:
        self._now = moment.astimezone(UTC)

    def advance(
        self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> None:
        self._now += timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
