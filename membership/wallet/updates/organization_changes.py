"""Invalidates the cards of an organization when what they show of it changes.

It listens to the sessions that write, like the audit, so that the organization's own service
needs to know nothing of wallets.
"""

from typing import Any
from weakref import WeakSet

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session, sessionmaker

from membership.base.actors import ATTRIBUTION, Attribution
from membership.store.models import Organization
from membership.wallet.updates.invalidation import invalidate_all

_ON_CARDS = ("name", "time_zone")
"""Columns that cards show, or that their days are computed with."""

_FOLLOWED: WeakSet[type[Session]] = WeakSet()


def follow_organizations(sessions: sessionmaker[Session]) -> None:
    """Make every session of ``sessions`` invalidate cards in the transaction of the change."""
    # SQLAlchemy's own event.contains compares memory addresses, which are used again.
    if sessions.class_ not in _FOLLOWED:
        event.listen(sessions, "after_flush", _on_flush)
        _FOLLOWED.add(sessions.class_)


def _on_flush(session: Session, _context: Any) -> None:
    """Invalidate all cards of each organization whose name or time zone was written."""
    cause = session.info.get(ATTRIBUTION)
    if not isinstance(cause, Attribution):
        return
    for row in session.dirty:
        if isinstance(row, Organization) and _shown_change(row):
            invalidate_all(session.connection(), row.id, cause.now)


def _shown_change(row: Organization) -> bool:
    attributes = inspect(row).attrs
    return any(attributes[name].history.has_changes() for name in _ON_CARDS)
