"""Emits one ``membership.expired`` event for each end that a membership reached.

It decides nothing: a membership is over at its end with or without it. Every change of an end
stores it in ``expiry_due_at``; the sweeper emits the events that are due, in the order of the
ends, also after a long downtime. The event id is derived from membership and end, so an end is
announced once, even if the clock is set back or a run is repeated.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid5

from sqlalchemy import bindparam, select, tuple_, update
from sqlalchemy.orm import Session

from membership.base.actors import SERVICE
from membership.events.outbox import emit
from membership.events.types import EventType
from membership.members.memberships.entitlements import term_of
from membership.members.memberships.records import sold_data
from membership.rules.status import Term
from membership.store import advisory_lock
from membership.store.advisory_lock import Lock
from membership.store.apart import work_apart
from membership.store.background import Job, Work
from membership.store.database import AnyRow
from membership.store.models import Membership

NAME = "expiry-sweeper"
BATCH = 200
"""Ends that are announced in one transaction."""

_ANNOUNCEMENTS = UUID("6f1de3a4-3b0c-4d53-9a0e-5d1e7a0f2c77")
_CLEAR = (
    update(Membership)
    .where(
        Membership.organization_id == bindparam("of_organization"),
        Membership.id == bindparam("of_membership"),
    )
    .values(expiry_due_at=bindparam("due"))
)


def sweep(work: Work) -> bool:
    """Emit the events of a batch of due ends; return whether there may be more.

    Does nothing while another process runs it.
    """
    now = work.clock()
    due = Membership.expiry_due_at <= now
    with work.database.readers.begin() as session:
        # Looked at without the write lock: mostly there is nothing to do.
        if session.execute(select(Membership.id).where(due).limit(1)).first() is None:
            return False
    with work.database.writing(SERVICE, now) as (session, _):
        connection = session.connection()
        if not advisory_lock.try_hold(connection, Lock.EXPIRY_SWEEPER):
            return False
        # Locked by somebody else means that its end is being moved: it is looked at next time.
        keys = connection.execute(
            select(Membership.organization_id, Membership.id)
            .where(due)
            .order_by(Membership.expiry_due_at, Membership.organization_id, Membership.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True, key_share=True)
        ).all()
        announced, failed = work_apart(
            session, keys, lambda some: _announce_all(session, some, now)
        )
        values = [each for some in announced for each in some]
        values += [_reschedule(work, *key, error, now) for key, error in failed]
        if values:
            connection.execute(_CLEAR, values)
        work.failing.all_succeeded(NAME, (tuple(key) for key in keys if key not in dict(failed)))
    return len(keys) == BATCH


def _announce_all(
    session: Session, keys: Sequence[AnyRow], now: datetime
) -> list[dict[str, object]]:
    """Emit the events of memberships; returns what is then due for each."""
    wanted = select(Membership).where(
        tuple_(Membership.organization_id, Membership.id).in_([tuple(key) for key in keys])
    )
    rows = {(row.organization_id, row.id): row for row in session.scalars(wanted)}
    announced = [_announce(session, rows[tuple(key)], now) for key in keys]
    session.flush()
    return announced


def _reschedule(
    work: Work, organization_id: int, membership_id: UUID, error: Exception, now: datetime
) -> dict[str, object]:
    """Put a membership off that could not be announced, so that the others are."""
    failing = work.failing.failed(NAME, (organization_id, membership_id), error, now)
    return {
        "of_organization": organization_id,
        "of_membership": membership_id,
        "due": failing.retry_at,
    }


def announcement_id(membership_id: UUID, end: datetime) -> UUID:
    """Return the id of the event of a membership's end; always the same one."""
    return uuid5(_ANNOUNCEMENTS, f"{membership_id} {end.astimezone(UTC).isoformat()}")


def _announce(session: Session, membership: Membership, now: datetime) -> dict[str, object]:
    """Emit the event of one membership's end; returns what is then due for it.

    An end that was moved meanwhile is not announced, and is due when it comes.
    """
    term = term_of(membership)
    end, due = term.announced_end, membership.expiry_due_at
    if end is not None and due is not None and end <= due:
        tell_end(session, membership, term, now)
        end = None
    return {
        "of_organization": membership.organization_id,
        "of_membership": membership.id,
        "due": end,
    }


def tell_end(session: Session, membership: Membership, term: Term, now: datetime) -> None:
    """Emit the event of an end that has come; a membership without an end has none to tell."""
    if term.end is None:
        return
    reason = "ended_early" if term.ends_early else None
    emit(
        session,
        membership.organization_id,
        EventType.MEMBERSHIP_EXPIRED,
        membership.id,
        sold_data(membership, ended_at=term.end.isoformat(), reason=reason),
        now=now,
        occurred_at=term.end,
        event_id=announcement_id(membership.id, term.end),
    )


SWEEPER_JOB = Job(NAME, sweep, pause_seconds=2.0)
"""See ``membership.jobs``."""
