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
    flagged: Annotated[
        bool, Query(description="Only what was paid back, or is contested by a bank.")
    ] = False,
) -> InvoicePage:
    """List what the provider invoiced, newest first, with what was paid back of it.

    A refund or a dispute takes nothing away from the membership: that is for staff to decide.
    Errors: `invalid_cursor` (422).
    """
    wanted = views.invoices_of(call.tenant)
    if membership_id is not None:
        wanted = wanted.where(BillingOrder.membership_id == membership_id)
    if flagged:
        wanted = wanted.where((BillingInvoice.refunded_minor > 0) | BillingInvoice.disputed)
    return views.invoice_page(call.session, wanted, limit, cursor)
