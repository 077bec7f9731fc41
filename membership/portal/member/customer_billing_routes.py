"""Routes by which a logged-in customer orders, pays, cancels and resumes."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query
from sqlalchemy.orm import Session

from api_client.messages.billing import CheckoutLink
from membership.billing.orders.providers import provider_of_sales
from membership.billing.orders.service import OrderRequest
from membership.portal.login.access import (
    CustomerCall,
    LoggedInCustomer,
    customer_reads,
    logged_in_customer,
)
from membership.portal.member import customer_billing
from membership.portal.member.billing_schemas import (
    CustomerInvoices,
    CustomerOrder,
    CustomerSubscription,
    CustomerSubscriptions,
    ProviderLink,
)
from membership.portal.signup.joining import Joiner
from membership.portal.signup.ordering import customer_order
from membership.portal.signup.schemas import JoinRequest
from membership.web.paging import DEFAULT_PAGE, PageCursor, PageLimit
from membership.web.transactions import InTransactions

router = APIRouter(prefix="/v1/join/{organization}", include_in_schema=False)

Reader = Annotated[CustomerCall, customer_reads()]
Allowed = Annotated[LoggedInCustomer, logged_in_customer()]
InvoiceId = Annotated[str, Path(max_length=255, pattern=r"^[\x21-\x7e]+$")]


def _customer_of(call: CustomerCall) -> LoggedInCustomer:
    """Return the customer of a call."""
    return LoggedInCustomer(call.tenant, call.customer_id, call.actor, call.session_id)


@router.post("/orders", status_code=201)
async def order_plan(
    wanted: JoinRequest, transactions: InTransactions, customer: Allowed
) -> CheckoutLink:
    """Order a plan with a price; returns the page where it is paid.

    The membership starts when the provider reports the payment. A repeated request returns the
    same page. 409 `payment_at_desk` without a provider, `already_member`, `join_refused`,
    `plan_is_free`, `payment_provider_refused`, `plan_archived_at_provider`; 404 `plan_not_found`;
    503 `payment_provider_unavailable`.
    """

    def choose(session: Session, now: datetime) -> OrderRequest:
        joiner = Joiner(customer.tenant, customer.customer_id, customer.actor, now)
        public_url = transactions.settings.public_url
        return customer_order(session, public_url, joiner, wanted.plan_id, again=wanted.again)

    provider = await transactions.read(
        lambda session, _: provider_of_sales(session, customer.tenant)
    )
    return await provider(transactions, customer.tenant, customer.actor).start(choose)


@router.get("/orders/{order_id}")
async def get_order_status(
    order_id: UUID, transactions: InTransactions, customer: Allowed
) -> CustomerOrder:
    """Return the state of an order, from the provider while it is open. 404 `order_not_found`."""
    return await customer_billing.order_status(transactions, customer, order_id)


@router.get("/me/subscriptions")
def list_subscriptions(call: Reader) -> CustomerSubscriptions:
    """List the memberships that renew, and whether each can be cancelled or resumed."""
    return customer_billing.customer_subscriptions(call.session, _customer_of(call), call.now)


@router.post("/me/memberships/{membership_id}/cancel")
async def cancel_membership(
    membership_id: UUID, transactions: InTransactions, customer: Allowed
) -> CustomerSubscription:
    """Cancel a membership at the end of its period.

    404 `membership_not_found`, also for a company's membership; 409 `not_cancellable`;
    503 `payment_provider_unavailable`.
    """
    return await customer_billing.change_renewal(
        transactions, customer, membership_id, cancelled=True
    )


@router.post("/me/memberships/{membership_id}/resume")
async def resume_membership(
    membership_id: UUID, transactions: InTransactions, customer: Allowed
) -> CustomerSubscription:
    """Resume a cancelled membership before its end. 409 `not_resumable`."""
    return await customer_billing.change_renewal(
        transactions, customer, membership_id, cancelled=False
    )


@router.get("/me/invoices")
def list_invoices_of_customer(
    call: Reader,
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
    language: Annotated[Literal["en", "de"], Query()] = "en",
) -> CustomerInvoices:
    """List the customer's invoices, newest first. 422 `invalid_cursor`."""
    return customer_billing.customer_invoices(
        call.session, _customer_of(call), language, limit, cursor
    )


@router.post("/me/invoices/{invoice_id}/link")
async def link_invoice(
    invoice_id: InvoiceId, transactions: InTransactions, customer: Allowed
) -> ProviderLink:
    """Return where an invoice can be read, paid and downloaded. 404 `invoice_not_found`."""
    return ProviderLink(url=await customer_billing.invoice_link(transactions, customer, invoice_id))


@router.post("/me/portal")
async def open_portal(transactions: InTransactions, customer: Allowed) -> ProviderLink:
    """Return where the customer changes the payment method. 409 `nothing_billed`."""
    return ProviderLink(url=await customer_billing.portal_link(transactions, customer))
