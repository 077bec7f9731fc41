"""Routes by which staff and other systems change the plan of a subscription."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.orm import Session

from api_client.messages.billing import OrderView, PlanChangePreview, PlanChoices
from membership.base.scopes import Scope
from membership.billing.orders import plan_changes, views
from membership.billing.schemas import PlanChangeRequest, SubscriptionPlanChange
from membership.store.models import BillingOrder
from membership.web.access import Call, Caller, IdempotencyHeader, allows, reads
from membership.web.idempotency import LongRequest, request_of
from membership.web.transactions import InTransactions, RequestTransactions

router = APIRouter(prefix="/v1/billing/orders/{order_id}/change", tags=["Payments"])

Reader = Annotated[Call, reads(Scope.MEMBERSHIPS_READ)]
Allowed = Annotated[Caller, allows(Scope.MEMBERSHIPS_WRITE)]


@router.get("/plans")
def list_plans_to_change_to(order_id: UUID, call: Reader) -> PlanChoices:
    """List the plans that the subscription of an order can change to, cheapest first.

    None while it is not paid, not renewed, or of a fixed term. Errors: `order_not_found` (404).
    """
    order = views.find_order(call.session, call.tenant, order_id)
    found = plan_changes.choices(call.session, call.tenant, order)
    return PlanChoices(items=tuple(plan_changes.choice_of(each) for each in found))


@router.post("/preview")
async def preview_plan_change(
    order_id: UUID, wanted: PlanChangeRequest, transactions: InTransactions, caller: Allowed
) -> PlanChangePreview:
    """Return what a change of plan at once costs, by the provider's proration; changes nothing.

    Errors: `order_not_found`, `plan_not_found` (404); `plan_not_changeable`, `plan_archived`,
    `subscription_runs` for a plan that another subscription charges for, `currency_differs`,
    `change_planned`, `billing_not_set_up`, `payment_provider_refused` (409);
    `payment_provider_unavailable` (503).
    """
    find = _finder(caller, order_id)
    return await plan_changes.preview(transactions, caller.tenant, find, wanted.plan_id)


@router.post("")
async def change_subscription_plan(
    order_id: UUID,
    wanted: SubscriptionPlanChange,
    transactions: InTransactions,
    caller: Allowed,
    idempotency_key: IdempotencyHeader = None,
) -> OrderView:
    """Change the plan of an order's subscription, from the next period on or at once.

    From the next period on, it replaces a change that is planned, and the interval may be another
    one; a cancellation withdraws such a change for good. At once it charges, or credits, the amount
    of the preview, and nothing is changed if that payment fails. Its membership ends then, and one
    of the new plan follows.

    Errors: those of the preview; `amount_changed`, `payment_declined`, `customer_banned`,
    `customer_erased`, `company_archived`, `change_in_progress` while one of the same payer is made,
    or the first payment of one is on its way (409).
    """
    request = LongRequest.of(
        caller, idempotency_key, request_of("change plan", order_id, body=wanted), OrderView
    )
    done = await transactions.write(request.begin, caller.actor)
    if done is not None:
        return done
    find = _finder(caller, order_id)
    await plan_changes.change(transactions, caller.tenant, find, wanted, caller.actor)
    return await _finished(transactions, caller, order_id, request)


@router.post("/withdraw")
async def withdraw_plan_change(
    order_id: UUID,
    transactions: InTransactions,
    caller: Allowed,
    idempotency_key: IdempotencyHeader = None,
) -> OrderView:
    """Undo a change of plan for the next period.

    Errors: `order_not_found` (404); `no_change_planned`, `change_in_progress`,
    `billing_not_set_up`, `payment_provider_refused` (409); `payment_provider_unavailable` (503).
    """
    request = LongRequest.of(
        caller, idempotency_key, request_of("withdraw change", order_id), OrderView
    )
    done = await transactions.write(request.begin, caller.actor)
    if done is not None:
        return done
    find = _finder(caller, order_id)
    await plan_changes.withdraw(transactions, caller.tenant, find, caller.actor)
    return await _finished(transactions, caller, order_id, request)


def _finder(caller: Caller, order_id: UUID) -> plan_changes.FindOrder:
    """Return what finds the order of a request."""

    def find(session: Session) -> BillingOrder:
        return views.find_order(session, caller.tenant, order_id)

    return find


async def _finished(
    transactions: RequestTransactions,
    caller: Caller,
    order_id: UUID,
    request: LongRequest[OrderView],
) -> OrderView:
    """Return an order as it is now, and store that as the answer."""

    def finish(session: Session, _now: datetime) -> OrderView:
        order = views.find_order(session, caller.tenant, order_id)
        shown = views.order_view(session, order)
        request.finish(session, shown)
        return shown

    return await transactions.write(finish, caller.actor)
