"""Routes of what the payment provider invoiced, and of what it told."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from api_client.messages.billing import InvoicePage
from membership.base.scopes import Scope
from membership.billing.orders import views
from membership.billing.schemas import BillingEventPage, BillingEventView
from membership.store.models import BillingInvoice, BillingOrder
from membership.web.access import Call, reads, writes
from membership.web.paging import DEFAULT_PAGE, PageCursor, PageLimit

router = APIRouter(prefix="/v1/billing", tags=["Payments"])

EventId = Annotated[str, Path(max_length=255, pattern=r"^[\x21-\x7e]+$")]


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


@router.get("/events")
def list_billing_events(
    call: Annotated[Call, reads(Scope.MEMBERSHIPS_READ)],
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
    failed: Annotated[
        bool, Query(description="Only those that were tried and could not be worked off.")
    ] = False,
) -> BillingEventPage:
    """List what the provider told, newest first, for 60 days. Errors: `invalid_cursor` (422)."""
    return views.event_page(call.session, call.tenant, limit, cursor, failed=failed)


@router.post("/events/{billing_event_id}/retry")
def retry_billing_event(
    billing_event_id: EventId, call: Annotated[Call, writes(Scope.MEMBERSHIPS_WRITE)]
) -> BillingEventView:
    """Have an event worked off anew, within seconds. Errors: `event_not_found` (404)."""
    event = views.retry_event(call.session, call.tenant, billing_event_id, call.now)
    return views.event_view(event)
