"""The last day that a membership is good for: the one date that everything shows."""

from datetime import date
from zoneinfo import ZoneInfo

from membership.rules.instants import last_day_before
from membership.rules.status import Term


def true_last_day(term: Term, last_day: date | None, zone: ZoneInfo) -> date | None:
    """Return the last local day, inclusive, on which a membership is good; None without an end.

    ``last_day`` is the one that was sold or paid for, without days of grace, and ``zone`` the time
    zone it was made in. An end that comes before it counts instead, whether it has come or is
    planned: by staff, a transfer, a cancellation, or the provider. A membership that ends within a
    day is still good on that day, one that ends at midnight is not good on the next. Grace moves
    nothing: it is not promised.

    Raises:
        CalendarRangeError: there is no day before the early end.
    """
    if term.ended_early_at is None or not term.ends_early:
        return last_day
    ended = last_day_before(term.ended_early_at, zone)
    return ended if last_day is None else min(ended, last_day)
