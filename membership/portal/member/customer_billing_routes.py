"""Routes of orders, invoices and subscriptions of the customer who is logged in."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query
from sqlalchemy.orm import Session

from api_client.messages.billing import CheckoutLink
from membership.billing.orders.providers import provider_of_sales
from membership.billing.orders.service import OrderRequest
from membership.billing.schemas import (
    Link,
    OwnInvoices,
    OwnOrder,
    OwnSubscription,
    OwnSubscriptions,
)
from membership.portal.login.access import CustomerCall, Visitor, customer_allows, customer_reads
from membership.portal.member import customer_billing
from membership.portal.signup.joining import Joiner
from membership.portal.signup.ordering import customer_order
from membership.portal.signup.schemas import Joining
from membership.web.paging import DEFAULT_PAGE, PageCursor, PageLimit
from membership.web.transactions import InTransactions

router = APIRouter(prefix="/v1/join/{organization}", include_in_schema=False)

Reader = Annotated[CustomerCall, customer_reads()]
Allowed = Annotated[Visitor, customer_allows()]
InvoiceId = Annotated[str, Path(max_length=255, pattern=r"^[\x21-\x7e]+$")]


def _visitor(call: CustomerCall) -> Visitor:
    """The customer who sends the request."""
    return Visitor(call.tenant, call.customer_id, call.actor, call.session_id)


@router.post("/orders", status_code=201)
async def order_plan(
    joining: Joining, transactions: InTransactions, visitor: Allowed
) -> CheckoutLink:
    """Order a plan with a price; returns the checkout page where it is paid.

    The membership is granted once the provider confirms the payment. A repeated order returns the
    same page. 409 `payment_at_desk` where there is no provider, `already_member`,
    `join_refused`, `plan_is_free`; 404 `plan_not_found`; 503 `payment_provider_unavailable`.
    """

    def choose(session: Session, now: datetime) -> OrderRequest:
        joiner = Joiner(visitor.tenant, visitor.customer_id, visitor.actor, now)
        return customer_order(session, transactions.settings.public_url, joiner, joining.plan_id)

    provider = await transactions.read(
        lambda session, _: provider_of_sales(session, visitor.tenant)
    )
    return await provider(transactions, visitor.tenant, visitor.actor).start(choose)


@router.get("/orders/{order_id}")
async def get_own_order(order_id: UUID, transactions: InTransactions, visitor: Allowed) -> OwnOrder:
    """Show an order, synchronized with the provider while it is open. 404 `order_not_found`."""
    return await customer_billing.own_order(transactions, visitor, order_id)


@router.get("/me/subscriptions")
def list_subscriptions(call: Reader) -> OwnSubscriptions:
    """List the customer's renewing memberships, and what they may do about each."""
    return customer_billing.own_subscriptions(call.session, _visitor(call), call.now)


@router.post("/me/memberships/{membership_id}/cancel")
async def cancel_membership(
    membership_id: UUID, transactions: InTransactions, visitor: Allowed
) -> OwnSubscription:
    """Cancel a membership at the end of its current billing period.

    404 `membership_not_found`, also for what a company holds; 409 `not_cancellable`;
    503 `payment_provider_unavailable`.
    """
    return await customer_billing.change_renewal(
        transactions, visitor, membership_id, cancelled=True
    )


@router.post("/me/memberships/{membership_id}/resume")
async def resume_membership(
    membership_id: UUID, transactions: InTransactions, visitor: Allowed
) -> OwnSubscription:
    """Undo a cancellation, before the membership has ended. 409 `not_resumable`."""
    return await customer_billing.change_renewal(
        transactions, visitor, membership_id, cancelled=False
    )


@router.get("/me/invoices")
def list_invoices_of_customer(
    call: Reader,
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
    language: Annotated[Literal["en", "de"], Query()] = "en",
) -> OwnInvoices:
    """List the customer's invoices, newest first. 422 `invalid_cursor`."""
    return customer_billing.own_invoices(call.session, _visitor(call), language, limit, cursor)


@router.post("/me/invoices/{invoice_id}/link")
async def link_invoice(
    invoice_id: InvoiceId, transactions: InTransactions, visitor: Allowed
) -> Link:
    """Return the URL of an invoice's page at the provider. 404 `invoice_not_found`."""
    return Link(url=await customer_billing.invoice_link(transactions, visitor, invoice_id))


@router.post("/me/portal")
async def open_portal(transactions: InTransactions, visitor: Allowed) -> Link:
    """Return the URL where the customer changes the payment method. 409 `nothing_billed`."""
    return Link(url=await customer_billing.portal_link(transactions, visitor))
