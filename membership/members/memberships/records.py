"""The record of a membership as it was sold, in answers and in events."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from api_client.messages.management import (
    ActorView,
    ChangeView,
    IntervalMessage,
    IntervalUnit,
    MembershipSource,
    SoldView,
)
from api_client.messages.scan import PermissionView
from membership.members.memberships.entitlements import last_day_of, term_of
from membership.members.memberships.past_periods import instant, member_since, periods_of
from membership.rules.status import standing
from membership.store.models import Membership
from membership.web.preconditions import strong_etag

UNDO_WITHIN = timedelta(days=14)
"""How long the last change of a membership can be undone."""


def sold_view(membership: Membership, now: datetime) -> SoldView:
    """Return a membership as it was sold, with its present status."""
    found = standing(term_of(membership), now)
    view = SoldView(
        id=membership.id,
        customer_id=membership.customer_id,
        company_id=membership.company_id,
        plan_id=membership.plan_id,
        plan=membership.plan_name,
        price_minor=membership.price_minor,
        currency=membership.currency,
        billing=_interval(membership.billing_unit, membership.billing_count),
        length=_interval(membership.length_unit, membership.length_count),
        status=found.status,
        reason=found.reason,
        starts_at=membership.starts_at,
        ends_at=membership.ends_at,
        last_day=last_day_of(membership),
        time_zone=membership.time_zone,
        ended_early_at=membership.ended_early_at,
        ended_early_why=membership.ended_early_why,
        payment_overdue_since=membership.payment_overdue_since,
        renews=membership.renews,
        previous_id=membership.previous_id,
        member_since=member_since(membership),
        periods=periods_of(membership),
        last_change=change_view(membership, now),
        sale_undo_until=sale_undo_until(membership, now),
        source=membership.source,
        actor=ActorView(
            kind=membership.actor_kind, id=membership.actor_id, name=membership.actor_name
        ),
        created_at=membership.created_at,
        permissions=tuple(
            PermissionView(key=key, label=label) for key, label in membership.permissions
        ),
    )
    return view.model_copy(update={"etag": sold_etag(view)})


def sold_etag(view: SoldView) -> str:
    """Return the ETag of what can be changed of a membership."""
    times = ("starts_at", "ends_at", "last_day", "ended_early_at", "ended_early_why")
    return strong_etag(view, "id", "customer_id", "company_id", *times, "payment_overdue_since")


def change_view(membership: Membership, now: datetime) -> ChangeView | None:
    """Return the last change of a membership; None if it cannot be undone any more."""
    change = membership.last_change
    if change is None:
        return None
    at = instant(change["at"])
    if at + UNDO_WITHIN < now:
        return None
    return ChangeView(
        id=UUID(change["id"]), action=change["action"], at=at, undo_until=at + UNDO_WITHIN
    )


def sale_undo_until(membership: Membership, now: datetime) -> datetime | None:
    """Return until when the sale of a membership can be undone; None if it cannot be any more.

    Only one that staff or a program sold, and that is as it was sold. The membership that follows a
    transfer is undone with the transfer.
    """
    until = membership.created_at + UNDO_WITHIN
    sold_here = membership.source in {MembershipSource.STAFF, MembershipSource.API}
    as_sold = (
        membership.last_change is None
        and not membership.former_periods
        and membership.ended_early_at is None
        and not membership.renews
        and membership.previous_id is None
    )
    return until if sold_here and as_sold and until >= now else None


def _interval(unit: IntervalUnit | None, count: int | None) -> IntervalMessage | None:
    """An interval of two columns."""
    return None if unit is None or count is None else IntervalMessage(unit=unit, count=count)


def sold_data(membership: Membership, **more: Any) -> dict[str, Any]:
    """Return the data of a membership in events: ids, instants and states, as JSON values."""
    owner = {"company_id": str(membership.company_id)}
    last_day = last_day_of(membership)
    if membership.customer_id is not None:
        owner = {"customer_id": str(membership.customer_id)}
    return {
        "membership_id": str(membership.id),
        **owner,
        "plan_id": str(membership.plan_id),
        "starts_at": membership.starts_at.isoformat(),
        "ends_at": _iso(membership.ends_at),
        "last_day": None if last_day is None else last_day.isoformat(),
        "ended_early_at": _iso(membership.ended_early_at),
        "payment_overdue_since": _iso(membership.payment_overdue_since),
        "renews": membership.renews,
        "source": membership.source.value,
        **more,
    }


def _iso(at: datetime | None) -> str | None:
    """An instant as text."""
    return None if at is None else at.isoformat()
