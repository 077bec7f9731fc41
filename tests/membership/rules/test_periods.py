"""Intervals, periods and renewals: no day gained, none lost, nothing chained."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api_client.messages.management import IntervalUnit
from membership.rules.instants import CalendarRangeError, NaiveTimeError, day_start, local_day
from membership.rules.periods import (
    Interval,
    IntervalError,
    Period,
    RenewalError,
    first_period,
    nth_day,
    nth_period,
    period_until,
    renew,
)
from tests.membership.rules.clocks import BERLIN, TICK, days, instants, utc, zones

DAY, WEEK, MONTH, YEAR = IntervalUnit
MONTHLY = Interval(MONTH)
intervals = st.builds(Interval, st.sampled_from(IntervalUnit), st.integers(1, 24))
numbers = st.integers(1, 60)


@pytest.mark.parametrize(
    ("anchor", "interval", "n", "expected"),
    [
        ("2026-01-31", MONTHLY, 1, "2026-02-28"),
        ("2026-01-31", MONTHLY, 2, "2026-03-31"),
        ("2026-01-31", MONTHLY, 3, "2026-04-30"),
        ("2024-01-31", MONTHLY, 1, "2024-02-29"),
        ("2026-12-31", MONTHLY, 2, "2027-02-28"),
        ("2026-12-31", MONTHLY, 12, "2027-12-31"),
        ("2026-03-31", MONTHLY, -1, "2026-02-28"),
        ("2026-01-15", MONTHLY, 0, "2026-01-15"),
        ("2024-02-29", Interval(YEAR), 1, "2025-02-28"),
        ("2024-02-29", Interval(YEAR), 4, "2028-02-29"),
        ("2096-02-29", Interval(YEAR), 4, "2100-02-28"),
        ("2026-03-01", Interval(MONTH, 3), 2, "2026-09-01"),
        ("2026-03-01", Interval(WEEK, 10), 1, "2026-05-10"),
        ("2024-02-28", Interval(DAY), 2, "2024-03-01"),
        ("9999-11-30", MONTHLY, 1, "9999-12-30"),
        ("0001-02-01", MONTHLY, -1, "0001-01-01"),
    ],
)
def test_nth_day_counts_from_the_anchor(
    anchor: str, interval: Interval, n: int, expected: str
) -> None:
    assert nth_day(date.fromisoformat(anchor), interval, n) == date.fromisoformat(expected)


@given(days, intervals, numbers)
def test_months_keep_the_day_of_the_anchor_where_they_have_it(
    anchor: date, interval: Interval, n: int
) -> None:
    day = nth_day(anchor, interval, n)
    assert day > anchor
    if interval.unit in (MONTH, YEAR):
        months = interval.count * n * (12 if interval.unit is YEAR else 1)
        apart = (day.year - anchor.year) * 12 + day.month - anchor.month
        assert apart == months
        assert day.day == anchor.day or (day.day < anchor.day and (day + timedelta(1)).day == 1)


@pytest.mark.parametrize("unit", list(IntervalUnit))
def test_the_calendar_ends_with_an_error(unit: IntervalUnit) -> None:
    with pytest.raises(CalendarRangeError, match="9999-12-31"):
        nth_day(date.max, Interval(unit), 1)
    with pytest.raises(CalendarRangeError, match="2026-01-01"):
        nth_day(date(2026, 1, 1), Interval(unit, 10**12), 1)


@pytest.mark.parametrize("count", [0, -1])
def test_intervals_move_forward(count: int) -> None:
    with pytest.raises(IntervalError, match=f"not {count}"):
        Interval(MONTH, count)


@pytest.mark.parametrize(
    ("zone", "starts_at", "interval", "ends_at", "last_day"),
    [
        ("Europe/Berlin", "2026-03-05T14:30", MONTHLY, "2026-04-04T22:00", "2026-04-04"),
        ("Europe/Berlin", "2026-03-05T14:30", Interval(DAY), "2026-03-05T23:00", "2026-03-05"),
        # 23:30 UTC is already the next day in Berlin.
        ("Europe/Berlin", "2026-01-30T23:30", MONTHLY, "2026-02-27T23:00", "2026-02-27"),
        # It would end where Cairo has no midnight.
        ("Africa/Cairo", "2024-03-26T10:00", MONTHLY, "2024-04-25T22:00", "2024-04-25"),
        ("America/Havana", "2024-10-03T16:00", MONTHLY, "2024-11-03T04:00", "2024-11-02"),
        # The 30th never was in Apia, so the last day is the 29th.
        ("Pacific/Apia", "2011-12-01T00:00", MONTHLY, "2011-12-30T10:00", "2011-12-29"),
        ("Pacific/Apia", "2011-12-01T12:00", MONTHLY, "2011-12-31T10:00", "2011-12-31"),
    ],
)
def test_first_periods(
    zone: str, starts_at: str, interval: Interval, ends_at: str, last_day: str
) -> None:
    period = first_period(utc(starts_at), interval, ZoneInfo(zone))
    assert period == Period(utc(starts_at), utc(ends_at), date.fromisoformat(last_day))


def test_without_interval_a_period_is_open() -> None:
    start = utc("2026-03-05T14:30")
    assert first_period(start, None, BERLIN) == Period(start, None, None)
    assert period_until(start, None, BERLIN) == Period(start, None, None)


@given(instants, intervals, zones)
def test_a_first_period_covers_its_days_whole(
    starts_at: datetime, interval: Interval, zone: ZoneInfo
) -> None:
    period = first_period(starts_at, interval, zone)
    assert period.ends_at is not None
    assert period.starts_at == starts_at < period.ends_at
    next_day = nth_day(local_day(starts_at, zone), interval, 1)
    assert local_day(period.ends_at, zone) >= next_day
    assert period.last_day == local_day(period.ends_at - TICK, zone) < next_day


def test_a_last_day_is_good_until_it_is_over() -> None:
    period = period_until(utc("2026-03-01T12:00"), date(2026, 3, 29), BERLIN)
    assert period.ends_at == utc("2026-03-29T22:00")
    assert period_until(utc("2026-03-29T21:59"), date(2026, 3, 29), BERLIN).ends_at is not None
    with pytest.raises(IntervalError, match="2026-03-29 is over"):
        period_until(utc("2026-03-29T22:00"), date(2026, 3, 29), BERLIN)


def test_a_period_to_the_end_of_the_calendar_is_refused() -> None:
    with pytest.raises(CalendarRangeError):
        period_until(utc("2026-03-01T12:00"), date.max, BERLIN)


@given(days, intervals, numbers, zones)
@example(date(2024, 1, 31), MONTHLY, 1, BERLIN)
def test_periods_of_one_anchor_join_without_gap_or_overlap(
    anchor: date, interval: Interval, number: int, zone: ZoneInfo
) -> None:
    one = nth_period(anchor, interval, number, zone)
    following = nth_period(anchor, interval, number + 1, zone)
    assert one.ends_at == following.starts_at


@given(instants, st.sampled_from([MONTH, YEAR, WEEK]), st.integers(1, 6), zones)
def test_renewing_early_again_and_again_never_drifts(
    starts_at: datetime, unit: IntervalUnit, count: int, zone: ZoneInfo
) -> None:
    interval = Interval(unit, count)
    anchor = local_day(starts_at, zone)
    ends_at, known, number = first_period(starts_at, interval, zone).ends_at, anchor, 1
    for renewals in range(1, 15):
        assert ends_at is not None
        done = renew(ends_at, ends_at - TICK, interval, zone, anchor=known, number=number)
        assert done.period.starts_at == ends_at
        ends_at, known, number = done.period.ends_at, done.anchor, done.number
        assert ends_at == day_start(nth_day(anchor, interval, renewals + 1), zone)


def test_paid_at_the_very_end_is_late_and_starts_there() -> None:
    ends_at = utc("2026-02-27T23:00")
    done = renew(ends_at, ends_at, MONTHLY, BERLIN, anchor=date(2026, 1, 31), number=1)
    assert done.period.starts_at == ends_at
    assert (done.anchor, done.number) == (date(2026, 2, 28), 1)
    early = renew(ends_at, ends_at - TICK, MONTHLY, BERLIN, anchor=date(2026, 1, 31), number=1)
    assert (early.anchor, early.number) == (date(2026, 1, 31), 2)
    assert early.period.last_day == date(2026, 3, 30)


@given(instants, instants, intervals, zones)
def test_a_late_renewal_starts_at_the_payment(
    ends_at: datetime, paid_at: datetime, interval: Interval, zone: ZoneInfo
) -> None:
    done = renew(ends_at, paid_at, interval, zone)
    assert done.period.starts_at == max(ends_at, paid_at)
    if paid_at >= ends_at:
        assert done.period == first_period(paid_at, interval, zone)


def test_an_end_that_was_moved_is_where_the_renewal_continues() -> None:
    moved = utc("2026-03-09T23:00")  # 10 March in Berlin, ten days after the anchor's end
    done = renew(
        moved, utc("2026-03-01T00:00"), MONTHLY, BERLIN, anchor=date(2026, 1, 31), number=1
    )
    assert done.period == Period(moved, utc("2026-04-09T22:00"), date(2026, 4, 9))
    assert (done.anchor, done.number) == (date(2026, 3, 10), 1)


def test_without_a_number_the_running_period_is_the_first() -> None:
    ends_at = utc("2026-02-27T23:00")
    done = renew(ends_at, utc("2026-02-01"), MONTHLY, BERLIN, anchor=date(2026, 1, 31))
    assert (done.anchor, done.number) == (date(2026, 1, 31), 2)


def test_what_has_no_end_cannot_be_renewed() -> None:
    with pytest.raises(RenewalError, match="without an end"):
        renew(None, utc("2026-03-01T00:00"), MONTHLY, BERLIN)


def test_naive_times_are_refused_by_name() -> None:
    naive, aware = datetime(2026, 1, 1), utc("2026-01-01")  # noqa: DTZ001
    with pytest.raises(NaiveTimeError, match="starts_at"):
        period_until(naive, None, BERLIN)
    with pytest.raises(NaiveTimeError, match="paid_at"):
        renew(aware, naive, MONTHLY, BERLIN)
    with pytest.raises(NaiveTimeError, match="ends_at"):
        renew(naive, aware, MONTHLY, BERLIN)
