"""Starts of the periods of a subscription, by calendar from its anchor."""

import calendar
from datetime import UTC, datetime, timedelta

_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}


def period_start(anchor: int, interval: str, count: int, number: int) -> int:
    """Return the start of period ``number`` (from 0), in Unix seconds.

    Months are counted from the anchor, never from the previous period: after 31 January come 28 or
    29 February and 31 March.
    """
    start = datetime.fromtimestamp(anchor, UTC)
    if interval in _DAYS:
        return int((start + timedelta(days=_DAYS[interval] * count * number)).timestamp())
    months = start.year * 12 + start.month - 1 + _MONTHS[interval] * count * number
    year, month = months // 12, months % 12 + 1
    day = min(start.day, calendar.monthrange(year, month)[1])
    return int(start.replace(year=year, month=month, day=day).timestamp())


def period_after(anchor: int, interval: str, count: int, start: int) -> int:
    """Return the start of the period after the one that starts at ``start``, in Unix seconds."""
    number = 0
    while period_start(anchor, interval, count, number) <= start:
        number += 1
    return period_start(anchor, interval, count, number)
