"""Joining: a logged-in customer gets a membership of a free public plan, once."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api_client.messages.scan import CustomerState, Status
from membership.base.actors import Actor
from membership.billing.stripe.accounts import find_account
from membership.members.customers.service import lock_customer
from membership.members.memberships.entitlements import last_day_of, term_of
from membership.members.memberships.schemas import NewMembership
from membership.members.memberships.service import assign
from membership.portal.open_signup import open_settings
from membership.portal.signup.offers import is_offered
from membership.portal.signup.schemas import Joined
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
    sold = assign(
        session,
        joiner.tenant,
        NewMembership(plan_id=plan.id, customer_id=customer.id),
        joiner.now,
        actor=replace(joiner.actor, id=customer.id),
        source=MembershipSource.SIGNUP,
    )
    current = standing(term_of(sold), joiner.now)
    return Joined(
        id=sold.id,
        plan_name=sold.plan_name,
        status=current.status,
        reason=current.reason,
        starts_at=sold.starts_at,
        last_day=last_day_of(sold),
    )


def chosen_plan(session: Session, joiner: Joiner, plan_id: UUID) -> tuple[Customer, Plan]:
    """Return the customer, with the row locked, and the chosen plan.

    Raises NotFound for a plan that is not public; Conflict for a customer who is not active, and
    for one who has the plan already.
    """
    # Locked first: of two concurrent requests, the second finds the membership of the first.
    customer = lock_customer(session, joiner.tenant, joiner.customer_id)
    if customer.state is not CustomerState.ACTIVE:
        raise Conflict("join_refused", "You cannot join here. Please ask at the desk.")
    plan = _load_public_plan(session, joiner.tenant, plan_id)
    if _has_plan(session, joiner, customer.id, plan.id):
        raise Conflict("already_member", "You have this membership already.")
    return customer, plan


def _load_public_plan(session: Session, tenant: Tenant, plan_id: UUID) -> Plan:
    """Load a public plan with a shared lock. Raises NotFound, the same for every reason."""
    plan = session.get(Plan, (tenant.id, plan_id), with_for_update={"read": True})
    if plan is None or not is_offered(plan) or open_settings(session, tenant) is None:
        raise NotFound("plan_not_found", "There is no such plan.")
    return plan


def _has_plan(session: Session, joiner: Joiner, customer_id: UUID, plan_id: UUID) -> bool:
    """Whether a customer has a current or future membership of a plan."""
    own = session.scalars(
        select(Membership).where(
            Membership.organization_id == joiner.tenant.id,
            Membership.customer_id == customer_id,
            Membership.plan_id == plan_id,
        )
    )
    return any(standing(term_of(each), joiner.now).status is not Status.EXPIRED for each in own)
