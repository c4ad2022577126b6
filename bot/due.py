"""The policy of time: when a local clock time comes, and whether it is still time.

Decides which local date is due in a zone at a moment, through every change of the clocks; which
chats that concerns, and that each date comes once, is left to the store's claims.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LATENESS = timedelta(hours=3)
"""How long after its time a daily poem may still come, after an outage say."""

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Due:
    """A local date whose time has come."""

    local_date: date
    moment: datetime
    """When it came, in UTC."""
    expires_at: datetime
    """From then on it is too late."""


def due(at: time, zone: ZoneInfo, now: datetime) -> Due | None:
    """The local date that is due at `now` where clocks show `zone`, if a poem is wanted at `at`.

    Each date that exists in the zone is due once, for a single stretch of `LATENESS`: a time that
    the clocks skip counts as the first moment after the gap, one that they show twice as the
    first of both.
    """
    today = local_date(zone, now)
    # Yesterday's time may have come less than LATENESS ago; and clocks set back over midnight have
    # shown tomorrow already.
    for day in (today + _DAY, today, today - _DAY):
        moment = moment_of(day, at, zone)
        if moment is not None and moment <= now < moment + LATENESS:
            return Due(day, moment, moment + LATENESS)
    return None


def next_moment(at: time, zone: ZoneInfo, now: datetime) -> datetime:
    """The next time, after now, that a poem wanted at `at` is due."""
    day = local_date(zone, now) - _DAY
    while (moment := moment_of(day, at, zone)) is None or moment <= now:
        day += _DAY
    return moment


def local_date(zone: ZoneInfo, now: datetime) -> date:
    """The date on a calendar there."""
    return now.astimezone(zone).date()


def moment_of(day: date, at: time, zone: ZoneInfo) -> datetime | None:
    """The first moment at which a clock there shows that time of that day, or a later one.

    None for a date that the zone left out, as Samoa did with 30 December 2011.
    """
    if _first_showing(datetime.combine(day, time.min), zone).astimezone(zone).date() != day:
        return None
    return _first_showing(datetime.combine(day, at), zone)


def _first_showing(wanted: datetime, zone: ZoneInfo) -> datetime:
    # Of a time shown twice, fold 0 is the first. In a gap, fold 0 reckons with the offset before
    # the gap and lands behind it, fold 1 with the offset after and lands before it.
    behind = wanted.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _shown(behind, zone) == wanted:
        return behind
    before = wanted.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while behind - before > _SECOND:
        middle = before + (behind - before) // _SECOND // 2 * _SECOND
        if _shown(middle, zone) < wanted:
            before = middle
        else:
            behind = middle
    return behind


def _shown(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)
