"""Provider events, as the API shows and lists them."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from membership.billing.schemas import BillingEventPage, BillingEventView
from membership.events.audit.recorder import record
from membership.store.models import BillingEvent
from membership.web.access import Tenant
from membership.web.errors import NotFound
from membership.web.paging import newest_first


def event_view(event: BillingEvent) -> BillingEventView:
    """Return an event as the API shows it."""
    return BillingEventView(
        id=event.id,
        type=event.type,
        occurred_at=event.occurred_at,
        received_at=event.received_at,
        tries=event.tries,
        done=event.done_at is not None,
        due_at=event.due_at,
        error=event.error,
    )


def event_page(
    session: Session, tenant: Tenant, limit: int, cursor: str | None, *, failed: bool
) -> BillingEventPage:
    """Return a page of events, newest first; with ``failed``, only those that failed so far.

    Raises Invalid for a bad cursor.
    """
    query = select(BillingEvent).where(BillingEvent.organization_id == tenant.id)
    if failed:
        query = query.where(BillingEvent.done_at.is_(None), BillingEvent.tries > 0)
    order = (BillingEvent.received_at, BillingEvent.id)
    rows, following = newest_first(session, query, order, limit, cursor)
    return BillingEventPage(items=tuple(event_view(row) for (row,) in rows), next_cursor=following)


def retry_event(session: Session, tenant: Tenant, event_id: str, now: datetime) -> BillingEvent:
    """Queue an event again, with as many tries as a new one. Raises NotFound."""
    event = session.get(BillingEvent, (tenant.id, event_id))
    if event is None:
        raise NotFound("event_not_found", "There is no such event.")
    event.tries, event.due_at, event.done_at = 0, now, None
    session.flush()
    record(session, tenant.id, "billing.event_retried", event_id)
    return event
