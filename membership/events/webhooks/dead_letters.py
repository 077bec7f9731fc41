"""Deliveries of a webhook: listed by state, and dead ones replayed."""

from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, Select, literal_column, select, update

from membership.events.audit.recorder import record
from membership.events.types import EventType
from membership.events.webhooks.endpoints import get_endpoint
from membership.events.webhooks.schemas import DeliveryPage, DeliveryView, Replayed
from membership.store.database import AnyRow
from membership.store.models import DeliveryState, Event, WebhookDelivery, WebhookEndpoint
from membership.web.access import Call
from membership.web.errors import Conflict, NotFound
from membership.web.paging import decode_cursor, encode_cursor

_SHOWN = (
    WebhookDelivery.event_seq,
    WebhookDelivery.state,
    WebhookDelivery.attempts,
    WebhookDelivery.last_attempt_at,
    WebhookDelivery.last_status,
    WebhookDelivery.last_error,
    WebhookDelivery.delivered_at,
    WebhookDelivery.dead_at,
    Event.id,
    Event.type,
    Event.created_at,
)


def list_deliveries(
    call: Call, webhook_id: UUID, state: DeliveryState | None, limit: int, cursor: str | None
) -> DeliveryPage:
    """List a webhook's deliveries, newest event first. Raises NotFound; Invalid for a cursor."""
    get_endpoint(call, webhook_id)
    wanted = _deliveries(call, webhook_id)
    if state is not None:
        # As text, so that the partial indexes of pending and of dead ones are used.
        wanted = wanted.where(WebhookDelivery.state == literal_column(f"'{state.value}'"))
    if cursor is not None:
        (before,) = decode_cursor(cursor, int)
        wanted = wanted.where(WebhookDelivery.event_seq < before)
    newest_first = wanted.order_by(WebhookDelivery.event_seq.desc()).limit(limit + 1)
    rows = call.session.execute(newest_first).all()
    page = rows[:limit]
    return DeliveryPage(
        items=tuple(_view(row) for row in page),
        next_cursor=encode_cursor(page[-1].event_seq) if len(rows) > limit else None,
    )


def replay_one(call: Call, webhook_id: UUID, event_id: UUID) -> DeliveryView:
    """Replay a dead delivery.

    Raises NotFound; Conflict if it is not dead, or the webhook is disabled.
    """
    endpoint = get_endpoint(call, webhook_id, lock=True)
    wanted = _deliveries(call, webhook_id).where(Event.id == event_id)
    found = call.session.execute(wanted).first()
    if found is None:
        raise NotFound("delivery_not_found", "This webhook has no delivery of such an event.")
    _require_enabled(endpoint)
    if _revive(call, endpoint, WebhookDelivery.event_seq == found.event_seq) == 0:
        raise Conflict("delivery_not_dead", "Only a delivery that was given up can be replayed.")
    return _view(call.session.execute(wanted).one())


def replay_all(call: Call, webhook_id: UUID) -> Replayed:
    """Replay all dead deliveries, in the order of their events.

    Raises NotFound; Conflict if the webhook is disabled.
    """
    endpoint = get_endpoint(call, webhook_id, lock=True)
    _require_enabled(endpoint)
    return Replayed(deliveries=_revive(call, endpoint))


def _require_enabled(endpoint: WebhookEndpoint) -> None:
    """Raise Conflict for a disabled webhook."""
    if endpoint.disabled_at is not None:
        raise Conflict("webhook_disabled", "Nothing is sent to this webhook; enable it first.")


def _revive(call: Call, endpoint: WebhookEndpoint, *which: Any) -> int:
    """Make dead deliveries pending, with all their attempts anew; returns how many."""
    done: CursorResult[Any] = call.session.connection().execute(
        update(WebhookDelivery)
        .where(
            WebhookDelivery.organization_id == endpoint.organization_id,
            WebhookDelivery.endpoint_id == endpoint.id,
            WebhookDelivery.state == literal_column("'dead'"),
            *which,
        )
        .values(state=DeliveryState.PENDING, attempts=0, dead_at=None)
    )
    if done.rowcount:
        endpoint.next_attempt_at = None
        after = {"deliveries": done.rowcount}
        record(call.session, call.tenant.id, "webhook.replayed", endpoint.id, after=after)
    return done.rowcount


def _deliveries(call: Call, webhook_id: UUID) -> Select[*tuple[Any, ...]]:
    """The query for a webhook's deliveries, with the shown columns of their events."""
    return (
        select(*_SHOWN)
        .join(Event, Event.seq == WebhookDelivery.event_seq)
        .where(
            WebhookDelivery.organization_id == call.tenant.id,
            WebhookDelivery.endpoint_id == webhook_id,
        )
    )


def _view(row: AnyRow) -> DeliveryView:
    """Show a delivery."""
    return DeliveryView(
        event_id=row.id,
        type=EventType(row.type),
        state=row.state,
        attempts=row.attempts,
        last_attempt_at=row.last_attempt_at,
        last_status=row.last_status,
        last_error=row.last_error,
        delivered_at=row.delivered_at,
        dead_at=row.dead_at,
        created_at=row.created_at,
    )
