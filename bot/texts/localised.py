"""One language: its strings, and its way to write dates, times, zones and numbers.

Decides how values enter a string, escaped unless they are HTML already; choosing the language is
left to `bot.texts.catalog`.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from gettext import GNUTranslations
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, get_timezone_location
from babel.lists import format_list
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit


class Html(str):
    """Text that is HTML already, and enters other texts as it is."""

    __slots__ = ()


def escape(value: object) -> Html:
    """The value as HTML text; what is HTML already stays as it is."""
    return value if isinstance(value, Html) else Html(html.escape(str(value), quote=False))


class _Escaping(Formatter):
    """`str.format` that escapes what it inserts."""

    def format_field(self, value: Any, format_spec: str) -> str:
        return escape(value if not format_spec else format(value, format_spec))


_ESCAPING = _Escaping()
_DATE = {"en": "d MMMM y", "zh": "y年M月d日"}


class Localised:
    """What the bot says in one language."""

    def __init__(self, tag: str, translations: GNUTranslations, plurals: frozenset[str]) -> None:
        """`tag` is a BCP 47 language tag; the texts of `plurals` depend on their value `n`."""
        self.tag = tag
        self.locale = Locale.parse(tag, sep="-")
        self._translations = translations
        self._plurals = plurals

    def __call__(self, key: str, **values: object) -> Html:
        """The text of `key` as HTML, its values escaped."""
        return Html(_ESCAPING.vformat(self._pattern(key, values), (), values))

    def plain(self, key: str, **values: object) -> str:
        """The text of `key` where HTML is not read: buttons, menus, short notices."""
        return self._pattern(key, values).format_map(values)

    def either(self, items: Sequence[str]) -> str:
        """The items as a choice: `a, b, or c`."""
        return str(format_list(list(items), style="or", locale=self.locale))

    def all(self, items: Sequence[str]) -> str:
        """The items together: `a, b, and c`; in Chinese between enumeration commas alone, as a word
        would read like one more character of verse."""
        if self.locale.language == "zh":
            return "、".join(items)
        return str(format_list(list(items), style="standard", locale=self.locale))

    def number(self, value: float) -> str:
        """With one digit after the point."""
        return str(format_decimal(value, format="#,##0.0", locale=self.locale))

    def share(self, value: float) -> str:
        """A share between 0 and 1 as whole percents."""
        return str(format_percent(value, format="#,##0%", locale=self.locale))

    def date(self, value: date) -> str:
        """A day of the calendar, as a heading."""
        pattern = _DATE.get(self.locale.language, "long")
        return str(format_date(value, format=pattern, locale=self.locale))

    def time(self, value: time) -> str:
        """A time of day; 24 hours in every language, as `/daily` reads it."""
        return value.strftime("%H:%M")

    def duration(self, value: timedelta) -> str:
        """Days and hours, or hours and minutes, or what is left of them."""
        minutes = max(1, int(value.total_seconds() // 60))
        days, hours = divmod(minutes // 60, 24)
        units = (
            [("day", days), ("hour", hours)]
            if days
            else [("hour", hours), ("minute", minutes % 60)]
        )
        return " ".join(
            str(format_unit(number, f"duration-{unit}", locale=self.locale))
            for unit, number in units
            if number
        )

    def zone(self, zone: str, at: datetime) -> str:
        """A time zone by the place people know it by, with its distance from UTC at that moment."""
        offset = _offset(at.astimezone(ZoneInfo(zone)).utcoffset())
        if zone.startswith("Etc/") or zone in ("UTC", "GMT"):
            return offset
        place = get_timezone_location(ZoneInfo(zone), locale=self.locale, return_city=True)
        return self.plain("zone.place", place=place, offset=offset)

    def _pattern(self, key: str, values: Mapping[str, object]) -> str:
        if key in self._plurals:
            count = values["n"]
            assert isinstance(count, int)
            text = self._translations.ngettext(key, key, count)
        else:
            text = self._translations.gettext(key)
        if text == key:
            raise KeyError(f"no text {key!r} in {self.tag}")
        return text


def _offset(from_utc: timedelta | None) -> str:
    minutes = int((from_utc or timedelta()).total_seconds()) // 60
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes > 0 else "−"
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")
