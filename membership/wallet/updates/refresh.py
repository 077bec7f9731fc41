"""Refreshes cards that are due: those that were marked, and those that change by themselves.

However often a card was marked before its turn, its change is one version and told once.
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
    WorkedOut,
    in_two_steps,
    store,
    wallet_cards,
    work_out,
)

BATCH = 250
"""Cards that are refreshed in one transaction."""


@dataclass(frozen=True, slots=True)
class _Due:
    """Cards of an organization that are due, worked out."""

    organization_id: int
    cards: list[WorkedOut]


def refresh(work: Work, *, count: int = BATCH) -> bool:
    """Refresh cards of the organization whose card is due longest; False if none is due.

    Does nothing while another process is at it.
    """
    now = work.clock()
    return in_two_steps(
        work,
        lambda session: _read(session, now, count),
        lambda session, due: store(session, due.organization_id, due.cards, now),
    )


def _read(session: Session, now: datetime, count: int) -> _Due | None:
    """Work out the cards that are due longest; None if none is, or somebody else is at it."""
    due = CardWallet.refresh_at <= now
    first = select(CardWallet.organization_id).where(due).order_by(CardWallet.refresh_at)
    organization_id = session.scalar(first.limit(1))
    if organization_id is None or not advisory_lock.try_hold(
        session.connection(), Lock.CARD_REFRESH
    ):
        return None
    cards = session.connection().execute(_due_cards(organization_id, now, count)).all()
    return _Due(organization_id, work_out(session, organization_id, cards, now))


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
