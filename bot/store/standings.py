"""The best poems, found without a look at the others.

Decides the order of poems, and that those of a few weeks are taken from the head of each week;
the counts are kept by the triggers of the store's migrations, and who is shown a poem is said by
`seen_by`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Subquery,
    and_,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from bot.store.records import RatingSummary
from bot.store.tables import EVERYBODYS, RATED, Standing

PRIOR_RATINGS = 5
PRIOR_MEAN = 3.0
"""A poem is weighed as if so many people had already given it so many stars: one lucky five does
not beat many fours. The triggers reckon with the same two numbers."""

# Rows of a partial index are found where the query says so in the same words.
rated: ColumnElement[bool] = literal_column(f"standings.{RATED}")
everybodys: ColumnElement[bool] = literal_column(f"standings.{EVERYBODYS}")

BY_RATINGS = (Standing.average.desc(), Standing.votes.desc(), Standing.poem_id.desc())
BY_POET = (Standing.average.desc(), Standing.score.desc(), Standing.poem_id.desc())
"""Beside ratings, where there are any, the poet's own score."""

_MOST_WEEKS = 10
"""A longer time is searched as a whole."""
_WEEK = timedelta(weeks=1)

COUNTS = (Standing.one, Standing.two, Standing.three, Standing.four, Standing.five)


def summary_of(counts: Sequence[int]) -> RatingSummary:
    """The summary of how many gave one star, two, … five."""
    one, two, three, four, five = counts
    count = sum(counts)
    total = sum(star * number for star, number in enumerate(counts, start=1))
    return RatingSummary(count, total / count if count else None, (one, two, three, four, five))


def spans(since: datetime | None, until: datetime) -> list[ColumnElement[bool]]:
    """Conditions that together say when a poem was made, each that of one week."""
    if since is None:
        return [true()]
    made = and_(Standing.created_at >= since, Standing.created_at < until)
    weeks = _weeks(since, until)
    if not 0 < len(weeks) <= _MOST_WEEKS:  # none where a clock was put back
        return [made]
    return [and_(Standing.week == week, made) for week in weeks]


def heads(
    heaps: Sequence[Select[*tuple[Any, ...]]], order: Sequence[ColumnElement[Any]], limit: int
) -> Subquery:
    """The first poems of several heaps of standings, their ids as `poem_id`: no other can be among
    the first of all."""
    parts = [select(heap.order_by(*order).limit(limit).subquery()) for heap in heaps]
    return union_all(*parts).subquery("heads")


async def once_each(
    session: AsyncSession, query: Callable[[int], Select[*tuple[Any, ...]]], limit: int
) -> list[Row[*tuple[Any, ...]]]:
    """The first rows of different texts; `query` gives so many rows, each beginning with a poem.
    Where the same text came again, it is asked for more."""
    reach = limit
    while True:
        found = (await session.execute(query(reach))).all()
        first: dict[str, Row[*tuple[Any, ...]]] = {}
        for row in found:
            first.setdefault(row[0].text, row)
        if len(first) >= limit or len(found) < reach:
            return list(first.values())[:limit]
        reach *= 4


def _weeks(since: datetime, until: datetime) -> list[date]:
    """The Mondays of all weeks, in UTC, that a time touches."""
    first, last = (moment.astimezone(UTC).date() for moment in (since, until))
    monday = first - timedelta(days=first.weekday())
    weeks = []
    while monday <= last:
        weeks.append(monday)
        monday += _WEEK
    return weeks
