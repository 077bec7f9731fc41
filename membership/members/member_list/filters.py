"""Which members a list shows: query parameters, shared by all routes that take them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Query
from sqlalchemy import ColumnElement, Connection, exists, not_, select

from api_client.messages.members import MemberStatus
from api_client.messages.scan import CustomerState
from membership.members.customers.lookup import Found, find_by_text
from membership.members.customers.search_terms import query_words
from membership.members.member_list.conditions import Held
from membership.rules.instants import day_after, day_end, local_day
from membership.store.models import Card, Customer, CustomerTerm, TermKind
from membership.web.access import Tenant

_LAST = "\U0010ffff"
"""Sorts after every continuation of a term."""
_INDEXED = 3
"""Words of at least so many letters are found by the index; shorter ones have too many hits."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which members are listed; what is None does not matter."""

    q: str = ""
    status: MemberStatus | None = None
    plan_id: UUID | None = None
    company_id: UUID | None = None
    expires_within_days: int | None = None
    photo: bool | None = None
    card: bool | None = None
    state: CustomerState | None = None


def wanted_members(
    *,
    q: Annotated[
        str,
        Query(
            max_length=4096,
            description="Parts of words of the name, number, former number, email or phone, all of "
            "which must be found; a card code; a UUID.",
            examples=["okaf"],
        ),
    ] = "",
    status: Annotated[
        MemberStatus | None, Query(description="Only customers with this status.")
    ] = None,
    plan_id: Annotated[
        UUID | None,
        Query(
            description="Only customers with a membership of this plan among those that decide "
            "their status: an active one, if they have any, else one that is about to start, else "
            "one that expired.",
            examples=[None],
        ),
    ] = None,
    company_id: Annotated[
        UUID | None,
        Query(description="Only customers who belong to this company now.", examples=[None]),
    ] = None,
    expires_within_days: Annotated[
        int | None,
        Query(
            ge=0,
            le=3660,
            description="Only active customers whose cover ends within so many days, 0 being "
            "today, and is not about to be renewed by a payment provider.",
            examples=[30],
        ),
    ] = None,
    photo: Annotated[
        bool | None, Query(description="Only customers with a photo, or only those without.")
    ] = None,
    card: Annotated[
        bool | None, Query(description="Only customers with a valid card, or only those without.")
    ] = None,
    state: Annotated[
        CustomerState | None, Query(description="Only customers in this state.")
    ] = None,
) -> Wanted:
    """Return the filter of a request."""
    return Wanted(q.strip(), status, plan_id, company_id, expires_within_days, photo, card, state)


def conditions(
    connection: Connection, tenant: Tenant, wanted: Wanted, now: datetime
) -> list[ColumnElement[bool]]:
    """Return what the customers wanted have in common. Erased ones are never listed."""
    held = Held(tenant.id, now)
    found = [Customer.organization_id == tenant.id, Customer.erased_at.is_(None)]
    if wanted.q:
        found += _matches(connection, tenant, wanted.q, now)
    if wanted.state is not None:
        found.append(Customer.state == wanted.state)
    if wanted.photo is not None:
        has = Customer.photo_tag.is_not(None)
        found.append(has if wanted.photo else not_(has))
    if wanted.company_id is not None:
        found.append(held.linked_to(wanted.company_id))
    if wanted.card is not None:
        has_card = exists().where(
            Card.organization_id == tenant.id,
            Card.customer_id == Customer.id,
            Card.revoked_at.is_(None),
        )
        found.append(has_card if wanted.card else not_(has_card))
    if wanted.expires_within_days is not None:
        zone = ZoneInfo(tenant.time_zone)
        last = day_after(local_day(now, zone), wanted.expires_within_days)
        found.append(held.ends_before(day_end(last, zone)))
    if wanted.status is not None:
        found.append(held.has_status(wanted.status, wanted.plan_id))
    elif wanted.plan_id is not None:
        found.append(held.has_plan(wanted.plan_id))
    return found


def _matches(
    connection: Connection, tenant: Tenant, text: str, now: datetime
) -> list[ColumnElement[bool]]:
    """Return the conditions that a customer is found by a text, as the search finds them."""
    exact = find_by_text(connection, tenant, text, now, former=False)
    if isinstance(exact, Found):
        return [Customer.id == exact.customer.id]
    words = query_words(text)
    if not words:
        return [Customer.id.is_(None)]
    contains = [Customer.search_text.contains(word, autoescape=True) for word in words]
    longest = words[0]
    if len(longest) < _INDEXED:
        return contains
    by_term = select(CustomerTerm.customer_id).where(
        CustomerTerm.organization_id == tenant.id,
        CustomerTerm.kind.in_(list(TermKind)),
        CustomerTerm.term >= longest,
        CustomerTerm.term < longest + _LAST,
    )
    return [Customer.id.in_(by_term), *contains[1:]]
