"""Changes of memberships after they were sold, and the checks that refuse them.

Each change locks the row first, so that concurrent changes see each other. It is stored, audited
under its own name and emitted as an event in one transaction.
"""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from api_client.messages.billing import SubscriptionStatus
from membership.events.audit.recorder import plain, record
from membership.events.outbox import emit
from membership.events.types import EventType
from membership.members.memberships.entitlements import term_of
from membership.members.memberships.expiry_sweeper import tell_end
from membership.members.memberships.past_periods import FormerPeriods, former_before
from membership.members.memberships.records import sold_data
from membership.members.memberships.service import no_such_membership
from membership.rules.status import Term
from membership.store.models import BillingOrder, Membership
from membership.web.access import Tenant
from membership.web.errors import Conflict

_TABLE = Membership.metadata.tables[Membership.__tablename__]
_TERM = ("starts_at", "ends_at", "ended_early_at", "payment_overdue_since")


def locked(session: Session, tenant: Tenant, membership_id: UUID) -> Membership:
    """Load a membership and lock its row. Raises NotFound."""
    membership = session.scalars(
        select(Membership)
        .where(Membership.organization_id == tenant.id, Membership.id == membership_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if membership is None:
        raise no_such_membership()
    return membership


def apply_change(
    session: Session,
    membership: Membership,
    event: EventType,
    now: datetime,
    *,
    why: str = "",
    event_data: dict[str, Any] | None = None,
    former_periods: FormerPeriods | None = None,
    can_be_undone: bool = False,
    **values: Any,
) -> None:
    """Set columns of a locked membership, audit that under the event's name, and emit the event.

    ``why`` goes into the audit only, because it may name people; ``event_data`` into the event
    only.
    ``former_periods`` are those from now on; left out, they stay. ``can_be_undone`` keeps what
    was before, for ``undo``; any other change leaves nothing to undo. A transfer stays the change
    to undo while payments of the membership that it ended are noted.
    """
    changed = {name: new for name, new in values.items() if getattr(membership, name) != new}
    before = {name: plain(getattr(membership, name)) for name in changed}
    after = {name: plain(new) for name, new in changed.items()}
    entry_id, noted = uuid4(), {"why": why} if why else {}
    _announce_if_due(session, membership, now)
    if changed:
        due = {} if "expiry_due_at" in values else _expiry_due(membership, changed)
        former = membership.former_periods if former_periods is None else former_periods
        last_change = {
            "id": str(entry_id),
            "action": event.value,
            "at": plain(now),
            "before": before,
            "after": after,
            "event_data": event_data or {},
        }
        if former_periods is not None:
            last_change["former_periods"] = membership.former_periods
        if _notes_payment_of_transferred(membership, event):
            kept_change = membership.last_change
        else:
            kept_change = last_change if can_be_undone else None
        kept = {
            "former_periods": former_before(former, changed.get("ends_at", membership.ends_at)),
            "last_change": kept_change,
        }
        _update(session, membership, {**changed, **due, **kept})
    organization_id, subject = membership.organization_id, membership.id
    record(
        session,
        organization_id,
        event.value,
        subject,
        before=before,
        after={**after, **noted},
        entry_id=entry_id,
    )
    emit(
        session,
        organization_id,
        event,
        subject,
        sold_data(membership, **(event_data or {})),
        now=now,
    )


def _notes_payment_of_transferred(membership: Membership, event: EventType) -> bool:
    """Return whether a change only notes a payment, and the one before it was a transfer."""
    if event is not EventType.MEMBERSHIP_PAYMENT_CHANGED or membership.last_change is None:
        return False
    action: str = membership.last_change["action"]
    return action == EventType.MEMBERSHIP_TRANSFERRED


def _update(session: Session, membership: Membership, values: dict[str, Any]) -> None:
    """Write columns past the session, which would audit them under no name of their own."""
    here = (
        _TABLE.c.organization_id == membership.organization_id,
        _TABLE.c.id == membership.id,
    )
    session.connection().execute(update(_TABLE).where(*here).values(**values))
    session.refresh(membership)


def _expiry_due(membership: Membership, changed: dict[str, Any]) -> dict[str, Any]:
    """The end to announce, if it is another one; one that was announced stays so."""
    old = term_of(membership)
    times = {name: changed.get(name, getattr(membership, name)) for name in _TERM}
    new = Term(**times, ended=changed.get("ended_for_good", membership.ended_for_good))
    if new.announced_end == old.announced_end:
        return {}
    return {"expiry_due_at": new.announced_end}


def _announce_if_due(session: Session, membership: Membership, now: datetime) -> None:
    """Emit the expiry of a membership that is renewed before the sweeper announced it."""
    if membership.expiry_due_at is None or membership.expiry_due_at > now:
        return
    tell_end(session, membership, term_of(membership), now)
    _update(session, membership, {"expiry_due_at": None})


def refuse_ended_early(session: Session, membership: Membership) -> None:
    """Raise Conflict if a membership was transferred, or was or will be ended early."""
    refuse_transferred(session, membership)
    if term_of(membership).ends_early:
        detail = "This membership was ended early; an end yet to come can be withdrawn."
        raise Conflict("membership_ended_early", detail)


def refuse_billed(session: Session, membership: Membership) -> None:
    """Raise Conflict while a subscription at a payment provider governs a membership."""
    _refuse_running(session, membership.organization_id, BillingOrder.membership_id, membership.id)


def refuse_subscribed(session: Session, organization_id: int, customer_id: UUID) -> None:
    """Raise Conflict while a subscription charges a customer, whatever they have of it."""
    _refuse_running(session, organization_id, BillingOrder.customer_id, customer_id)


def _refuse_running(
    session: Session, organization_id: int, column: InstrumentedAttribute[UUID | None], value: UUID
) -> None:
    """Raise Conflict if there is an order with a subscription that has not ended."""
    runs = select(BillingOrder.id).where(
        BillingOrder.organization_id == organization_id,
        column == value,
        BillingOrder.subscription_id.is_not(None),
        BillingOrder.subscription_status != SubscriptionStatus.CANCELED,
    )
    if session.scalars(runs.limit(1)).first() is not None:
        detail = "A subscription at the payment provider decides about it; cancel that first."
        raise Conflict("billed_by_provider", detail)


def refuse_transferred(session: Session, membership: Membership) -> None:
    """Raise Conflict if another membership took the place of this one.

    One that was withdrawn before it started took no place.
    """
    successors = session.scalars(
        select(Membership).where(
            Membership.organization_id == membership.organization_id,
            # By the owner, for that is indexed; a merge takes both of them along.
            Membership.customer_id == membership.customer_id
            if membership.customer_id is not None
            else Membership.company_id == membership.company_id,
            Membership.previous_id == membership.id,
        )
    )
    if any(not (each.ended_for_good and term_of(each).never_runs) for each in successors):
        raise Conflict("membership_transferred", "Another membership took the place of this one.")


def refuse_ended(membership: Membership, now: datetime) -> None:
    """Raise Conflict if a membership has ended, as sold or early."""
    term = term_of(membership)
    if term.over_for_good or (term.end is not None and term.end <= now):
        raise Conflict("membership_ended", "This membership has already ended.")


def set_payment_overdue(
    session: Session, tenant: Tenant, membership_id: UUID, since: datetime | None, now: datetime
) -> Membership:
    """Record since when a payment is overdue; None records that it was paid.

    Raises NotFound; Conflict while a subscription at a payment provider governs it.
    """
    membership = locked(session, tenant, membership_id)
    refuse_billed(session, membership)
    if membership.payment_overdue_since != since:
        event = EventType.MEMBERSHIP_PAYMENT_CHANGED
        apply_change(
            session, membership, event, now, can_be_undone=True, payment_overdue_since=since
        )
    return membership
