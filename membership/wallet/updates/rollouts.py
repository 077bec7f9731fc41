"""Rollouts: after a design was edited, all of its cards are recomputed, a batch at a time.

A rollout is one row. A batch of cards, in the order of their ids, is stored in one transaction
with the position of the rollout: after a crash both are stored or neither, so that no card is
skipped and none gets two update numbers for one version. A card that cannot be recomputed is left
to the refresh of single cards, and the rollout goes on; if that is so for a whole batch, the
rollout pauses, and others go on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from membership.store import advisory_lock
from membership.store.advisory_lock import Lock
from membership.store.background import Job, Work
from membership.store.database import AnyRow
from membership.store.models import CardDesign, CardRollout, CardWallet, RolloutState
from membership.wallet.updates.recompute import (
    Recomputed,
    put_off_failed,
    read_then_write,
    recompute_apart,
    store_apart,
    wallet_cards,
)
from membership.web.access import Tenant

NAME = "card-rollouts"
BATCH = 400
"""Cards that are recomputed in one transaction."""

_RUNNING = CardRollout.state == RolloutState.RUNNING


def start(session: Session, tenant: Tenant, design: CardDesign, now: datetime) -> CardRollout:
    """Start the rollout of a design's current version to all of its cards.

    Revoked cards too: phones may still have them. An unfinished rollout of an earlier version
    ends, because the new one covers its cards.
    """
    session.execute(
        update(CardRollout)
        .where(
            CardRollout.organization_id == tenant.id, CardRollout.design_id == design.id, _RUNNING
        )
        .values(state=RolloutState.FINISHED, finished_at=now)
    )
    total = session.scalar(
        select(func.count())
        .select_from(CardWallet)
        .where(CardWallet.organization_id == tenant.id, CardWallet.design_id == design.id)
    )
    row = CardRollout(
        organization_id=tenant.id,
        id=uuid4(),
        design_id=design.id,
        version=design.version,
        state=RolloutState.RUNNING if total else RolloutState.FINISHED,
        total=total or 0,
        done=0,
        position=None,
        started_at=now,
        finished_at=None if total else now,
    )
    session.add(row)
    session.flush()
    return row


@dataclass(frozen=True, slots=True)
class _Batch:
    """The next cards of a rollout, recomputed, and its position when they were read."""

    organization_id: int
    rollout_id: UUID
    position: UUID | None
    rows: Sequence[AnyRow]
    found: Recomputed
    is_last: bool


def roll_out(work: Work, *, count: int = BATCH) -> bool:
    """Recompute the next ``count`` cards of the oldest running rollout; False if none runs.

    Does nothing while another process does it.
    """
    now = work.clock()
    return read_then_write(
        work,
        lambda session: _next_batch(work, session, now, count),
        lambda session, batch: _store(work, session, batch, now),
    )


def _next_batch(work: Work, session: Session, now: datetime, count: int) -> _Batch | None:
    """Recompute the next cards of the rollout that was started first.

    None if there is none, or while another process does it.
    """
    rollout = session.scalars(
        select(CardRollout)
        .where(_RUNNING, CardRollout.id.not_in(work.failing.waiting(NAME, now)))
        .order_by(CardRollout.started_at, CardRollout.id)
        .limit(1)
    ).first()
    if rollout is None or not advisory_lock.try_hold(session.connection(), Lock.ROLLOUTS):
        return None
    wanted = wallet_cards(rollout.organization_id).where(CardWallet.design_id == rollout.design_id)
    if rollout.position is not None:
        wanted = wanted.where(CardWallet.card_id > rollout.position)
    cards = session.connection().execute(wanted.limit(count)).all()
    found = recompute_apart(session, rollout.organization_id, cards, now)
    return _Batch(
        rollout.organization_id,
        rollout.id,
        rollout.position,
        cards,
        found,
        is_last=len(cards) < count,
    )


def _store(work: Work, session: Session, batch: _Batch, now: datetime) -> None:
    """Store a batch with the position, unless the rollout ended or moved on in between."""
    rollout = session.scalars(
        select(CardRollout)
        .where(
            CardRollout.organization_id == batch.organization_id,
            CardRollout.id == batch.rollout_id,
            _RUNNING,
            _is_at(batch.position),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if rollout is None:
        return
    found = store_apart(session, rollout.organization_id, batch.found, now)
    if found.failed and not found.cards:
        work.failing.failed(NAME, rollout.id, found.failed[0][1], now)
        return
    put_off_failed(work, session, rollout.organization_id, found, now)
    work.failing.succeeded(NAME, rollout.id)
    rollout.done += len(batch.rows)
    # Cards that were issued since the start are among them.
    rollout.total = max(rollout.total, rollout.done)
    if batch.rows:
        rollout.position = batch.rows[-1].card_id
    if batch.is_last:
        rollout.state, rollout.finished_at = RolloutState.FINISHED, now


def _is_at(position: UUID | None) -> ColumnElement[bool]:
    """SQL condition: the position of a rollout did not change."""
    if position is None:
        return CardRollout.position.is_(None)
    return CardRollout.position == position


ROLLOUT_JOB = Job(NAME, roll_out, pause_seconds=1.0)
"""See ``membership.jobs``."""
