"""Instants and local days: the two notions of time that every rule is built on.

An instant is a timezone-aware ``datetime``; a day is a ``date`` in an organization's zone.
A local day need not begin at 00:00, nor last 24 hours, nor exist at all.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)


class TimeError(ValueError):
    """Base of the errors that the rules raise about times."""


class NaiveTimeError(TimeError):
    """A time without a zone, which names no instant."""


class UnknownZoneError(TimeError):
    """A time zone name that the tz database does not have."""


class CalendarRangeError(TimeError):
    """A day or instant outside the years 1 to 9999, which nothing here can store."""


def require_aware(name: str, at: datetime) -> None:
    """Refuse a time that names no instant.

    Raises:
        NaiveTimeError: ``at`` has no UTC offset; the message says which field, by ``name``.
    """
    if at.utcoffset() is None:
        raise NaiveTimeError(f"{name} must be timezone-aware, but {at.isoformat()} has no zone")


def zone_named(key: str) -> ZoneInfo:
    """Return the time zone with the tz database name ``key``, such as ``Europe/Berlin``.

    Raises:
        UnknownZoneError: there is no such zone, or ``key`` is not a zone name at all.
    """
    try:
        return ZoneInfo(key)
    except (KeyError, ValueError, OSError) as error:
        raise UnknownZoneError(f"unknown time zone {key!r}") from error


def local_day(at: datetime, zone: ZoneInfo) -> date:
    """Return the day that it is in ``zone`` at the instant ``at``.

    Raises:
        NaiveTimeError: ``at`` has no zone.
        CalendarRangeError: the local day is outside the years 1 to 9999.
    """
    require_aware("at", at)
    try:
        return at.astimezone(zone).date()
    except (OverflowError, ValueError) as error:
        raise CalendarRangeError(f"{at.isoformat()} has no local day in {zone.key}") from error


def day_after(day: date, days: int = 1) -> date:
    """Return the day ``days`` after ``day`` (before it, if negative).

    Raises:
        CalendarRangeError: the result is outside the years 1 to 9999.
    """
    try:
        return day + ONE_DAY * days
    except OverflowError as error:
        raise CalendarRangeError(f"{day} plus {days} days is outside the calendar") from error


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant, in UTC, at which the calendar of ``zone`` shows ``day`` or later.

    That is 00:00 on most days; the first 00:00 where the clock shows it twice; the end of the
    gap where midnight is skipped; and for a day that a zone skipped altogether, the first
    instant of the day that follows.

    Raises:
        CalendarRangeError: that instant is outside the years 1 to 9999 in UTC.
    """
    midnight = datetime.combine(day, time.min)
    try:
        first = midnight.replace(tzinfo=zone, fold=0).astimezone(UTC)
        other = midnight.replace(tzinfo=zone, fold=1).astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise CalendarRangeError(f"{day} in {zone.key} begins outside the calendar") from error
    return first if first <= other else _end_of_gap(midnight, zone, other, first)


def _end_of_gap(
    midnight: datetime, zone: ZoneInfo, before: datetime, not_before: datetime
) -> datetime:
    """Find the first instant in ``(before, not_before]`` whose local time is past ``midnight``.

    Between the two readings of a skipped midnight lies exactly the one jump that skipped it.
    """
    while not_before - before > _TICK:
        middle = before + (not_before - before) // 2
        if middle.astimezone(zone).replace(tzinfo=None) >= midnight:
            not_before = middle
        else:
            before = middle
    return not_before


def day_end(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant at which ``day`` is over: the first one of the next local day, in UTC.

    Raises:
        CalendarRangeError: the next day is outside the years 1 to 9999.
    """
    return day_start(day_after(day), zone)


def last_day_before(end: datetime, zone: ZoneInfo) -> date:
    """Return the last local day that has an instant before ``end``: how an end is shown.

    Raises:
        NaiveTimeError: ``end`` has no zone.
        CalendarRangeError: there is nothing before ``end``.
    """
    require_aware("end", end)
    try:
        return local_day(end.astimezone(UTC) - _TICK, zone)
    except OverflowError as error:
        raise CalendarRangeError(f"there is no day before {end.isoformat()}") from error
