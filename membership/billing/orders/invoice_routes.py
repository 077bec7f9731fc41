"""Routes of the invoices of the payment provider."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from api_client.messages.billing import InvoicePage, InvoiceView
from membership.base.scopes import Scope
from membership.billing.orders import refunds, views
from membership.billing.schemas import RefundDecision
from membership.store.models import BillingInvoice, BillingOrder
from membership.web.access import Call, reads, writes
from membership.web.paging import DEFAULT_PAGE, PageCursor, PageLimit

router = APIRouter(prefix="/v1/billing", tags=["Payments"])

InvoiceId = Annotated[
    str,
    Path(
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="The provider's id of the invoice, as in the list.",
        examples=["in_1PXy2cLkdIwHu7ixJkQ7mBd3"],
    ),
]


@router.get("/invoices")
def list_invoices(
    call: Annotated[Call, reads(Scope.MEMBERSHIPS_READ)],
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
    membership_id: Annotated[UUID | None, Query(description="Only those of a membership.")] = None,
    flagged: Annotated[bool, Query(description="Only those with a refund or a dispute.")] = False,
) -> InvoicePage:
    """List the provider's invoices, newest first, with refunds and disputes.

    A refund or a dispute does not change the membership: that is for staff to decide. Invoices that
    were refunded as a whole ask it (`asks_end`).

    Errors: `invalid_cursor` (422).
    """
    query = views.invoices_of(call.tenant)
    if membership_id is not None:
        query = query.where(BillingOrder.membership_id == membership_id)
    if flagged:
        query = query.where((BillingInvoice.refunded_minor > 0) | BillingInvoice.disputed)
    return views.invoice_page(call.session, query, limit, cursor)


@router.post("/invoices/{invoice_id}/refund-answer")
def answer_refund(
    invoice_id: InvoiceId,
    decision: RefundDecision,
    call: Annotated[Call, writes(Scope.MEMBERSHIPS_WRITE)],
) -> InvoiceView:
    """Say whether the membership of an invoice that was refunded as a whole ends.

    A membership that a subscription pays for ends within seconds, when the provider has ended the
    subscription; any other at once. The same answer again changes nothing.

    Errors: `invoice_not_found` (404); `not_refunded`, `refund_answered` (409).
    """
    answered = refunds.answer_refund(
        call.session, call.tenant, invoice_id, decision.membership, call.now
    )
    return views.invoice_view(call.session, *answered)
