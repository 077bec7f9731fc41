"""Routes of the events that the payment provider sent."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from membership.base.scopes import Scope
from membership.billing.inbox import views
from membership.billing.schemas import BillingEventPage, BillingEventView
from membership.web.access import Call, reads, writes
from membership.web.paging import DEFAULT_PAGE, PageCursor, PageLimit

router = APIRouter(prefix="/v1/billing", tags=["Payments"])

EventId = Annotated[str, Path(max_length=255, pattern=r"^[\x21-\x7e]+$")]


@router.get("/events")
def list_billing_events(
    call: Annotated[Call, reads(Scope.MEMBERSHIPS_READ)],
    limit: PageLimit = DEFAULT_PAGE,
    cursor: PageCursor = None,
    failed: Annotated[
        bool, Query(description="Only those that were tried and could not be processed.")
    ] = False,
) -> BillingEventPage:
    """List the provider's events of 60 days, newest first. Errors: `invalid_cursor` (422)."""
    return views.event_page(call.session, call.tenant, limit, cursor, failed=failed)


@router.post("/events/{billing_event_id}/retry")
def retry_billing_event(
    billing_event_id: EventId, call: Annotated[Call, writes(Scope.MEMBERSHIPS_WRITE)]
) -> BillingEventView:
    """Process an event again, within seconds. Errors: `event_not_found` (404)."""
    event = views.retry_event(call.session, call.tenant, billing_event_id, call.now)
    return views.event_view(event)
