"""`/top`: the best verses.

Decides from when on verses count and who may see which; what makes a verse the best is left to the
store.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.store import PoemRecord, RatingSummary, Store
from model.verse import simplify

LIMIT = 10
UNRATED = 5
"""So many verses are offered where nobody has rated any."""


class Span(StrEnum):
    """How far back; the values stand in callback data."""

    WEEK = "week"
    MONTH = "month"
    ALL = "all"


_DAYS = {Span.WEEK: 7, Span.MONTH: 30}


_NAMES = {
    **dict.fromkeys(("week", "weekly", "7", "周", "本周", "一周", "星期", "周榜"), Span.WEEK),
    **dict.fromkeys(("month", "monthly", "30", "月", "本月", "一月", "一个月", "月榜"), Span.MONTH),
    **dict.fromkeys(("all", "ever", "全部", "所有", "总", "总榜", "历来"), Span.ALL),
}


@dataclass(frozen=True)
class Best:
    """The best verses of a span, best first."""

    span: Span
    poems: tuple[tuple[PoemRecord, RatingSummary], ...]
    unrated: tuple[PoemRecord, ...] = ()
    """What the poet itself likes best, where nobody has rated."""


class Top:
    """Looks among rated verses."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    async def __call__(self, chat_id: int, span: Span) -> Best:
        """The best of what this chat may see."""
        days = _DAYS.get(span)
        since = None if days is None else self._clock() - timedelta(days=days)
        rated = await self._store.poems.top(chat_id, since, LIMIT)
        unrated = [] if rated else await self._store.poems.unrated(chat_id, since, UNRATED)
        return Best(span, tuple(rated), tuple(unrated))


def read_span(words: str) -> Span:
    """The span that the words name; the week where they name none."""
    return _NAMES.get(simplify(words).strip().casefold(), Span.WEEK)
