"""The job that refreshes due cards: invalidated ones, and those that change with time.

However often a card was invalidated before it is refreshed, its change is one update. A card that
cannot be recomputed is put off and shown as failing; others of the organization go on, and so do
other organizations.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from membership.store import advisory_lock
from membership.store.advisory_lock import Lock
from membership.store.background import Job, Work
from membership.store.models import CardWallet
from membership.wallet.updates.recompute import (
    REFRESH,
    Recomputed,
    put_off_failed,
    read_then_write,
    recompute_apart,
    store_apart,
    wallet_cards,
)

BATCH = 250
"""Cards that are refreshed in one transaction."""


@dataclass(frozen=True, slots=True)
class _DueCards:
    """Due cards of an organization, recomputed; ``is_full`` is whether there may be more."""

    organization_id: int
    found: Recomputed
    is_full: bool


def refresh(work: Work, *, count: int = BATCH) -> bool:
    """Refresh a batch of cards of the organization whose card is due longest; False if none is.

    Does nothing while another process does it.
    """
    now = work.clock()
    return read_then_write(
        work,
        lambda session: _read(work, session, now, count),
        lambda session, due: _store(work, session, due, now),
    )


def _read(work: Work, session: Session, now: datetime, count: int) -> _DueCards | None:
    """Recompute the cards that are due longest; None if none is, or another process does it."""
    sick = [item for item in work.failing.waiting(REFRESH, now) if isinstance(item, int)]
    due = and_(CardWallet.refresh_at <= now, CardWallet.organization_id.not_in(sick))
    first = select(CardWallet.organization_id).where(due).order_by(CardWallet.refresh_at)
    organization_id = session.scalar(first.limit(1))
    if organization_id is None or not advisory_lock.try_hold(
        session.connection(), Lock.CARD_REFRESH
    ):
        return None
    cards = session.connection().execute(_due_cards(organization_id, now, count)).all()
    found = recompute_apart(session, organization_id, cards, now)
    return _DueCards(organization_id, found, is_full=len(cards) == count)


def _store(work: Work, session: Session, due: _DueCards, now: datetime) -> None:
    """Store the cards, and put off those that failed.

    If all of a full batch did, the organization is put off: it may have many more of them.
    """
    found = store_apart(session, due.organization_id, due.found, now)
    put_off_failed(work, session, due.organization_id, found, now)
    if found.cards:
        work.failing.succeeded(REFRESH, due.organization_id)
    elif due.is_full:
        work.failing.failed(REFRESH, due.organization_id, found.failed[0][1], now)


def _due_cards(organization_id: int, now: datetime, count: int) -> Select[*tuple[Any, ...]]:
    """The query for an organization's cards that are due longest."""
    longest = (
        select(CardWallet.card_id)
        .where(CardWallet.organization_id == organization_id, CardWallet.refresh_at <= now)
        .order_by(CardWallet.refresh_at)
        .limit(count)
    )
    return wallet_cards(organization_id).where(CardWallet.card_id.in_(longest))


REFRESH_JOB = Job(REFRESH, refresh, pause_seconds=1.0)
"""See ``membership.jobs``."""
