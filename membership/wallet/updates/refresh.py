"""The job that refreshes due cards: invalidated ones, and those that change with time.

However often a card was invalidated before it is refreshed, its change is one update.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from membership.store import advisory_lock
from membership.store.advisory_lock import Lock
from membership.store.background import Job, Work
from membership.store.models import CardWallet
from membership.wallet.updates.recompute import (
    RecomputedCard,
    read_then_write,
    recompute,
    store_recomputed,
    wallet_cards,
)

BATCH = 250
"""Cards that are refreshed in one transaction."""


@dataclass(frozen=True, slots=True)
class _DueCards:
    """Due cards of an organization, recomputed."""

    organization_id: int
    cards: list[RecomputedCard]


def refresh(work: Work, *, count: int = BATCH) -> bool:
    """Refresh a batch of cards of the organization whose card is due longest; False if none is.

    Does nothing while another process does it.
    """
    now = work.clock()
    return read_then_write(
        work,
        lambda session: _read(session, now, count),
        lambda session, due: store_recomputed(session, due.organization_id, due.cards, now),
    )


def _read(session: Session, now: datetime, count: int) -> _DueCards | None:
    """Recompute the cards that are due longest; None if none is, or another process does it."""
    due = CardWallet.refresh_at <= now
    first = select(CardWallet.organization_id).where(due).order_by(CardWallet.refresh_at)
    organization_id = session.scalar(first.limit(1))
    if organization_id is None or not advisory_lock.try_hold(
        session.connection(), Lock.CARD_REFRESH
    ):
        return None
    cards = session.connection().execute(_due_cards(organization_id, now, count)).all()
    return _DueCards(organization_id, recompute(session, organization_id, cards, now))


def _due_cards(organization_id: int, now: datetime, count: int) -> Select[*tuple[Any, ...]]:
    """The query for an organization's cards that are due longest."""
    longest = (
        select(CardWallet.card_id)
        .where(CardWallet.organization_id == organization_id, CardWallet.refresh_at <= now)
        .order_by(CardWallet.refresh_at)
        .limit(count)
    )
    return wallet_cards(organization_id).where(CardWallet.card_id.in_(longest))


REFRESH_JOB = Job("card-refresher", refresh, pause_seconds=1.0)
"""See ``membership.jobs``."""
