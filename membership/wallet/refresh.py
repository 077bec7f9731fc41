"""Refreshes cards that are due: those that were marked, and those that change by themselves.

However often a card was marked before its turn, its change is one version and told once.
"""

import time
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from membership.background import Job, Work
from membership.models import CardWallet
from membership.wallet.renewal import is_alone, store, wallet_cards, work_out

BATCH = 250
"""Cards that are refreshed in one transaction."""

_LOCK_KEY = 7_162_530_414
"""Names the advisory lock of PostgreSQL under which one process at a time refreshes cards."""


def refresh(work: Work, *, count: int = BATCH) -> bool:
    """Refresh cards of the organization whose card is due longest; False if none is due.

    Does nothing while another process is at it.
    """
    with work.database.readers.begin() as session:
        now = work.clock()
        due = CardWallet.refresh_at <= now
        first = select(CardWallet.organization_id).where(due).order_by(CardWallet.refresh_at)
        organization_id = session.scalar(first.limit(1))
        # The lock is held until the cards are stored.
        if organization_id is None or not is_alone(session.connection(), _LOCK_KEY):
            return False
        began = time.perf_counter()
        cards = session.connection().execute(_due_cards(organization_id, now, count)).all()
        worked_out = work_out(session, organization_id, cards, now)
        with work.database.writers.begin() as writing:
            store(writing, organization_id, worked_out, now)
    # The service's own threads are to get their turn of the interpreter.
    work.stopping.wait((time.perf_counter() - began) / 20)
    return True


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
