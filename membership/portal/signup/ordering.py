"""Orders of a logged-in customer, to be paid through the payment provider."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from membership.billing.orders.eligibility import return_urls
from membership.billing.orders.service import OrderRequest
from membership.billing.stripe.accounts import find_account
from membership.members.memberships.continuation import continued, held_of_plan, may_continue
from membership.members.memberships.service import Owner
from membership.portal.open_signup import open_settings
from membership.portal.signup.joining import Joiner, chosen_plan
from membership.portal.signup.offers import is_offered
from membership.store.models import Membership, Plan
from membership.web.access import Tenant


def customer_order(
    session: Session, public_url: str | None, joiner: Joiner, plan_id: UUID, *, again: bool = False
) -> OrderRequest:
    """Return the checked order of a public plan. Locks the customer.

    Raises NotFound and Conflict as ``chosen_plan`` does; Conflict without a public URL.
    """
    customer, plan = chosen_plan(session, joiner, plan_id)
    paid_url, back_url = return_urls(public_url, joiner.tenant)
    return OrderRequest(
        owner=Owner(customer_id=customer.id),
        plan=plan,
        actor=replace(joiner.actor, id=customer.id),
        paid_url=paid_url,
        back_url=back_url,
        again=again,
    )


def plan_to_renew(session: Session, tenant: Tenant, sold: Membership, now: datetime) -> UUID | None:
    """Return the plan whose next period a customer may order after ``sold``; None if none."""
    plan = session.get_one(Plan, (tenant.id, sold.plan_id))
    if not is_offered(plan) or plan.price_minor == 0:
        return None
    held = held_of_plan(session, tenant, Owner(customer_id=sold.customer_id), plan, now)
    if continued(held, now) is not sold:
        return None
    if not may_continue(held, plan, now, ZoneInfo(tenant.time_zone)):
        return None
    sells = find_account(session, tenant) and open_settings(session, tenant)
    return None if sells is None else plan.id
