"""Ends sessions of customers after a change of address or a ban."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from api_client.messages.scan import CustomerState
from membership.events.audit.recorder import record
from membership.store.models import Customer, CustomerSession

ADDRESS_CHANGED, BANNED, MERGED, EVERYWHERE = "address_changed", "banned", "merged", "everywhere"
"""Reasons for which all sessions of a customer end."""


def end_logins(
    session: Session, organization_id: int, customers: Sequence[UUID], now: datetime, why: str
) -> int:
    """End all open sessions of customers and return how many; their tokens are invalid at once."""
    ended = session.scalars(
        update(CustomerSession)
        .where(
            CustomerSession.organization_id == organization_id,
            CustomerSession.customer_id.in_(customers),
            CustomerSession.revoked_at.is_(None),
            CustomerSession.expires_at > now,
        )
        .values(revoked_at=now, revoked_why=why)
        .returning(CustomerSession.customer_id)
        .execution_options(synchronize_session=False)
    ).all()
    for each in sorted(set(ended), key=str):
        after = {"why": why, "sessions": ended.count(each)}
        record(session, organization_id, "customer.sessions_ended", each, after=after)
    return len(ended)


def end_logins_after_change(
    session: Session, customer: Customer, changed: Sequence[str], now: datetime
) -> None:
    """End all sessions of a customer whose address changed or who was banned.

    ``changed`` names the fields that were stored with a new value; others end no session.
    """
    if "email" in changed:
        end_logins(session, customer.organization_id, [customer.id], now, ADDRESS_CHANGED)
    elif "state" in changed and customer.state == CustomerState.BANNED:
        end_logins(session, customer.organization_id, [customer.id], now, BANNED)
