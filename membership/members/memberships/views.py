"""Memberships and permissions as answers show them."""

from datetime import datetime

from api_client.messages.scan import CustomerState, MembershipView, PermissionView
from membership.members.memberships.entitlements import Entitlements, MembershipDetails
from membership.rules.outcome import Judged
from membership.rules.permissions import grants


def membership_view(judged: Judged, sold: MembershipDetails) -> MembershipView:
    """Show a membership as it stands for one customer, with its source."""
    entitlement, term = judged.entitlement, judged.entitlement.term
    return MembershipView(
        id=entitlement.membership_id,
        plan=entitlement.plan,
        status=judged.standing.status,
        reason=judged.standing.reason,
        company=None if entitlement.company is None else entitlement.company.name,
        starts_at=term.starts_at,
        ends_at=term.ends_at,
        last_day=sold.last_day,
        ended_early_at=term.ended_early_at,
        ended_early_why=sold.ended_early_why,
        permissions=tuple(PermissionView(key=key, label=label) for key, label in sold.labels),
    )


def permission_views(
    entitlements: Entitlements, state: CustomerState, now: datetime
) -> tuple[PermissionView, ...]:
    """Show what a customer may use now, by key."""
    labels = {key: label for sold in entitlements.details.values() for key, label in sold.labels}
    granted = grants(entitlements.all, now, state)
    return tuple(PermissionView(key=each.key, label=labels[each.key]) for each in granted)
