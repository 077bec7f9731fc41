"""Rollouts: after a design was edited, all of its cards are reworked, a batch at a time.

A rollout is one row. A batch of cards, in the order of their ids, is renewed in one
transaction with how far the rollout has come: whoever is killed leaves either both or neither,
so that no card is left behind and none gets two numbers for one version.
"""

import time
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from membership.access import Tenant
from membership.background import Job, Work
from membership.models import CardDesign, CardRollout, CardWallet, Organization, RolloutState
from membership.organizations import tenant_of
from membership.wallet.renewal import locked_cards, renew_faces

LOCKED_SECONDS = 0.1
"""How long a batch is to hold the lock of writers."""

_FEWEST, _MOST = 50, 500
_RUNNING = CardRollout.state == RolloutState.RUNNING


def start(session: Session, tenant: Tenant, design: CardDesign, now: datetime) -> CardRollout:
    """Begin to rework all cards of a design, in the version that it is in now.

    Revoked ones too: phones may still have them. A rollout of an earlier version that is not
    finished ends here, for its cards are among those of the new one.
    """
    _supersede(session, tenant, design.id, now)
    cards = session.scalar(
        select(func.count())
        .select_from(CardWallet)
        .where(CardWallet.organization_id == tenant.id, CardWallet.design_id == design.id)
    )
    total = cards or 0
    row = CardRollout(
        organization_id=tenant.id,
        id=uuid4(),
        design_id=design.id,
        version=design.version,
        state=RolloutState.RUNNING if total else RolloutState.FINISHED,
        total=total,
        done=0,
        position=None,
        started_at=now,
        finished_at=None if total else now,
    )
    session.add(row)
    session.flush()
    return row


def _supersede(session: Session, tenant: Tenant, design_id: UUID, now: datetime) -> None:
    """End the rollout of a design that runs, if one does; waits for the batch it is at."""
    session.execute(
        update(CardRollout)
        .where(
            CardRollout.organization_id == tenant.id, CardRollout.design_id == design_id, _RUNNING
        )
        .values(state=RolloutState.FINISHED, finished_at=now)
    )


class RolloutWorker:
    """Works rollouts through, a batch at a time; each process has one."""

    def __init__(self, cards: int = _FEWEST) -> None:
        self._cards = cards

    def run(self, work: Work) -> bool:
        """Do the next batch of the oldest rollout that runs; False if none does.

        A rollout that another process is at is passed over.
        """
        with work.database.readers.begin() as session:
            # Looked at without the write lock: mostly there is nothing to do.
            if session.scalar(select(CardRollout.id).where(_RUNNING).limit(1)) is None:
                return False
        with work.database.writers.begin() as session:
            session.connection()
            began = time.perf_counter()
            rollout = session.scalars(
                select(CardRollout)
                .where(_RUNNING)
                .order_by(CardRollout.started_at, CardRollout.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            ).first()
            if rollout is None:
                return False
            done = self._batch(session, rollout, work.clock())
            seconds = time.perf_counter() - began
        self._pace(done, seconds)
        # Others who write are to get their turn.
        work.stopping.wait(min(LOCKED_SECONDS, seconds / 10))
        return True

    def _batch(self, session: Session, rollout: CardRollout, now: datetime) -> int:
        """Renew the next cards and note how far that is; returns how many they are."""
        wanted = locked_cards(rollout.organization_id).where(
            CardWallet.design_id == rollout.design_id
        )
        if rollout.position is not None:
            wanted = wanted.where(CardWallet.card_id > rollout.position)
        cards = session.connection().execute(wanted.limit(self._cards)).all()
        tenant = tenant_of(session.get_one(Organization, rollout.organization_id))
        renew_faces(session, tenant, cards, now)
        rollout.done += len(cards)
        # Cards that were issued meanwhile are among them.
        rollout.total = max(rollout.total, rollout.done)
        if cards:
            rollout.position = cards[-1].card_id
        if len(cards) < self._cards:
            rollout.state, rollout.finished_at = RolloutState.FINISHED, now
        return len(cards)

    def _pace(self, cards: int, seconds: float) -> None:
        """Choose the length of the next batch by how long this one took."""
        if cards == self._cards:
            fitting = int(cards * LOCKED_SECONDS / max(seconds, 0.001))
            self._cards = max(_FEWEST, min(_MOST, fitting, 2 * self._cards))


ROLLOUT_JOB = Job("card-rollouts", RolloutWorker().run, pause_seconds=1.0)
"""See ``membership.jobs``."""
