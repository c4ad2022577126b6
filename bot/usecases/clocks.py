"""Times of day and time zones as people write them.

Decides what is read as which; zones are named by IANA names, by cities in English and Chinese, or
by their distance from UTC.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from difflib import get_close_matches
from functools import cache
from zoneinfo import available_timezones

from babel import Locale

from model.verse import simplify

_HAN = "[零〇一二两三四五六七八九十]{1,3}"
_TIME = re.compile(
    r"(?P<part>早上|早晨|清晨|凌晨|上午|中午|下午|傍晚|晚上|夜里|早|晚)?\s*"
    rf"(?:(?P<hour>\d{{1,2}}|{_HAN}(?=[点时]))"
    rf"(?:[:.点时](?P<minute>\d{{1,2}}|{_HAN})?(?P<half>半)?分?整?)?|(?P<compact>\d{{4}}))"
    r"\s*(?P<half_day>am|pm|a\.m\.|p\.m\.)?(?=$|[\s,，]|[^\d:.])[\s,，]*",
    re.IGNORECASE,
)
_AFTERNOON = frozenset(("下午", "傍晚", "晚上", "夜里", "晚", "pm", "p.m."))
_MIDNIGHT = frozenset(("凌晨", "晚上", "夜里", "晚", "am", "a.m."))
"""With these, twelve is the night's; with 下午 or pm, noon."""
_NOON_ENDS = 3
_OFFSET = re.compile(r"(?:utc|gmt)?\s*([+\-−])\s*(\d{1,2})(?:[:.]?00)?", re.IGNORECASE)
_NUMERALS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_AREA = re.compile(f"([东西])({'|'.join(reversed(_NUMERALS))}|\\d+)区")


@dataclass(frozen=True)
class UnknownZone:
    """Words that name no zone; `nearest` are IANA names that look alike."""

    words: str
    nearest: tuple[str, ...]


def read_time(words: str) -> tuple[time, str] | None:
    """A time of day at the start of the words, and what comes after it; None if there is none."""
    found = _TIME.match(simplify(words))
    if not found:
        return None
    compact = found["compact"]
    hour = _number(compact[:2] if compact else found["hour"])
    minute = _number(compact[2:] if compact else found["minute"] or "0")
    if hour is None or minute is None:
        return None
    minute = 30 if found["half"] else minute
    part = (found["part"] or found["half_day"] or "").lower()
    if hour == 12 and part in _MIDNIGHT:
        hour = 0
    elif hour < (_NOON_ENDS if part == "中午" else 12 if part in _AFTERNOON else 0):
        hour += 12
    try:
        return time(hour, minute), words[found.end() :].strip()
    except ValueError:
        return None


def _number(digits: str) -> int | None:
    """A number below a hundred in figures, or as Chinese says it: 二十二, 零五, 两."""
    if digits.isdecimal():
        return int(digits)
    tens, ten, ones = digits.lstrip("零〇").replace("两", "二").rpartition("十")
    figures = dict(zip("一二三四五六七八九", range(1, 10), strict=True))
    if any(part and part not in figures for part in (tens, ones)):
        return None
    return figures.get(tens, 1 if ten else 0) * 10 + figures.get(ones, 0)


def read_zone(words: str) -> str | UnknownZone:
    """The IANA name of a zone by any of its names."""
    wanted = _plain(words)
    names = _zone_names()
    if wanted in names:
        return names[wanted]
    if offset := _OFFSET.fullmatch(words.strip()):
        return _fixed(offset[1] == "+", int(offset[2])) or UnknownZone(words, ())
    if area := _AREA.fullmatch(simplify(words.strip())):
        hours = int(area[2]) if area[2].isdecimal() else _NUMERALS.index(area[2]) + 1
        return _fixed(area[1] == "东", hours) or UnknownZone(words, ())
    near = get_close_matches(wanted, names, n=3, cutoff=0.75)
    return UnknownZone(words, tuple(dict.fromkeys(names[name] for name in near)))


def _fixed(east: bool, hours: int) -> str | None:
    """The zone with a fixed distance from UTC; tzdata's `Etc` names count westward."""
    if hours == 0:
        return "UTC"
    zone = f"Etc/GMT{'-' if east else '+'}{hours}"
    return zone if zone in available_timezones() else None


_MORE_NAMES: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "beijing", "peking", "china", "prc", "cst", "北京", "北京时间", "中国", "上海", "深圳",
            "广州", "成都", "杭州", "南京", "武汉", "西安",
        ),
        "Asia/Shanghai",
    ),
    **dict.fromkeys(("台湾", "taiwan"), "Asia/Taipei"),
    **dict.fromkeys(("hongkong", "hk", "香港"), "Asia/Hong_Kong"),
    **dict.fromkeys(("日本", "japan"), "Asia/Tokyo"),
    **dict.fromkeys(("韩国", "korea"), "Asia/Seoul"),
    **dict.fromkeys(("washington", "boston", "华盛顿", "波士顿", "美东"), "America/New_York"),
    **dict.fromkeys(("sanfrancisco", "seattle", "旧金山", "西雅图", "美西"), "America/Los_Angeles"),
    **dict.fromkeys(("munich", "hamburg", "慕尼黑"), "Europe/Berlin"),
    **dict.fromkeys(("utc", "gmt", "z", "协调世界时", "世界时"), "UTC"),
}  # fmt: skip


@cache
def _zone_names() -> dict[str, str]:
    """Every plain name → the zone; cities in the words of Unicode's CLDR."""
    zones = sorted(available_timezones())
    names: dict[str, str] = {}
    for locale in (Locale("zh"), Locale("en")):
        for zone, known in locale.time_zones.items():
            if zone in zones and "city" in known:
                names[_plain(known["city"])] = zone
    cities = {_plain(zone.rsplit("/", 1)[1]): zone for zone in reversed(zones) if "/" in zone}
    names |= {city: zone for city, zone in cities.items() if not zone.startswith("Etc/")}
    names |= {_plain(zone): zone for zone in zones}
    return {**names, **_MORE_NAMES}


def _plain(name: str) -> str:
    """Without case, accents, spaces and points: São Paulo is saopaulo."""
    bare = unicodedata.normalize("NFKD", simplify(name).casefold())
    return "".join(c for c in bare if c.isalnum() or c in "/+")
