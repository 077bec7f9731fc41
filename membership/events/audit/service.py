"""Lists entries of the audit. ``events.audit.recorder`` writes them; they never change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, tuple_

from api_client.messages.audit import EntryPage, EntryView
from api_client.messages.management import ActorView
from membership.base.instants import respelled
from membership.store.models import AuditEntry
from membership.web.access import Call
from membership.web.paging import bad_cursor, decode_cursor, encode_cursor, instant_of

_RECENT = (AuditEntry.at, AuditEntry.id)


@dataclass(frozen=True)
class EntryFilter:
    """Filters of entries; those that are None do not apply. Half-open: since <= at < until."""

    subject_id: str | None = None
    actor_id: UUID | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The SQL conditions of the filters."""
        met: list[ColumnElement[bool]] = []
        if self.subject_id is not None:
            met.append(AuditEntry.subject_id == self.subject_id)
        if self.actor_id is not None:
            met.append(AuditEntry.actor_id == self.actor_id)
        if self.action is not None:
            met.append(AuditEntry.action == self.action)
        if self.since is not None:
            met.append(AuditEntry.at >= self.since)
        if self.until is not None:
            met.append(AuditEntry.at < self.until)
        return met


def list_entries(call: Call, filters: EntryFilter, limit: int, cursor: str | None) -> EntryPage:
    """A page of the organization's entries, newest first. Raises Invalid for a bad cursor."""
    return page_of(newest(call, filters.conditions(), limit + 1, cursor), limit)


def newest(
    call: Call, conditions: Iterable[ColumnElement[bool]], most: int, cursor: str | None
) -> Sequence[AuditEntry]:
    """At most ``most`` entries that meet ``conditions``, newest first, from a cursor on.

    Raises Invalid for a bad cursor.
    """
    query = (
        select(AuditEntry)
        .where(AuditEntry.organization_id == call.tenant.id, *conditions)
        .order_by(*(column.desc() for column in _RECENT))
        .limit(most)
    )
    if cursor is not None:
        at, last = decode_cursor(cursor, str, str)
        query = query.where(tuple_(*_RECENT) < (instant_of(at), _uuid_of(last)))
    return call.session.scalars(query).all()


def page_of(rows: Sequence[AuditEntry], limit: int) -> EntryPage:
    """The page of the first ``limit`` of ``rows``, with a cursor if there are more."""
    page = rows[:limit]
    next_cursor = None
    if len(rows) > limit:
        next_cursor = encode_cursor(page[-1].at.isoformat(), str(page[-1].id))
    return EntryPage(items=tuple(_view(row) for row in page), next_cursor=next_cursor)


def _uuid_of(part: str | int) -> UUID:
    """The UUID in a cursor. Raises Invalid."""
    try:
        return UUID(str(part))
    except ValueError:
        raise bad_cursor() from None


def _view(row: AuditEntry) -> EntryView:
    """Show an entry."""
    return EntryView(
        id=row.id,
        at=row.at,
        actor=ActorView(kind=row.actor_kind, id=row.actor_id, name=row.actor_name),
        action=row.action,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        before=respelled(row.before),
        after=respelled(row.after),
        request_id=row.request_id,
    )
