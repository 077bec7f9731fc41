"""Joining: a logged-in customer gets a membership of a free public plan, once at a time.

Towards its end they can have it again: it continues from there, as one that is paid.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api_client.messages.scan import CustomerState
from membership.base.actors import Actor
from membership.billing.stripe.accounts import find_account
from membership.members.customers.service import lock_customer
from membership.members.memberships.continuation import (
    continued,
    held_of_plan,
    may_continue,
    paid_end,
    renewable,
)
from membership.members.memberships.entitlements import last_day_of, term_of
from membership.members.memberships.renewals import renew_paid
from membership.members.memberships.schemas import NewMembership
from membership.members.memberships.service import (
    Owner,
    Sale,
    assign,
    length_of,
    sell,
    terms_of_plan,
)
from membership.portal.open_signup import open_settings
from membership.portal.signup.offers import is_offered
from membership.portal.signup.schemas import Joined
from membership.rules.periods import first_period
from membership.rules.status import standing
from membership.store.models import Customer, Membership, MembershipSource, Plan
from membership.web.access import Tenant
from membership.web.errors import Conflict, NotFound


@dataclass(frozen=True, slots=True)
class Joiner:
    """The customer who joins, as an actor, and the time."""

    tenant: Tenant
    customer_id: UUID
    actor: Actor
    now: datetime


def join(session: Session, joiner: Joiner, plan_id: UUID) -> Joined:
    """Assign a free plan to a customer, and return the new membership.

    Raises NotFound and Conflict as ``chosen_plan`` does; Conflict for a plan with a price.
    """
    customer, plan = chosen_plan(session, joiner, plan_id)
    if plan.price_minor > 0:
        if find_account(session, joiner.tenant) is None:
            raise Conflict("payment_at_desk", "This membership is paid at the desk.")
        raise Conflict("payment_needed", "This membership is to be ordered, and paid first.")
    sold = _given(session, joiner, customer, plan)
    current = standing(term_of(sold), joiner.now)
    return Joined(
        id=sold.id,
        plan_name=sold.plan_name,
        status=current.status,
        reason=current.reason,
        starts_at=sold.starts_at,
        last_day=last_day_of(sold),
    )


def _given(session: Session, joiner: Joiner, customer: Customer, plan: Plan) -> Membership:
    """Assign a free plan, or the next period of one that is not over."""
    tenant, owner, now = joiner.tenant, Owner(customer_id=customer.id), joiner.now
    actor = replace(joiner.actor, id=customer.id)
    held = held_of_plan(session, tenant, owner, plan, now)
    before = continued(held, now)
    if before is None:
        new = NewMembership(plan_id=plan.id, customer_id=customer.id)
        source = MembershipSource.SIGNUP
        return assign(session, tenant, new, now, actor=actor, source=source)
    former = renewable(session, tenant, owner, plan, terms_of_plan(plan), at=now)
    if former is not None:
        return renew_paid(session, tenant, former.id, now, now)
    starts_at = paid_end(before) or now
    period = first_period(starts_at, length_of(plan), ZoneInfo(tenant.time_zone))
    sale = Sale(plan, owner, period, actor, MembershipSource.SIGNUP)
    return sell(session, tenant, sale, now)


def chosen_plan(session: Session, joiner: Joiner, plan_id: UUID) -> tuple[Customer, Plan]:
    """Return the customer, with the row locked, and the chosen plan.

    Raises NotFound for a plan that is not public; Conflict for a customer who is not active, and
    for one who has the plan already, unless its next period may be had (``may_continue``).
    """
    # Locked first: of two concurrent requests, the second finds the membership of the first.
    customer = lock_customer(session, joiner.tenant, joiner.customer_id)
    if customer.state is not CustomerState.ACTIVE:
        raise Conflict("join_refused", "You cannot join here. Please ask at the desk.")
    plan = _load_public_plan(session, joiner.tenant, plan_id)
    held = held_of_plan(session, joiner.tenant, Owner(customer_id=customer.id), plan, joiner.now)
    if not may_continue(held, plan, joiner.now, ZoneInfo(joiner.tenant.time_zone)):
        raise Conflict("already_member", "You have this membership already.")
    return customer, plan


def _load_public_plan(session: Session, tenant: Tenant, plan_id: UUID) -> Plan:
    """Load a public plan with a shared lock. Raises NotFound, the same for every reason."""
    plan = session.get(Plan, (tenant.id, plan_id), with_for_update={"read": True})
    if plan is None or not is_offered(plan) or open_settings(session, tenant) is None:
        raise NotFound("plan_not_found", "There is no such plan.")
    return plan
