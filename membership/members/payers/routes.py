"""The route of a customer as a payer: what a ban, a merge and an erasure ask about."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from api_client.messages.people import PayerSubscription, PayerView
from membership.base.scopes import Scope
from membership.members.customers.service import get_customer
from membership.members.payers.subscriptions import (
    charges_again,
    open_pages,
    provider_ids,
    subscribed_orders,
)
from membership.store.models import BillingOrder
from membership.web.access import Call, reads

router = APIRouter(prefix="/v1/customers", tags=["Payments"])


@router.get("/{customer_id}/payer")
def show_payer(
    customer_id: UUID, call: Annotated[Call, reads(Scope.MEMBERSHIPS_READ)]
) -> PayerView:
    """Return what charges a customer, and by which ids the payment provider knows them.

    Look here before a ban, a merge or an erasure: they ask what becomes of it.

    Errors: `customer_not_found` (404).
    """
    session, here = call.session, call.tenant.id
    customer = get_customer(session, call.tenant, customer_id)
    orders = subscribed_orders(session, here, [customer.id])
    return PayerView(
        customer_id=customer.id,
        provider_ids=provider_ids(session, here, BillingOrder.customer_id == customer.id),
        subscriptions=tuple(_subscription(each) for each in orders),
        open_pages=len(open_pages(session, here, [customer.id])),
    )


def _subscription(order: BillingOrder) -> PayerSubscription:
    """Return a subscription as the API shows it."""
    if order.subscription_status is None:
        raise RuntimeError("an order with a subscription has no status of it")
    return PayerSubscription(
        order_id=order.id,
        membership_id=order.membership_id,
        plan=order.plan_name,
        amount_minor=order.price_minor,
        currency=order.currency,
        status=order.subscription_status,
        paid_until=order.paid_until,
        cancels_at=order.cancels_at,
        charges_again=charges_again(order),
    )
