"""The profile of a customer: own fields, memberships, cards, companies, latest visits."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select

from api_client.messages.management import (
    CustomerProfile,
    CustomerRecord,
    LinkView,
    ProfileMembership,
)
from api_client.messages.scan import CardView, CustomerState
from membership.members.customers.former_numbers import numbers_in
from membership.members.customers.service import get_customer
from membership.members.customers.views import customer_view
from membership.members.memberships.entitlements import (
    NO_ENTITLEMENTS,
    Entitlements,
    load_entitlements,
)
from membership.members.memberships.past_periods import member_since, periods_of
from membership.members.memberships.records import (
    change_view,
    sale_undo_until,
    sold_etag,
    sold_view,
)
from membership.members.memberships.views import membership_view, permission_views
from membership.members.visits import list_visits
from membership.rules.outcome import Decision, decide
from membership.store.models import Card, Company, CompanyLink, Customer, Membership
from membership.web.access import Call
from membership.web.preconditions import strong_etag

RECENT_VISITS = 20


def customer_record(customer: Customer) -> CustomerRecord:
    """Return the own fields of a customer as a message."""
    return CustomerRecord(customer=customer_view(customer), **_own_fields(customer))


def customer_etag(record: CustomerRecord | CustomerProfile) -> str:
    """Return the ETag of what can be edited of a customer."""
    own = ("given_name", "family_name", "email", "phone", "birth_date", "desk_note")
    return strong_etag(
        record, "customer.id", *own, "former_numbers", "customer.state", "customer.language"
    )


def _own_fields(customer: Customer) -> dict[str, Any]:
    """Return the fields of a record that a ``CustomerView`` lacks."""
    names = (
        "given_name",
        "family_name",
        "email",
        "phone",
        "birth_date",
        "desk_note",
        "created_at",
    )
    own = {name: getattr(customer, name) for name in names}
    return {**own, "former_numbers": numbers_in(customer.former_numbers)}


def profile(call: Call, customer_id: UUID) -> CustomerProfile:
    """Return the profile of a customer: memberships, cards, companies and latest visits.

    Raises NotFound.
    """
    customer = get_customer(call.session, call.tenant, customer_id)
    found = load_entitlements(call.session, call.tenant.id, [customer.id], call.now)
    entitlements = found.get(customer.id, NO_ENTITLEMENTS)
    decision = decide(customer.state, entitlements.all, call.now)
    visits = list_visits(call, RECENT_VISITS, None, customer.id)
    return CustomerProfile(
        customer=customer_view(customer),
        **_own_fields(customer),
        server_time=call.now,
        outcome=decision.outcome,
        memberships=_memberships(call, decision, entitlements),
        permissions=permission_views(entitlements, CustomerState(customer.state), call.now),
        cards=_cards(call, customer.id),
        companies=_links(call, customer.id),
        visits=visits.items,
        visits_total=visits.total,
        visits_cursor=visits.next_cursor,
    )


def _memberships(
    call: Call, decision: Decision, entitlements: Entitlements
) -> tuple[ProfileMembership, ...]:
    """Return the memberships of a customer with their periods, in the order of the decision.

    One that was deleted since it was judged has no periods.
    """
    here = Membership.organization_id == call.tenant.id
    ids = list(entitlements.details)
    rows = {
        row.id: row
        for row in call.session.scalars(select(Membership).where(here, Membership.id.in_(ids)))
    }
    views = []
    for judged in decision.memberships:
        membership_id = judged.entitlement.membership_id
        view = membership_view(judged, entitlements.details[membership_id])
        row = rows.get(membership_id)
        periods = {} if row is None else _periods(row, call.now)
        views.append(ProfileMembership(**dict(view), **periods))
    return tuple(views)


def _periods(row: Membership, now: datetime) -> dict[str, Any]:
    """Return the fields of a membership in a profile that others lack."""
    return {
        "member_since": member_since(row),
        "periods": periods_of(row),
        "last_change": None if row.customer_id is None else change_view(row, now),
        "sale_undo_until": None if row.customer_id is None else sale_undo_until(row, now),
        "etag": "" if row.customer_id is None else sold_etag(sold_view(row, now)),
    }


def _cards(call: Call, customer_id: UUID) -> tuple[CardView, ...]:
    """Return the cards of a customer, newest first."""
    rows = call.session.scalars(
        select(Card)
        .where(Card.organization_id == call.tenant.id, Card.customer_id == customer_id)
        .order_by(Card.issued_at.desc(), Card.id)
    )
    return tuple(
        CardView(id=card.id, label=card.label, issued_at=card.issued_at, revoked_at=card.revoked_at)
        for card in rows
    )


def _links(call: Call, customer_id: UUID) -> tuple[LinkView, ...]:
    """Return the company links of a customer, latest first, ended ones included."""
    rows = call.session.execute(
        select(CompanyLink, Company.name)
        .join(
            Company,
            and_(
                Company.organization_id == CompanyLink.organization_id,
                Company.id == CompanyLink.company_id,
            ),
        )
        .where(
            CompanyLink.organization_id == call.tenant.id,
            CompanyLink.customer_id == customer_id,
        )
        .order_by(CompanyLink.valid_from.desc(), CompanyLink.id)
    )
    return tuple(
        LinkView(
            id=link.id,
            company_id=link.company_id,
            company=name,
            role=link.role,
            source=link.source,
            valid_from=link.valid_from,
            valid_until=link.valid_until,
        )
        for link, name in rows
    )
