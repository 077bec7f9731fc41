"""Takes back what a payment granted: a renewal, and that a membership is no longer overdue.

What it granted is stored with the payment as JSON: the membership's terms before and after. A
renewal is taken back only while the terms are those that it made: whatever was built on it since
would otherwise be lost.
"""

from datetime import date, datetime
from typing import Any, NotRequired, TypedDict
from uuid import UUID

from sqlalchemy.orm import Session

from membership.events.audit.recorder import plain
from membership.events.types import EventType
from membership.members.memberships.changes import (
    apply_change,
    locked,
    refuse_billed,
    refuse_ended_early,
)
from membership.members.memberships.past_periods import FormerPeriods, former_before_terms
from membership.store.models import Membership
from membership.web.access import Tenant
from membership.web.errors import Conflict

_INSTANTS = ("starts_at", "ends_at")
_DAYS = ("last_day", "anchor_day")
_TERMS = (*_INSTANTS, *_DAYS, "time_zone", "period_number")

CHANGED_SINCE = "membership_changed_since"
"""Why a renewal stays: the membership has other terms than those that the renewal made."""


class Granted(TypedDict):
    """What a payment granted. ``before`` and ``after`` are the terms around the renewal.

    ``expired`` is whether the former end had come by then, and so was announced;
    ``overdue_since`` since when the membership was overdue. ``former_periods`` are those before
    the renewal; renewals of before were stored without.
    """

    before: dict[str, Any] | None
    after: dict[str, Any] | None
    expired: bool
    overdue_since: str | None
    former_periods: NotRequired[FormerPeriods]


def terms_of(membership: Membership) -> dict[str, Any]:
    """Return the terms that a renewal changes, as JSON values."""
    return {name: plain(getattr(membership, name)) for name in _TERMS}


def take_back_renewal(
    session: Session, tenant: Tenant, membership_id: UUID, granted: Granted, now: datetime
) -> str | None:
    """Give a membership its former period again; returns None, or why the renewal stays.

    The reasons are ``CHANGED_SINCE``, ``membership_ended_early``, ``membership_transferred``
    and ``billed_by_provider``. Raises NotFound.
    """
    membership = locked(session, tenant, membership_id)
    before = granted["before"]
    try:
        refuse_billed(session, membership)
        refuse_ended_early(session, membership)
    except Conflict as refusal:
        return refusal.code
    if before is None or terms_of(membership) != granted["after"]:
        return CHANGED_SINCE
    values = {name: _read(name, before[name]) for name in _TERMS}
    # An end that was announced before the renewal is not announced again.
    due = None if granted["expired"] else values["ends_at"]
    former = granted.get("former_periods")
    if former is None:
        former = former_before_terms(membership.former_periods, values)
    event = EventType.MEMBERSHIP_RENEWAL_UNDONE
    apply_change(
        session, membership, event, now, former_periods=former, expiry_due_at=due, **values
    )
    return None


def make_overdue_again(
    session: Session, tenant: Tenant, membership_id: UUID, granted: Granted, now: datetime
) -> None:
    """Note again that a membership is overdue, as before a payment that was voided.

    Not if it is overdue already, or billed by a provider meanwhile. Raises NotFound.
    """
    since = granted["overdue_since"]
    membership = locked(session, tenant, membership_id)
    if since is None or membership.payment_overdue_since is not None:
        return
    try:
        refuse_billed(session, membership)
    except Conflict:
        return
    event = EventType.MEMBERSHIP_PAYMENT_CHANGED
    overdue = datetime.fromisoformat(since)
    apply_change(session, membership, event, now, payment_overdue_since=overdue)


def _read(name: str, value: Any) -> Any:
    """Return the column's value that ``plain`` made a JSON value of."""
    if value is None:
        return None
    if name in _INSTANTS:
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if name in _DAYS else value
