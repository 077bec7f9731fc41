"""Periods of a membership: from a billing interval to the instants it runs between.

Every period is half-open: it holds its first instant and not its last. Ends are day-based:
the last day is what was sold, and the period ends with the first instant of the local day
after it. All periods of one anchor day are counted from that anchor, never from each other,
so that a membership begun on 31 January renews on 28 February and then on 31 March.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from api_client.messages.management import IntervalUnit
from membership.rules.instants import (
    CalendarRangeError,
    TimeError,
    day_after,
    day_end,
    day_start,
    last_day_before,
    local_day,
    require_aware,
)

_MONTHS_PER_YEAR = 12
_ANY_DAY = date(2001, 1, 1)
"""Lengths are compared from one day on, for months have no length of their own."""


class IntervalError(TimeError):
    """A billing interval that does not move forward."""


class RenewalError(TimeError):
    """A membership that cannot be renewed, because it has no end to continue from."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A length in calendar terms, such as 10 weeks or 1 year.

    Raises:
        IntervalError: ``count`` is not a positive whole number.
    """

    unit: IntervalUnit
    count: int = 1

    def __post_init__(self) -> None:
        """Refuse counts that would make a period empty or run backwards."""
        if self.count < 1:
            raise IntervalError(f"an interval needs a count of at least 1, not {self.count}")


@dataclass(frozen=True, slots=True)
class Period:
    """From ``starts_at`` up to, not including, ``ends_at`` (both UTC); no end means open.

    ``last_day`` is the last local day it is good for, inclusive; None exactly if it is open.
    """

    starts_at: datetime
    ends_at: datetime | None
    last_day: date | None


@dataclass(frozen=True, slots=True)
class Renewal:
    """The next period, with the ``anchor`` and ``number`` to renew it from in its turn."""

    period: Period
    anchor: date
    number: int


def nth_day(anchor: date, interval: Interval, n: int) -> date:
    """Return the day ``n`` intervals after ``anchor``; ``n`` may be 0 or negative.

    Months that are too short give their last day: 31 January + 1 month is 28 or 29 February,
    and 29 February + 1 year is 28 February.

    Raises:
        CalendarRangeError: the result is outside the years 1 to 9999.
    """
    steps = interval.count * n
    match interval.unit:
        case IntervalUnit.DAY:
            return day_after(anchor, steps)
        case IntervalUnit.WEEK:
            return day_after(anchor, steps * 7)
        case IntervalUnit.MONTH:
            return _months_after(anchor, steps)
        case IntervalUnit.YEAR:
            return _months_after(anchor, steps * _MONTHS_PER_YEAR)


def _months_after(anchor: date, months: int) -> date:
    """Return the day of ``anchor`` in the month ``months`` later, or that month's last day."""
    year, month0 = divmod(anchor.year * _MONTHS_PER_YEAR + anchor.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise CalendarRangeError(f"{anchor} plus {months} months is outside the calendar")
    return date(year, month0 + 1, min(anchor.day, monthrange(year, month0 + 1)[1]))


def is_in_instalments(billing: Interval | None, length: Interval | None) -> bool:
    """Whether a plan is paid several times for one length, after which it ends.

    One that is billed for as long as it lasts, or longer, is renewed with each payment.
    """
    if billing is None or length is None:
        return False
    return nth_day(_ANY_DAY, length, 1) > nth_day(_ANY_DAY, billing, 1)


def period_until(starts_at: datetime, last_day: date | None, zone: ZoneInfo) -> Period:
    """Return the period from ``starts_at`` to the end of ``last_day``; None leaves it open.

    Raises:
        NaiveTimeError: ``starts_at`` has no zone.
        IntervalError: ``last_day`` is over when the period would start.
        CalendarRangeError: the end is outside the years 1 to 9999.
    """
    require_aware("starts_at", starts_at)
    start = starts_at.astimezone(UTC)
    if last_day is None:
        return Period(start, None, None)
    ends_at = day_end(last_day, zone)
    if ends_at <= start:
        raise IntervalError(f"the last day {last_day} is over before {start.isoformat()}")
    return Period(start, ends_at, last_day)


def first_period(starts_at: datetime, interval: Interval | None, zone: ZoneInfo) -> Period:
    """Return the first period of a membership that starts at ``starts_at``.

    It is anchored to the local day of its start, which counts as a whole day: a membership of
    1 month bought on 5 March at 15:30 is good until 4 April, inclusive. None means no end.

    Raises:
        NaiveTimeError: ``starts_at`` has no zone.
        CalendarRangeError: the end is outside the years 1 to 9999.
    """
    if interval is None:
        return period_until(starts_at, None, zone)
    anchor = local_day(starts_at, zone)
    return _sold_until(starts_at, nth_day(anchor, interval, 1), zone)


def nth_period(anchor: date, interval: Interval, number: int, zone: ZoneInfo) -> Period:
    """Return the ``number``-th period (1 is the first) of those counted from ``anchor``.

    Each ends at the instant at which the next one starts.

    Raises:
        CalendarRangeError: an end is outside the years 1 to 9999.
    """
    starts_at = day_start(nth_day(anchor, interval, number - 1), zone)
    return _sold_until(starts_at, nth_day(anchor, interval, number), zone)


def _sold_until(starts_at: datetime, next_day: date, zone: ZoneInfo) -> Period:
    """Return the period up to ``next_day``, the first day that is no longer sold."""
    ends_at = day_start(next_day, zone)
    return Period(starts_at.astimezone(UTC), ends_at, last_day_before(ends_at, zone))


def renew(
    ends_at: datetime | None,
    paid_at: datetime,
    interval: Interval,
    zone: ZoneInfo,
    *,
    anchor: date | None = None,
    number: int = 1,
) -> Renewal:
    """Return the period that a payment at ``paid_at`` buys after one that ends at ``ends_at``.

    Paid before the end, the new period continues from the end and from the same ``anchor``
    (the running period being the ``number``-th from it), so no day is gained or lost. Paid at
    the end or later, it starts at the payment, which becomes the anchor. An end that is not
    where the anchor would put it (moved by staff, ended early) becomes the new anchor itself.

    Raises:
        RenewalError: the membership is open, so there is no end to continue from.
        NaiveTimeError: a time has no zone.
        CalendarRangeError: the new end is outside the years 1 to 9999.
    """
    require_aware("paid_at", paid_at)
    if ends_at is None:
        raise RenewalError("a membership without an end runs on; there is nothing to renew")
    require_aware("ends_at", ends_at)
    if paid_at >= ends_at:
        return Renewal(first_period(paid_at, interval, zone), local_day(paid_at, zone), 1)
    if anchor is not None and day_start(nth_day(anchor, interval, number), zone) == ends_at:
        return Renewal(nth_period(anchor, interval, number + 1, zone), anchor, number + 1)
    return Renewal(first_period(ends_at, interval, zone), local_day(ends_at, zone), 1)
