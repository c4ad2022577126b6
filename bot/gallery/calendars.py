"""Weeks and months, and their names in addresses.

Decides which days each has and how they are written; which verse stands in them is left to the
pages.
"""

from __future__ import annotations

import re
from calendar import Calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_interval, format_skeleton, get_day_names

from bot.texts import Localised

_WEEK = re.compile(r"(?P<year>[12]\d{3})-W(?P<week>\d{2})")
_MONTH = re.compile(r"(?P<year>[12]\d{3})-(?P<month>\d{2})")


@dataclass(frozen=True, order=True)
class Week:
    """A week from Monday, as ISO 8601 counts them; `str()` gives `2026-W47` again."""

    monday: date

    def __str__(self) -> str:
        year, week, _ = self.monday.isocalendar()
        return f"{year}-W{week:02}"

    @classmethod
    def of(cls, day: date) -> Week:
        """The week in which a day is."""
        return cls(day - timedelta(days=day.weekday()))

    @classmethod
    def parse(cls, text: str) -> Week | None:
        """Reads `2026-W47`; None if there is no such week."""
        found = _WEEK.fullmatch(text)
        try:
            return found and cls(date.fromisocalendar(int(found["year"]), int(found["week"]), 1))
        except ValueError:
            return None

    def moments(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """When it begins and ends there."""
        begins, ends = (
            datetime.combine(self.monday + timedelta(days=days), time(), zone).astimezone(UTC)
            for days in (0, 7)
        )
        return begins, ends

    def later(self, weeks: int) -> Week:
        """The week so many after this one."""
        return Week(self.monday + timedelta(weeks=weeks))

    def name(self, say: Localised) -> str:
        """Its first and its last day."""
        sunday = self.monday + timedelta(days=6)
        # Days come first in English dates, as in `Localised.date`.
        locale = "en_GB" if say.locale.language == "en" else say.locale
        return str(format_interval(self.monday, sunday, "yMMMd", locale=locale))


@dataclass(frozen=True, order=True)
class Month:
    """A month; `str()` gives `2026-11` again."""

    first: date

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"

    @classmethod
    def of(cls, day: date) -> Month:
        """The month in which a day is."""
        return cls(day.replace(day=1))

    @classmethod
    def parse(cls, text: str) -> Month | None:
        """Reads `2026-11`; None if there is no such month."""
        found = _MONTH.fullmatch(text)
        try:
            return found and cls(date(int(found["year"]), int(found["month"]), 1))
        except ValueError:
            return None

    @property
    def last(self) -> date:
        """Its last day."""
        return self.later(1).first - timedelta(days=1)

    def later(self, months: int) -> Month:
        """The month so many after this one."""
        year, month = divmod(self.first.year * 12 + self.first.month - 1 + months, 12)
        return Month(date(year, month + 1, 1))

    def weeks(self) -> list[list[date | None]]:
        """Its days by weeks from Monday; None for days of its neighbours."""
        weeks = Calendar().monthdatescalendar(self.first.year, self.first.month)
        return [[day if day.month == self.first.month else None for day in week] for week in weeks]

    def name(self, say: Localised) -> str:
        """Month and year."""
        return str(format_skeleton("yMMMM", self.first, locale=say.locale))


def weekdays(say: Localised) -> list[str]:
    """Monday to Sunday, as a calendar heads its columns."""
    width: Literal["narrow", "abbreviated"] = (
        "narrow" if say.locale.language == "zh" else "abbreviated"
    )
    names = get_day_names(width, context="stand-alone", locale=say.locale)
    return [str(names[number]) for number in range(7)]
