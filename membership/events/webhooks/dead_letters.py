"""Deliveries of a webhook: listed by state, replayed, and skipped."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, literal_column, select, update
from sqlalchemy.orm import aliased

from membership.events.audit.recorder import record
from membership.events.types import EventType
from membership.events.webhooks.endpoints import get_endpoint
from membership.events.webhooks.line import SET_ASIDE, leave_line, of_endpoint
from membership.events.webhooks.schemas import DeliveryPage, DeliveryView, Replayed
from membership.store.database import AnyRow
from membership.store.models import DeliveryState, Event, WebhookDelivery, WebhookEndpoint
from membership.web.access import Call
from membership.web.errors import Conflict, NotFound
from membership.web.paging import decode_cursor, encode_cursor

_ahead = aliased(Event)
_SHOWN = (
    WebhookDelivery.event_seq,
    WebhookDelivery.state,
    WebhookDelivery.attempts,
    WebhookDelivery.last_attempt_at,
    WebhookDelivery.last_status,
    WebhookDelivery.last_error,
    WebhookDelivery.delivered_at,
    WebhookDelivery.dead_at,
    WebhookDelivery.set_aside_at,
    WebhookDelivery.retry_at,
    Event.id,
    Event.type,
    Event.created_at,
    _ahead.id.label("ahead_id"),
)


def list_deliveries(
    call: Call,
    webhook_id: UUID,
    limit: int,
    cursor: str | None,
    *,
    state: DeliveryState | None = None,
    set_aside: bool = False,
) -> DeliveryPage:
    """List a webhook's deliveries, newest event first, all or those that are ``set_aside``.

    Raises NotFound; Invalid for a cursor.
    """
    get_endpoint(call, webhook_id)
    wanted = _deliveries(call, webhook_id)
    if state is not None:
        # As text, so that the partial indexes of pending and of dead ones are used.
        wanted = wanted.where(WebhookDelivery.state == literal_column(f"'{state.value}'"))
    if set_aside:
        wanted = wanted.where(SET_ASIDE)
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
    """Send a delivery again that is dead or set aside.

    Raises NotFound; Conflict if it is neither, waits behind another, or the webhook is disabled.
    """
    endpoint = get_endpoint(call, webhook_id, lock=True)
    delivery = _delivery(call, endpoint, event_id)
    _require_enabled(endpoint)
    if delivery.behind_seq is not None:
        detail = "It is sent after another of its subject (`waits_for`): replay or skip that one."
        raise Conflict("delivery_waits", detail)
    if _revive(call, endpoint, WebhookDelivery.event_seq == delivery.event_seq) == 0:
        detail = "Only a delivery that was given up or set aside can be replayed."
        raise Conflict("delivery_not_dead", detail)
    return _view_of(call, webhook_id, event_id)


def replay_all(call: Call, webhook_id: UUID) -> Replayed:
    """Send all dead deliveries and those set aside again, in the order of their events.

    Raises NotFound; Conflict if the webhook is disabled.
    """
    endpoint = get_endpoint(call, webhook_id, lock=True)
    _require_enabled(endpoint)
    return Replayed(deliveries=_revive(call, endpoint))


def skip(call: Call, webhook_id: UUID, event_id: UUID) -> DeliveryView:
    """Give up a pending delivery; what waits behind it goes on at once.

    Raises NotFound; Conflict if it is not pending.
    """
    endpoint = get_endpoint(call, webhook_id, lock=True)
    delivery = _delivery(call, endpoint, event_id)
    if delivery.state is not DeliveryState.PENDING:
        raise Conflict("delivery_not_pending", "Only a delivery that is pending can be skipped.")
    delivery.state, delivery.dead_at = DeliveryState.DEAD, call.now
    leave_line(call.session, delivery)
    endpoint.next_attempt_at = None
    after = {"event_id": str(event_id)}
    record(call.session, call.tenant.id, "webhook.skipped", endpoint.id, after=after)
    return _view_of(call, webhook_id, event_id)


def _delivery(call: Call, endpoint: WebhookEndpoint, event_id: UUID) -> WebhookDelivery:
    """Load the delivery of an event. Raises NotFound."""
    found = call.session.scalar(
        select(WebhookDelivery)
        .join(Event, Event.seq == WebhookDelivery.event_seq)
        .where(
            WebhookDelivery.organization_id == call.tenant.id,
            WebhookDelivery.endpoint_id == endpoint.id,
            Event.id == event_id,
        )
    )
    if found is None:
        raise NotFound("delivery_not_found", "This webhook has no delivery of such an event.")
    return found


def _view_of(call: Call, webhook_id: UUID, event_id: UUID) -> DeliveryView:
    """Show the delivery of an event as it is now."""
    return _view(
        call.session.execute(_deliveries(call, webhook_id).where(Event.id == event_id)).one()
    )


def _require_enabled(endpoint: WebhookEndpoint) -> None:
    """Raise Conflict for a disabled webhook."""
    if endpoint.disabled_at is not None:
        raise Conflict("webhook_disabled", "Nothing is sent to this webhook; enable it first.")


def _revive(call: Call, endpoint: WebhookEndpoint, *which: Any) -> int:
    """Send dead deliveries and those set aside again, with all their attempts anew.

    Dead ones go back in line; those set aside stay there, and are due now. Returns how many.
    """
    here = and_(of_endpoint(endpoint.organization_id, endpoint.id), *which)
    connection = call.session.connection()
    refused = and_(SET_ASIDE, WebhookDelivery.behind_seq.is_(None))
    dead = WebhookDelivery.state == literal_column("'dead'")
    done = sum(
        connection.execute(update(WebhookDelivery).where(here, those).values(values)).rowcount
        for those, values in (
            (refused, {"retry_at": call.now, "attempts": 0}),
            (dead, {"state": DeliveryState.PENDING, "attempts": 0, "dead_at": None}),
        )
    )
    if done:
        endpoint.next_attempt_at = None
        record(
            call.session,
            call.tenant.id,
            "webhook.replayed",
            endpoint.id,
            after={"deliveries": done},
        )
    return done


def _deliveries(call: Call, webhook_id: UUID) -> Select[*tuple[Any, ...]]:
    """The query for a webhook's deliveries, with the shown columns of their events."""
    return (
        select(*_SHOWN)
        .join(Event, Event.seq == WebhookDelivery.event_seq)
        .outerjoin(_ahead, _ahead.seq == WebhookDelivery.behind_seq)
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
        set_aside_at=row.set_aside_at,
        next_attempt_at=row.retry_at,
        waits_for=row.ahead_id,
        created_at=row.created_at,
    )
