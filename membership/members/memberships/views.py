"""Memberships and permissions as answers show them."""

from datetime import datetime

from api_client.messages.scan import CustomerState, MembershipView, PermissionView
from membership.members.memberships.entitlements import Held, Sold
from membership.rules.outcome import Judged
from membership.rules.permissions import grants


def membership_view(judged: Judged, sold: Sold) -> MembershipView:
    """Show a membership as it stands for one customer, with its source."""
    holding, term = judged.holding, judged.holding.term
    return MembershipView(
        id=holding.membership_id,
        plan=holding.plan,
        status=judged.standing.status,
        reason=judged.standing.reason,
        company=None if holding.company is None else holding.company.name,
        starts_at=term.starts_at,
        ends_at=term.ends_at,
        last_day=sold.last_day,
        ended_early_at=term.ended_early_at,
        ended_early_why=sold.ended_early_why,
        permissions=tuple(PermissionView(key=key, label=label) for key, label in sold.labels),
    )


def permission_views(held: Held, state: CustomerState, now: datetime) -> tuple[PermissionView, ...]:
    """Show what a customer may use now, by key."""
    labels = {key: label for sold in held.sold.values() for key, label in sold.labels}
    granted = grants(held.holdings, now, state)
    return tuple(PermissionView(key=each.key, label=labels[each.key]) for each in granted)
