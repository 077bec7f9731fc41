"""The periods of a membership: those before the present one are stored, the present one derived.

A renewal adds one: the present period becomes a former one, and the next begins at its end, or at
the payment if that came later. The present period is what the membership's own columns say, from
the end of the last former period on, so that the two cannot differ.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from api_client.messages.management import PeriodView
from membership.events.audit.recorder import plain
from membership.members.memberships.entitlements import term_of
from membership.rules.instants import day_end, day_start, last_day_before, local_day
from membership.store.database import AnyRow
from membership.store.models import Membership

FormerPeriods = list[dict[str, Any]]
"""JSON objects with ``starts_at``, ``ends_at``, ``last_day`` and ``time_zone``, oldest first."""


def former_before(former: FormerPeriods, ends_at: datetime | None) -> FormerPeriods:
    """Return the former periods of a membership that now ends at ``ends_at``.

    Those that end there or later are former no more: the renewal after them was taken back.
    """
    if ends_at is None:
        return former
    return [each for each in former if instant(each["ends_at"]) < ends_at]


def former_before_terms(former: FormerPeriods, terms: Mapping[str, Any]) -> FormerPeriods:
    """Return the former periods of a membership that has the terms of before a renewal again.

    For renewals that were stored without the former periods of before. ``terms`` holds
    ``ends_at``, ``last_day`` and ``time_zone`` as columns of a membership.
    """
    end = _end_without_grace(terms["ends_at"], terms["last_day"], terms["time_zone"])
    return former_before(former, end)


def _end_without_grace(
    ends_at: datetime | None, last_day: date | None, time_zone: str
) -> datetime | None:
    """Return the end of a period; its last day may be over before the days of grace are."""
    if ends_at is None or last_day is None:
        return ends_at
    return min(ends_at, day_end(last_day, ZoneInfo(time_zone)))


def end_without_grace(membership: Membership) -> datetime | None:
    """Return the end that was sold or paid for (UTC), without days of grace; None without one."""
    return _end_without_grace(membership.ends_at, membership.last_day, membership.time_zone)


def former_after_renewal(membership: Membership) -> FormerPeriods:
    """Return the former periods once the present one is over, without any days of grace."""
    former, ends_at = membership.former_periods, end_without_grace(membership)
    starts_at = _present_start(membership)
    if ends_at is None or ends_at <= starts_at:
        return former
    period = {
        "starts_at": plain(starts_at),
        "ends_at": plain(ends_at),
        "last_day": plain(membership.last_day),
        "time_zone": membership.time_zone,
    }
    return [*former, period]


def imported_periods(
    days: Sequence[tuple[date, date]], ends_at: datetime | None, time_zone: str
) -> FormerPeriods:
    """Return former periods of whole days for a membership that ends at ``ends_at``."""
    zone = ZoneInfo(time_zone)
    former = [
        {
            "starts_at": plain(day_start(first, zone)),
            "ends_at": plain(day_end(last, zone)),
            "last_day": plain(last),
            "time_zone": time_zone,
        }
        for first, last in days
    ]
    return former_before(former, ends_at)


def periods_of(membership: AnyRow | Membership) -> tuple[PeriodView, ...]:
    """Return all periods of a membership, oldest first.

    An early end cuts them. One that never ran has none, unless it ran before.
    """
    views = [
        PeriodView(
            starts_at=instant(each["starts_at"]),
            ends_at=instant(each["ends_at"]),
            first_day=local_day(instant(each["starts_at"]), ZoneInfo(each["time_zone"])),
            last_day=None if each["last_day"] is None else date.fromisoformat(each["last_day"]),
        )
        for each in membership.former_periods
    ]
    starts_at, zone = _present_start(membership), ZoneInfo(membership.time_zone)
    present = PeriodView(
        starts_at=starts_at,
        ends_at=membership.ends_at,
        first_day=local_day(starts_at, zone),
        last_day=membership.last_day,
    )
    return tuple(_cut([*views, present], membership))


def _cut(views: list[PeriodView], membership: AnyRow | Membership) -> list[PeriodView]:
    """Return periods without what comes after an early end."""
    term = term_of(membership)
    if not term.ends_early or term.end is None:
        return views
    end, zone = term.end, ZoneInfo(membership.time_zone)
    return [
        view
        if view.ends_at is not None and view.ends_at <= end
        else view.model_copy(update={"ends_at": end, "last_day": _last_day(view, end, zone)})
        for view in views
        if view.starts_at < end
    ]


def _last_day(view: PeriodView, end: datetime, zone: ZoneInfo) -> date:
    """Return the last day of a period that an early end cuts."""
    day = last_day_before(end, zone)
    return day if view.last_day is None else min(day, view.last_day)


def member_since(membership: Membership) -> datetime:
    """Return the start of the first period."""
    former = membership.former_periods
    return instant(former[0]["starts_at"]) if former else membership.starts_at


def _present_start(membership: AnyRow | Membership) -> datetime:
    """Return when the present period began."""
    former = membership.former_periods
    if not former:
        return membership.starts_at
    return max(membership.starts_at, instant(former[-1]["ends_at"]))


def instant(text: str) -> datetime:
    """Return an instant of a JSON value, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)
