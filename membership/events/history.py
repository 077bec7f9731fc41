"""The list of events, for receivers that missed deliveries or have no webhook."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from membership.base.instants import respelled
from membership.events.outbox import watermark
from membership.events.types import EventType
from membership.events.webhooks.schemas import EventPage, EventView
from membership.store.models import Event
from membership.web.access import Call
from membership.web.errors import NotFound
from membership.web.paging import decode_cursor, encode_cursor


def list_events(
    call: Call,
    limit: int,
    cursor: str | None,
    *,
    types: Collection[EventType] = (),
    after: UUID | None = None,
) -> EventPage:
    """List events, oldest first, from a cursor on or after an event.

    Raises NotFound for an ``after`` that is not stored (anymore); Invalid for a bad cursor.
    """
    position = _position(call, cursor, after)
    bound = watermark(call.session.connection())
    wanted = select(Event).where(Event.organization_id == call.tenant.id, Event.seq > position)
    if bound is not None:
        wanted = wanted.where(Event.seq < bound)
    if types:
        wanted = wanted.where(Event.type.in_([each.value for each in types]))
    rows = call.session.scalars(wanted.order_by(Event.seq).limit(limit + 1)).all()
    page = rows[:limit]
    resume = encode_cursor(page[-1].seq if page else position)
    return EventPage(
        items=tuple(_view(row) for row in page),
        next_cursor=resume if len(rows) > limit else None,
        resume_cursor=resume,
    )


def _position(call: Call, cursor: str | None, after: UUID | None) -> int:
    """The event number after which the page begins. Raises NotFound, Invalid."""
    if cursor is not None:
        return int(decode_cursor(cursor, int)[0])
    if after is None:
        return 0
    found = call.session.scalar(
        select(Event.seq).where(Event.organization_id == call.tenant.id, Event.id == after)
    )
    if found is None:
        detail = "There is no such event, or it is no longer kept; begin without `after`."
        raise NotFound("event_not_found", detail)
    return found


def _view(row: Event) -> EventView:
    """Show an event."""
    return EventView(
        id=row.id,
        type=EventType(row.type),
        timestamp=row.occurred_at,
        data=respelled(row.data),
    )
