"""Routes of the invoices of the payment provider."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api_client.messages.billing import InvoicePage
from membership.base.scopes import Scope
from membership.billing.orders import views
from membership.store.models import BillingInvoice, BillingOrder
from membership.web.access import Call, reads
from membership.web.paging import DEFAULT_PAGE, PageCursor, PageLimit

router = APIRouter(prefix="/v1/billing", tags=["Payments"])


@router.get("/invoices")
def list_invoices(
    call: Annotated[Call, reads(Scope.MEMBERSHIPS_READ)],
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
    membership_id: Annotated[UUID | None, Query(description="Only those of a membership.")] = None,
    flagged: Annotated[bool, Query(description="Only those with a refund or a dispute.")] = False,
) -> InvoicePage:
    """List the provider's invoices, newest first, with refunds and disputes.

    A refund or a dispute does not change the membership: that is for staff to decide.
    Errors: `invalid_cursor` (422).
    """
    query = views.invoices_of(call.tenant)
    if membership_id is not None:
        query = query.where(BillingOrder.membership_id == membership_id)
    if flagged:
        query = query.where((BillingInvoice.refunded_minor > 0) | BillingInvoice.disputed)
    return views.invoice_page(call.session, query, limit, cursor)
