"""Local days: where they begin, also where midnight is missing, doubled, or a day is skipped."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given

from membership.rules.instants import (
    CalendarRangeError,
    NaiveTimeError,
    UnknownZoneError,
    day_after,
    day_end,
    day_start,
    last_day_before,
    local_day,
    require_aware,
    zone_named,
)
from tests.membership.rules.clocks import BERLIN, TICK, days, instants, utc, zones


@pytest.mark.parametrize(
    ("zone", "day", "start"),
    [
        ("Europe/Berlin", "2026-07-01", "2026-06-30T22:00"),
        ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00"),  # the night itself changes later
        ("Africa/Cairo", "2024-04-26", "2024-04-25T22:00"),  # 00:00 missing: begins at 01:00
        ("Africa/Cairo", "2024-11-01", "2024-10-31T22:00"),  # 23:00 the day before comes twice
        ("America/Santiago", "2024-09-08", "2024-09-08T04:00"),  # 00:00 missing
        ("America/Santiago", "2024-04-07", "2024-04-07T04:00"),  # 23:00 the day before twice
        ("America/Havana", "2024-03-10", "2024-03-10T05:00"),  # 00:00 missing
        ("America/Havana", "2024-11-03", "2024-11-03T04:00"),  # 00:00 doubled: the first
        ("Pacific/Apia", "2011-12-29", "2011-12-29T10:00"),
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00"),  # the day that never was
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00"),
        ("America/Toronto", "1919-03-31", "1919-03-31T04:30"),  # the gap began before midnight
        ("America/St_Johns", "2006-10-29", "2006-10-29T02:30"),  # begun, left, begun again
        ("Pacific/Kiritimati", "9999-12-31", "9999-12-30T10:00"),
        ("Etc/GMT+12", "9999-12-31", "9999-12-31T12:00"),
    ],
)
def test_first_instant_of_a_local_day(zone: str, day: str, start: str) -> None:
    assert day_start(date.fromisoformat(day), ZoneInfo(zone)) == utc(start)


@given(days, zones)
@example(date(2011, 12, 30), ZoneInfo("Pacific/Apia"))
@example(date(2006, 10, 29), ZoneInfo("America/St_Johns"))
@example(date(1919, 3, 31), ZoneInfo("America/Toronto"))
def test_no_earlier_instant_shows_the_day(day: date, zone: ZoneInfo) -> None:
    start = day_start(day, zone)
    assert start.tzinfo is UTC
    assert local_day(start, zone) >= day
    assert local_day(start - TICK, zone) < day
    earlier = (start - timedelta(minutes=15 * step) for step in range(1, 120))
    assert all(local_day(at, zone) < day for at in earlier)


@given(days, zones)
def test_a_day_ends_where_the_next_begins(day: date, zone: ZoneInfo) -> None:
    assert day_end(day, zone) == day_start(day + timedelta(days=1), zone)
    assert day_start(day, zone) <= day_end(day, zone)


@given(days, zones)
@example(date(2011, 12, 29), ZoneInfo("Pacific/Apia"))
def test_the_last_day_is_shown_as_it_was_sold(day: date, zone: ZoneInfo) -> None:
    skipped = day_start(day, zone) == day_end(day, zone)
    assert (last_day_before(day_end(day, zone), zone) == day) is not skipped


@given(instants, zones)
def test_every_instant_lies_within_its_day_or_its_repeat(at: datetime, zone: ZoneInfo) -> None:
    assert day_start(local_day(at, zone), zone) <= at


def test_a_day_that_begins_before_the_calendar_is_refused() -> None:
    with pytest.raises(CalendarRangeError, match="0001-01-01 in Asia/Kathmandu"):
        day_start(date.min, ZoneInfo("Asia/Kathmandu"))


def test_the_last_day_of_the_calendar_has_no_end() -> None:
    with pytest.raises(CalendarRangeError, match="9999-12-31 plus 1 days"):
        day_end(date.max, BERLIN)
    with pytest.raises(CalendarRangeError):
        day_after(date.min, -1)


def test_instants_at_the_edge_of_the_calendar_have_no_local_day_everywhere() -> None:
    last = datetime.max.replace(tzinfo=UTC)
    first = datetime.min.replace(tzinfo=UTC)
    assert local_day(last, ZoneInfo("Etc/GMT+12")) == date.max
    with pytest.raises(CalendarRangeError):
        local_day(last, ZoneInfo("Pacific/Kiritimati"))
    with pytest.raises(CalendarRangeError):
        local_day(first, ZoneInfo("America/Havana"))
    with pytest.raises(CalendarRangeError):
        last_day_before(first, BERLIN)


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "../etc/passwd", "/etc/passwd", "a\0b", "CET\n"]
)
def test_unknown_zones_are_named(name: str) -> None:
    with pytest.raises(UnknownZoneError, match="unknown time zone"):
        zone_named(name)


def test_known_zones_are_found() -> None:
    assert zone_named("Europe/Berlin") is BERLIN


def test_naive_times_are_refused_by_name() -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - that is the fault under test
    with pytest.raises(NaiveTimeError, match="paid_at must be timezone-aware"):
        require_aware("paid_at", naive)
    with pytest.raises(NaiveTimeError):
        local_day(naive, BERLIN)
    with pytest.raises(NaiveTimeError):
        last_day_before(naive, BERLIN)
