"""Records the audit: every change by a writing session, in the same transaction.

It listens to the sessions themselves, so that no route can omit it. Statements that bypass the
session's objects (bulk updates) are recorded by their callers with ``record``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID, uuid4
from weakref import WeakSet

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session, sessionmaker

from membership.base.actors import ATTRIBUTION, Attribution
from membership.store.base_model import Base
from membership.store.models import (
    ApiKey,
    AuditEntry,
    Card,
    CardDesign,
    Company,
    CompanyLink,
    Customer,
    Membership,
    Organization,
    Payment,
    Plan,
    StaffAccount,
    WebhookEndpoint,
)

_OMITTED = frozenset({"organization_id", "id", "created_at"})
_SUBJECTS: dict[type[Base], tuple[str, frozenset[str]]] = {
    ApiKey: ("key", frozenset({"digest"})),
    Card: ("card", frozenset({"code"})),
    CardDesign: ("card_design", frozenset({"changed_at"})),
    Company: ("company", frozenset({"search_text"})),
    CompanyLink: ("link", frozenset()),
    Customer: ("customer", frozenset({"search_text", "sort_name", "email_key", "email_domain"})),
    Membership: ("membership", frozenset({"expiry_due_at", "former_periods", "last_change"})),
    Organization: ("organization", frozenset({"next_customer_number"})),
    Payment: ("payment", frozenset({"actor_kind", "actor_id", "actor_name"})),
    Plan: ("plan", frozenset()),
    StaffAccount: ("staff", frozenset({"password_hash", "email_key", "last_login_at"})),
    WebhookEndpoint: (
        "webhook",
        frozenset(
            {
                "secret",
                "former_secret",
                "next_attempt_at",
                "lease_id",
                "leased_until",
                "failing_since",
            }
        ),
    ),
}
"""The audited tables, each with its name in the audit and the columns that are left out."""

_AUDITED: WeakSet[type[Session]] = WeakSet()


def audit_changes(sessions: sessionmaker[Session]) -> None:
    """Let every session made by ``sessions`` record what it changes."""
    # ``event.contains`` of SQLAlchemy compares memory addresses, which are reused.
    if sessions.class_ not in _AUDITED:
        event.listen(sessions, "before_flush", _before_flush)
        event.listen(sessions, "after_flush", _after_flush)
        _AUDITED.add(sessions.class_)


def record(
    session: Session,
    organization_id: int,
    action: str,
    subject_id: object,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    entry_id: UUID | None = None,
) -> None:
    """Record one change that the session does not see by itself.

    ``action`` is ``<subject>.<what was done>``, such as ``link.deleted``; ``entry_id`` is the id of
    the entry, a new one by default. Raises RuntimeError in a session without an attribution: every
    audited change has an actor. Records nothing in a session that is not audited.
    """
    cause = session.info.get(ATTRIBUTION)
    if not isinstance(cause, Attribution):
        raise RuntimeError(f"{action} without an actor: open the transaction by Database.writing")
    if not cause.audited:
        return
    session.add(
        AuditEntry(
            organization_id=organization_id,
            id=entry_id or uuid4(),
            at=cause.now,
            actor_kind=cause.actor.kind,
            actor_id=cause.actor.id,
            actor_name=cause.actor.name,
            request_id=cause.request_id,
            action=action,
            subject_kind=action.partition(".")[0],
            subject_id=str(subject_id),
            before=before,
            after=after,
        )
    )


def plain(value: Any) -> Any:
    """A column's value as a JSON value."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return value


@dataclass(frozen=True, slots=True)
class _Change:
    """A row that is about to be written: what is done to it, and its columns before and after."""

    row: Any
    what: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def _before_flush(session: Session, _context: Any, _instances: Any) -> None:
    """Record each audited object that is about to be written."""
    for change in list(_changes(session)):
        _record_change(session, change)


def _after_flush(session: Session, _context: Any) -> None:
    """Record new organizations: the database has given them the ids that entries refer to."""
    for row in session.new:
        if isinstance(row, Organization):
            _record_change(session, _creation(row))


def _record_change(session: Session, change: _Change) -> None:
    """Add the entry of one change."""
    row = change.row
    organization_id = row.id if isinstance(row, Organization) else row.organization_id
    action = f"{_SUBJECTS[type(row)][0]}.{change.what}"
    record(session, organization_id, action, row.id, before=change.before, after=change.after)


def _creation(row: Any) -> _Change:
    """The change that makes a row: the columns that have a value."""
    after = {name: now for name, (_, now) in _differences(row).items() if now is not None}
    return _Change(row, "created", None, after)


def _changes(session: Session) -> Iterator[_Change]:
    """What is new, changed and deleted; without new organizations, which have no id yet."""
    for row in session.new:
        if type(row) in _SUBJECTS and not isinstance(row, Organization):
            yield _creation(row)
    for row in session.dirty:
        if type(row) in _SUBJECTS and (differ := _differences(row)):
            before = {name: old for name, (old, _) in differ.items()}
            yield _Change(row, "changed", before, {name: differ[name][1] for name in differ})
    for row in session.deleted:
        if type(row) in _SUBJECTS:
            kept = {name: plain(getattr(row, name)) for name in _audited_columns(row)}
            yield _Change(row, "deleted", kept, None)


def _audited_columns(row: Any) -> list[str]:
    """Names of the columns of a row that are audited."""
    left_out = _SUBJECTS[type(row)][1] | _OMITTED
    return [column.key for column in inspect(row).mapper.columns if column.key not in left_out]


def _differences(row: Any) -> dict[str, tuple[Any, Any]]:
    """Columns whose value changes, with the old value and the new one."""
    differ = {}
    state = inspect(row)
    for name in _audited_columns(row):
        history = state.attrs[name].history
        if not history.has_changes():
            continue
        old = plain(history.deleted[0]) if history.deleted else None
        new = plain(history.added[0]) if history.added else None
        if old != new:
            differ[name] = (old, new)
    return differ
