"""Undoes the last change of a membership: a renewal, an extension, an end, a transfer, a payment.

What was before is stored with the membership at each change that can be undone. It is set again
only while everything is as that change left it, so that nothing that was built on it is lost.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, select
from sqlalchemy.orm import Session

from membership.events.audit.recorder import plain
from membership.events.types import EventType
from membership.members.memberships.changes import (
    apply_change,
    locked,
    refuse_billed,
    refuse_transferred,
)
from membership.members.memberships.past_periods import FormerPeriods, former_before_terms, instant
from membership.members.memberships.records import UNDO_WITHIN, sale_undo_until
from membership.members.memberships.renewal_undo import CHANGED_SINCE
from membership.members.memberships.service import Owner, get_membership, required_owner
from membership.rules.status import Term
from membership.store.database import UtcDateTime
from membership.store.models import Membership, Payment
from membership.web.access import Tenant
from membership.web.errors import Conflict

_COLUMNS = Membership.metadata.tables[Membership.__tablename__].c
_TRANSFERRED, _RENEWED = EventType.MEMBERSHIP_TRANSFERRED, EventType.MEMBERSHIP_RENEWED
_WITHDRAWN = "The transfer was undone"
_SALE_UNDONE = "The sale was undone"
_EVENT_DATA, _FORMERLY_EVENT_DATA = "event_data", "told"
"""The key of a stored change, and how versions of before stored it."""


def note_payment(membership: Membership, receipt_number: int) -> None:
    """Note with the last change of a locked membership the first payment recorded after it."""
    if membership.last_change is not None:
        membership.last_change = {"receipt_number": receipt_number, **membership.last_change}


def undo_last_change(
    session: Session,
    tenant: Tenant,
    membership_id: UUID,
    change_id: UUID,
    now: datetime,
    *,
    why: str = "",
) -> Membership:
    """Set a membership as it was before its last change, which ``change_id`` names.

    A transfer takes the membership that followed with it. The membership's own id as ``change_id``
    undoes its sale: it is over, as if it had never run. Raises NotFound; Conflict if there is
    nothing to undo, another change came after it, it is too late, a payment was recorded with or
    after it, a subscription governs the membership, or its owner was erased.
    """
    # First the owner, then the membership: a merge locks them in this order too.
    membership = get_membership(session, tenant, membership_id)
    if membership.customer_id is not None:
        required_owner(session, tenant, Owner(customer_id=membership.customer_id))
    membership = locked(session, tenant, membership_id)
    if change_id == membership.id and membership.last_change is None:
        _undo_sale(session, membership, now, why)
        return membership
    change = _undoable(membership, change_id, now)
    refuse_billed(session, membership)
    _refuse_paid(session, membership, change.get("receipt_number"))
    if change["action"] == _TRANSFERRED:
        of_event = change.get(_EVENT_DATA) or change[_FORMERLY_EVENT_DATA]
        _withdraw_successor(session, tenant, UUID(of_event["next_membership_id"]), now)
    else:
        refuse_transferred(session, membership)
    renewed = change["action"] == _RENEWED
    event = EventType.MEMBERSHIP_RENEWAL_UNDONE if renewed else EventType.MEMBERSHIP_CHANGE_UNDONE
    values = {name: _read(name, value) for name, value in change["before"].items()}
    apply_change(
        session,
        membership,
        event,
        now,
        why=why,
        event_data={"undone": change["action"], "change_id": change["id"]},
        former_periods=_former(membership, change, values),
        expiry_due_at=_due(membership, values, instant(change["at"])),
        **values,
    )
    return membership


def _undo_sale(session: Session, membership: Membership, now: datetime, why: str) -> None:
    """End a locked membership as if it had never run. Raises Conflict if it was built on."""
    if sale_undo_until(membership, now) is None:
        detail = "The sale of this membership cannot be undone any more."
        raise Conflict("nothing_to_undo", detail)
    refuse_billed(session, membership)
    refuse_transferred(session, membership)
    _refuse_paid(session, membership, 0)
    apply_change(
        session,
        membership,
        EventType.MEMBERSHIP_ENDED,
        now,
        why=why,
        event_data={"undone": EventType.MEMBERSHIP_CREATED.value},
        ended_early_at=membership.starts_at,
        ended_early_why=_SALE_UNDONE,
        ended_for_good=True,
    )


def _undoable(membership: Membership, change_id: UUID, now: datetime) -> dict[str, Any]:
    """Return the last change of a membership. Raises Conflict unless it can be undone."""
    change = membership.last_change
    if change is None:
        detail = "No change of this membership can be undone any more."
        raise Conflict("nothing_to_undo", detail)
    if change["id"] != str(change_id):
        detail = "This membership was changed again since; look at what it is now."
        raise Conflict("not_the_last_change", detail)
    if now - instant(change["at"]) > UNDO_WITHIN:
        detail = f"A change can be undone for {UNDO_WITHIN.days} days only."
        raise Conflict("undo_too_late", detail)
    if any(plain(getattr(membership, name)) != value for name, value in change["after"].items()):
        detail = "This membership is not as that change left it."
        raise Conflict(CHANGED_SINCE, detail)
    return change


def _refuse_paid(session: Session, membership: Membership, receipt_number: int | None) -> None:
    """Raise Conflict if a payment that counts was recorded with or after the change."""
    if receipt_number is None:
        return
    paid = session.scalars(
        select(Payment.receipt_number).where(
            Payment.organization_id == membership.organization_id,
            Payment.membership_id == membership.id,
            Payment.receipt_number >= receipt_number,
            Payment.voided_at.is_(None),
        )
    ).first()
    if paid is not None:
        detail = f"It was paid (receipt {paid}); void the payment, which takes back its renewal."
        raise Conflict("membership_paid", detail)


def _withdraw_successor(session: Session, tenant: Tenant, next_id: UUID, now: datetime) -> None:
    """End the membership that a transfer sold as if it had never run.

    Raises Conflict if anything was built on it.
    """
    following = locked(session, tenant, next_id)
    term = Term(following.starts_at, following.ends_at, following.ended_early_at)
    if following.ended_for_good and term.never_runs:
        return
    refuse_billed(session, following)
    refuse_transferred(session, following)
    paid = session.scalars(
        select(Payment.id).where(
            Payment.organization_id == following.organization_id,
            Payment.membership_id == following.id,
            Payment.voided_at.is_(None),
        )
    ).first()
    if paid is not None:
        raise Conflict("membership_paid", "The membership that followed was paid; void that first.")
    was_sold_as_is = following.last_change is None and not following.former_periods
    if not was_sold_as_is or following.ended_early_at is not None:
        raise Conflict(CHANGED_SINCE, "The membership that followed was changed since.")
    apply_change(
        session,
        following,
        EventType.MEMBERSHIP_ENDED,
        now,
        ended_early_at=following.starts_at,
        ended_early_why=_WITHDRAWN,
        ended_for_good=True,
    )


def _former(
    membership: Membership, change: dict[str, Any], values: dict[str, Any]
) -> FormerPeriods | None:
    """Return the former periods of before a change; None if it changed none."""
    former: FormerPeriods | None = change.get("former_periods")
    if former is not None or change["action"] != _RENEWED:
        return former
    names = ("ends_at", "last_day", "time_zone")
    terms = {name: values.get(name, getattr(membership, name)) for name in names}
    return former_before_terms(membership.former_periods, terms)


def _due(membership: Membership, values: dict[str, Any], changed_at: datetime) -> datetime | None:
    """Return the end that is to be announced again; None if it was announced before the change."""
    names = ("starts_at", "ends_at", "ended_early_at", "ended_for_good")
    starts_at, ends_at, early, ended = (
        values.get(name, getattr(membership, name)) for name in names
    )
    end = Term(starts_at, ends_at, early, ended=ended).announced_end
    return None if end is None or end <= changed_at else end


def _read(name: str, value: Any) -> Any:
    """Return the column's value that ``plain`` made a JSON value of."""
    if value is None:
        return None
    match _COLUMNS[name].type:
        case Date():
            return date.fromisoformat(value)
        case UtcDateTime():
            return instant(value)
        case _:
            return value
