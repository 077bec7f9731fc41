"""Who may order what: judged before an order is stored, with its owner locked."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.billing.orders.service import Wanted
from membership.billing.schemas import NewOrder
from membership.members.memberships.service import Owner, plan_on_sale, required_owner
from membership.portal.signup.joining import Joiner, chosen_plan
from membership.store.models import Company
from membership.web.access import Caller
from membership.web.errors import Conflict

_PAID, _BACK = "paid", "back"


def chosen_by_staff(
    session: Session, public_url: str | None, caller: Caller, new: NewOrder
) -> Wanted:
    """What staff order for somebody: any plan that is sold.

    Raises NotFound; Conflict for an owner who takes nothing new, or without a public address.
    """
    if new.company_id is not None:
        # Of two who order for it at once, the second finds what the first has begun.
        session.execute(
            select(Company.id)
            .where(Company.organization_id == caller.tenant.id, Company.id == new.company_id)
            .with_for_update()
        )
    owner = required_owner(session, caller.tenant, Owner(new.customer_id, new.company_id))
    plan = plan_on_sale(session, caller.tenant, new.plan_id)
    back = f"{_address(public_url)}/join/{caller.tenant.slug}/order"
    return Wanted(owner, plan, caller.actor, f"{back}/{_PAID}", f"{back}/{_BACK}")


def chosen_by_customer(
    session: Session, public_url: str | None, joiner: Joiner, plan_id: UUID
) -> Wanted:
    """What a customer who is logged in orders for themself: a plan that the public is offered.

    Raises what ``signup.joining`` does; Conflict without a public address.
    """
    customer, plan = chosen_plan(session, joiner, plan_id)
    actor = replace(joiner.actor, id=customer.id)
    back = f"{_address(public_url)}/join/{joiner.tenant.slug}/order"
    owner = Owner(customer_id=customer.id)
    return Wanted(owner, plan, actor, f"{back}/{_PAID}", f"{back}/{_BACK}")


def _address(public_url: str | None) -> str:
    """Where the payer's browser comes back to. Raises Conflict."""
    if public_url is None:
        detail = "Set WALLETDESK_PUBLIC_URL first: the provider sends browsers back to it."
        raise Conflict("public_url_missing", detail)
    return public_url.rstrip("/")
