"""Routes by which a logged-in customer changes the plan of a subscription."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from membership.billing.schemas import PlanChangeRequest, SubscriptionPlanChange
from membership.portal.login.access import (
    CustomerCall,
    LoggedInCustomer,
    customer_reads,
    logged_in_customer,
)
from membership.portal.member import customer_plans
from membership.portal.member.billing_schemas import (
    CustomerPlanPreview,
    CustomerPlans,
    CustomerSubscription,
)
from membership.web.transactions import InTransactions

router = APIRouter(
    prefix="/v1/join/{organization}/me/memberships/{membership_id}/change",
    include_in_schema=False,
)

Allowed = Annotated[LoggedInCustomer, logged_in_customer()]
Language = Annotated[Literal["en", "de"], Query()]


@router.get("/plans")
def list_plans_of_customer(
    membership_id: UUID,
    call: Annotated[CustomerCall, customer_reads()],
    language: Language = "en",
) -> CustomerPlans:
    """List the plans that a subscription can change to. 404 `membership_not_found`."""
    return customer_plans.plans_to_change_to(call, membership_id, language)


@router.post("/preview")
async def preview_change_of_customer(
    membership_id: UUID,
    wanted: PlanChangeRequest,
    transactions: InTransactions,
    customer: Allowed,
    language: Language = "en",
) -> CustomerPlanPreview:
    """Return what a change at once costs. 409 `plan_not_changeable`, `change_planned`."""
    return await customer_plans.preview_change(
        transactions, customer, membership_id, wanted.plan_id, language
    )


@router.post("")
async def change_plan_of_customer(
    membership_id: UUID,
    wanted: SubscriptionPlanChange,
    transactions: InTransactions,
    customer: Allowed,
) -> CustomerSubscription:
    """Change the plan of a subscription, from the next period on or at once.

    404 `membership_not_found`, `plan_not_found`; 409 `plan_not_changeable`, `amount_changed`,
    `change_in_progress`, `payment_declined`; 503 `payment_provider_unavailable`.
    """
    return await customer_plans.change_plan(transactions, customer, membership_id, wanted)


@router.post("/withdraw")
async def withdraw_change_of_customer(
    membership_id: UUID, transactions: InTransactions, customer: Allowed
) -> CustomerSubscription:
    """Undo a change for the next period. 409 `no_change_planned`."""
    return await customer_plans.withdraw_change(transactions, customer, membership_id)
