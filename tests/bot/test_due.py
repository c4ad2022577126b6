"""The policy of time, with real zones and whatever their clocks have ever done."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.due import LATENESS, due, moment_of, next_moment

MINUTE = timedelta(minutes=1)

# Gaps and folds by day and by night, over midnight too, half hours, and days that never were.
ZONES = [
    "Africa/Cairo",
    "America/Nuuk",
    "America/Scoresbysund",
    "America/St_Johns",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Asia/Shanghai",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "UTC",
]
zones = st.sampled_from(ZONES).map(ZoneInfo)
times = st.times().map(lambda at: at.replace(second=0, microsecond=0))


def _changes(zone: ZoneInfo) -> list[datetime]:
    """The days on which the clocks of a zone are changed."""
    first = datetime(1990, 1, 1, tzinfo=UTC)
    days = [first + timedelta(days=number) for number in range(365 * 46)]
    return [
        day
        for day, next_day in pairwise(days)
        if day.astimezone(zone).utcoffset() != next_day.astimezone(zone).utcoffset()
    ]


CHANGES = {name: _changes(ZoneInfo(name)) for name in ZONES}


@st.composite
def moments(draw: st.DrawFn, zone: ZoneInfo) -> datetime:
    """Any moment, but every second one near a change of the clocks."""
    any_moment = st.datetimes(datetime(1990, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))
    changes = CHANGES[zone.key]
    if not changes or draw(st.booleans()):
        return draw(any_moment)
    return draw(st.sampled_from(changes)) + timedelta(minutes=draw(st.integers(-2880, 1440)))


def _shown(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        # An ordinary day.
        ("Asia/Shanghai", "2026-05-01", "08:00", "2026-05-01T00:00"),
        # The clocks skip 02:30: the first moment after the gap is 03:00.
        ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:00"),
        # The clocks show 02:30 twice: the first of both.
        ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30"),
        # The day begins at 01:00.
        ("Africa/Cairo", "2026-04-24", "00:30", "2026-04-23T22:00"),
        ("Africa/Cairo", "2026-04-24", "00:00", "2026-04-23T22:00"),
        # Half an hour is skipped.
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30"),
        # The hour before midnight is skipped: the first moment after it is tomorrow's.
        ("America/Nuuk", "2024-03-30", "22:30", "2024-03-31T00:30"),
        ("America/Scoresbysund", "2025-03-29", "23:30", "2025-03-30T01:00"),
    ],
)
def test_a_time_comes_at(zone: str, day: str, at: str, expected: str) -> None:
    moment = moment_of(date.fromisoformat(day), time.fromisoformat(at), ZoneInfo(zone))
    assert moment == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_a_day_that_never_was_is_never_due() -> None:
    apia = ZoneInfo("Pacific/Apia")
    assert moment_of(date(2011, 12, 30), time(8), apia) is None
    found = [
        due(time(8), apia, datetime(2011, 12, 28, tzinfo=UTC) + timedelta(hours=hour))
        for hour in range(120)
    ]
    dates = {one.local_date for one in found if one}
    assert date(2011, 12, 30) not in dates
    assert {date(2011, 12, 29), date(2011, 12, 31)} <= dates


def test_it_is_due_for_the_lateness_and_no_longer() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    moment = datetime(2026, 5, 1, 6, tzinfo=UTC)
    assert due(time(8), berlin, moment - MINUTE) is None
    found = due(time(8), berlin, moment)
    assert found is not None
    assert (found.local_date, found.moment) == (date(2026, 5, 1), moment)
    assert due(time(8), berlin, moment + LATENESS - MINUTE) == found
    assert due(time(8), berlin, moment + LATENESS) is None


def test_lateness_reaches_over_midnight() -> None:
    found = due(time(23), ZoneInfo("UTC"), datetime(2026, 5, 2, 1, tzinfo=UTC))
    assert found is not None
    assert found.local_date == date(2026, 5, 1)


@settings(deadline=None)  # the first use of a zone reads its file
@given(data=st.data(), zone=zones, at=times)
def test_each_date_that_exists_is_due_once_at_the_first_moment(
    data: st.DataObject, zone: ZoneInfo, at: time
) -> None:
    """Ticks through three days, as the bot would."""
    start = data.draw(moments(zone))
    start = start.replace(minute=0, second=0, microsecond=0)
    ticks = [start + timedelta(minutes=15 * number) for number in range(3 * 96)]
    stretches: list[tuple[date, list[datetime]]] = []
    for tick in ticks:
        found = due(at, zone, tick)
        if found is None:
            continue
        assert found.moment <= tick < found.expires_at == found.moment + LATENESS
        if not stretches or stretches[-1][0] != found.local_date:
            stretches.append((found.local_date, []))
        stretches[-1][1].append(tick)
    days = [day for day, _ in stretches]
    assert len(set(days)) == len(days), "a date is due in one stretch"
    for _, stretch in stretches:
        assert stretch[-1] - stretch[0] == 15 * MINUTE * (len(stretch) - 1), "without a hole"

    inner = {_shown(tick, zone).date() for tick in ticks[4 * 30 : 4 * 42]}
    for day in inner:
        assert moment_of(day, at, zone) is not None
    whole = {
        day for day in inner if (came := moment_of(day, at, zone)) and start <= came <= ticks[-1]
    }
    assert whole <= set(days), "no date is left out"


@settings(deadline=None)  # the first use of a zone reads its file
@given(data=st.data(), zone=zones, at=times)
def test_a_moment_is_the_first_to_show_its_time(
    data: st.DataObject, zone: ZoneInfo, at: time
) -> None:
    day = data.draw(moments(zone)).date()
    moment = moment_of(day, at, zone)
    assume(moment is not None)
    assert moment is not None
    wanted = datetime.combine(day, at)
    assert _shown(moment, zone) >= wanted
    second = timedelta(seconds=1)
    assert _shown(moment - second, zone) < wanted
    if _shown(moment, zone) > wanted:
        # Only what the clocks skipped may come late, and then right after the gap.
        assert _shown(moment, zone) - _shown(moment - second, zone) > second


@settings(deadline=None)  # the first use of a zone reads its file
@given(data=st.data(), zone=zones, at=times)
def test_the_next_moment_is_due(data: st.DataObject, zone: ZoneInfo, at: time) -> None:
    now = data.draw(moments(zone))
    following = next_moment(at, zone, now)
    assert following > now
    found = due(at, zone, following)
    assert found is not None
    assert found.moment == following
    before = due(at, zone, following - timedelta(seconds=1))
    assert before is None or before.local_date != found.local_date


def test_clocks_set_back_over_midnight_do_not_take_a_due_date_back() -> None:
    # In Newfoundland they went from 00:01 to 23:01 of the day before.
    zone = ZoneInfo("America/St_Johns")
    midnight = datetime(2009, 11, 1, 2, 30, tzinfo=UTC)
    found = due(time(0), zone, midnight)
    assert found is not None
    assert found.local_date == date(2009, 11, 1)
    assert _shown(midnight + 30 * MINUTE, zone).date() == date(2009, 10, 31)
    assert due(time(0), zone, midnight + 30 * MINUTE) == found
