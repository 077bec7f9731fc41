"""How many customers and companies have a plan now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from api_client.messages.management import PlanPage
from membership.members.memberships.listing import stands
from membership.members.memberships.schemas import StatusFilter
from membership.store.models import Membership
from membership.web.access import Call


@dataclass(frozen=True, slots=True)
class Holders:
    """How many customers and companies have an active membership of a plan of their own."""

    customers: int = 0
    companies: int = 0


def count_holders(
    session: Session, organization_id: int, plan_ids: Sequence[UUID], now: datetime
) -> Mapping[UUID, Holders]:
    """Return the holders of several plans by id; a plan that nobody has is left out."""
    rows = session.execute(
        select(
            Membership.plan_id,
            func.count(distinct(Membership.customer_id)),
            func.count(distinct(Membership.company_id)),
        )
        .where(
            Membership.organization_id == organization_id,
            Membership.plan_id.in_(plan_ids),
            stands(StatusFilter.ACTIVE, now),
        )
        .group_by(Membership.plan_id)
    )
    return {plan_id: Holders(customers, companies) for plan_id, customers, companies in rows}


def with_holders(call: Call, page: PlanPage) -> PlanPage:
    """Return a page of plans with the number of holders of each."""
    counted = count_holders(
        call.session, call.tenant.id, [plan.id for plan in page.items], call.now
    )
    plans = []
    for plan in page.items:
        held = counted.get(plan.id, Holders())
        plans.append(
            plan.model_copy(update={"customers": held.customers, "companies": held.companies})
        )
    return page.model_copy(update={"items": tuple(plans)})
