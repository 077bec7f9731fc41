"""What the service told: events of an organization, and entries of its audit."""

from typing import Any

from sqlalchemy import select

from membership.store.models import AuditEntry, Event
from tests.membership.support import Service


def events(service: Service, *types: str) -> list[tuple[str, dict[str, Any]]]:
    """Type and data of the organization's events so far, in their order; of all types or some."""
    with service.database.readers.begin() as session:
        rows = session.execute(
            select(Event.type, Event.data)
            .where(Event.organization_id == service.tenant.id)
            .order_by(Event.seq)
        ).all()
    return [(row.type, row.data) for row in rows if not types or row.type in types]


def audited(service: Service, *actions: str) -> list[tuple[str, Any, Any]]:
    """Subject, before and after of the organization's audit entries of some actions."""
    with service.database.readers.begin() as session:
        rows = session.execute(
            select(AuditEntry.subject_id, AuditEntry.before, AuditEntry.after)
            .where(AuditEntry.organization_id == service.tenant.id, AuditEntry.action.in_(actions))
            .order_by(AuditEntry.at, AuditEntry.id)
        ).all()
    return [(row.subject_id, row.before, row.after) for row in rows]
