"""The queue of pushes: which devices are pushed next, and what is stored of each attempt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    delete,
    select,
    update,
)
from sqlalchemy.orm import Session

from membership.base.actors import SERVICE
from membership.base.backoff import Backoff
from membership.events.outbox import emit
from membership.events.types import EventType
from membership.store import lease
from membership.store.background import Work
from membership.store.database import AnyRow
from membership.store.models import AppleRegistration, Card, CardWallet
from membership.wallet.apple.apns import Reply, Verdict

LEASE = timedelta(minutes=2)
"""How long pushes belong to the process that sends them.

Sending takes seconds. The rest is time for a pushed device to fetch its card, before another
process pushes to it again after a crash.
"""

BACKOFF = Backoff.doubling(
    timedelta(seconds=10),
    timedelta(minutes=15),
    spread=0.1,
    longest_retry_after=timedelta(hours=12),
)
"""Pauses after failures that may pass by themselves."""

REFUSED_BACKOFF = replace(BACKOFF, pauses=(timedelta(hours=1),))
"""Pauses where somebody has to do something first, such as renew a certificate."""

_OF_CARD = and_(
    CardWallet.organization_id == AppleRegistration.organization_id,
    CardWallet.card_id == AppleRegistration.card_id,
)
_HERE = (
    AppleRegistration.organization_id == bindparam("of_organization"),
    AppleRegistration.card_id == bindparam("of_card"),
    AppleRegistration.device_id == bindparam("of_device"),
)
# Not if the device has registered another token since.
_STILL = (*_HERE, AppleRegistration.push_token == bindparam("to_token"))
# A card that changed since the lease has set another time, and stays due.
_PUSH_AT = case(
    (AppleRegistration.push_at == bindparam("leased_until"), bindparam("next_push")),
    else_=AppleRegistration.push_at,
)
_SET_LEASE = update(AppleRegistration).where(*_HERE).values(push_at=bindparam("until"))
_NOTHING_NEW = update(AppleRegistration).where(*_HERE).values(push_at=None)
_PUSHED = (
    update(AppleRegistration)
    .where(*_STILL)
    .values(
        push_at=_PUSH_AT,
        pushed_seq=case(
            (AppleRegistration.pushed_seq < bindparam("seq"), bindparam("seq")),
            else_=AppleRegistration.pushed_seq,
        ),
        push_attempts=0,
        push_error=None,
    )
)
_NOT_PUSHED = (
    update(AppleRegistration)
    .where(*_STILL)
    .values(
        push_at=_PUSH_AT,
        push_attempts=bindparam("attempts"),
        push_error=bindparam("detail"),
    )
)


@dataclass(frozen=True, slots=True)
class DuePush:
    """A leased push. ``seq`` is the version of the card when it was leased."""

    organization_id: int
    card_id: UUID
    device_id: str
    customer_id: UUID
    pass_type_id: str
    push_token: str
    registered_at: datetime
    attempts: int
    seq: int
    leased_until: datetime

    @property
    def key(self) -> dict[str, Any]:
        """Statement parameters that name the registration."""
        return {
            "of_organization": self.organization_id,
            "of_card": self.card_id,
            "of_device": self.device_id,
        }

    @property
    def still(self) -> dict[str, Any]:
        """The same, as long as its push token is the one that was pushed to."""
        return {**self.key, "to_token": self.push_token, "leased_until": self.leased_until}


def lease_pushes(work: Work, count: int) -> list[DuePush]:
    """Lease the pushes that are due longest, at most ``count``.

    Drops due pushes to devices that have the version already.
    """
    now = work.clock()
    pushes = lease.take(
        work.database,
        now,
        lambda session: session.scalar(
            select(AppleRegistration.device_id).where(_is_due(now)).limit(1)
        ),
        lambda session, _found: _lease_due(session, now, count),
    )
    return pushes or []


def _lease_due(session: Session, now: datetime, count: int) -> list[DuePush]:
    """Lease the pushes that are due longest, and drop those with nothing new."""
    connection, until = session.connection(), now + LEASE
    pushes: list[DuePush] = []
    needless: list[dict[str, Any]] = []
    for row in connection.execute(lease.skip_locked(_due_rows(now, count), of=AppleRegistration)):
        if row.seq <= max(row.pushed_seq, row.fetched_seq):
            needless.append(_key(row))
        else:
            pushes.append(_due_push(row, until))
    if needless:
        connection.execute(_NOTHING_NEW, needless)
    if pushes:
        connection.execute(_SET_LEASE, [{**each.key, "until": until} for each in pushes])
    return pushes


def _is_due(now: datetime) -> ColumnElement[bool]:
    """SQL condition: a device is to be pushed at ``now``, and nobody is pushing to it."""
    furthest = max(BACKOFF.longest, REFUSED_BACKOFF.longest)
    return lease.has_come(AppleRegistration.push_at, now, furthest)


def _due_rows(now: datetime, count: int) -> Select[*tuple[Any, ...]]:
    """The query for the pushes that are due longest."""
    return (
        select(
            AppleRegistration.organization_id,
            AppleRegistration.card_id,
            AppleRegistration.device_id,
            AppleRegistration.pass_type_id,
            AppleRegistration.push_token,
            AppleRegistration.registered_at,
            AppleRegistration.push_attempts,
            AppleRegistration.pushed_seq,
            AppleRegistration.fetched_seq,
            CardWallet.update_seq.label("seq"),
            Card.customer_id,
        )
        .join(CardWallet, _OF_CARD)
        .join(
            Card,
            and_(
                Card.organization_id == AppleRegistration.organization_id,
                Card.id == AppleRegistration.card_id,
            ),
        )
        .where(_is_due(now))
        .order_by(AppleRegistration.push_at)
        .limit(count)
    )


def _key(row: AnyRow) -> dict[str, Any]:
    """Statement parameters that name the registration of a row."""
    return {
        "of_organization": row.organization_id,
        "of_card": row.card_id,
        "of_device": row.device_id,
    }


def _due_push(row: AnyRow, leased_until: datetime) -> DuePush:
    """A push of a row of ``_due_rows``."""
    return DuePush(
        organization_id=row.organization_id,
        card_id=row.card_id,
        device_id=row.device_id,
        customer_id=row.customer_id,
        pass_type_id=row.pass_type_id,
        push_token=row.push_token,
        registered_at=row.registered_at,
        attempts=row.push_attempts,
        seq=row.seq,
        leased_until=leased_until,
    )


def record_results(
    work: Work, results: Sequence[tuple[DuePush, Reply]], jitter: Callable[[], float]
) -> None:
    """Store the results of pushes, in one transaction."""
    pushed: list[dict[str, Any]] = []
    not_pushed: list[dict[str, Any]] = []
    with work.database.writing(SERVICE, work.clock) as (session, now):
        # Always in the same order: two processes cannot deadlock.
        for push, reply in sorted(results, key=lambda each: (each[0].card_id, each[0].device_id)):
            if reply.verdict is Verdict.SENT:
                pushed.append({**push.still, "next_push": None, "seq": push.seq})
            elif reply.verdict is not Verdict.GONE or _is_back(push, reply):
                not_pushed.append(_rescheduled(push, reply, now, jitter()))
            else:
                _remove(session, push, reply, now)
        connection = session.connection()
        if pushed:
            connection.execute(_PUSHED, pushed)
        if not_pushed:
            connection.execute(_NOT_PUSHED, not_pushed)


def _rescheduled(push: DuePush, reply: Reply, now: datetime, jitter: float) -> dict[str, Any]:
    """Statement parameters for a push that failed: when it is retried, if it is, and why."""
    never = reply.verdict is Verdict.NEVER
    return {
        **push.still,
        "next_push": None if never else now + pause_after(push.attempts + 1, reply, jitter),
        "attempts": 0 if never else push.attempts + 1,
        "detail": reply.detail[:300],
    }


def pause_after(failures: int, reply: Reply, jitter: float) -> timedelta:
    """The pause after so many failures in a row, the last of which is ``reply``."""
    backoff = REFUSED_BACKOFF if reply.verdict is Verdict.REFUSED else BACKOFF
    return backoff.pause(failures, retry_after=reply.retry_after, jitter=jitter)


def _is_back(push: DuePush, reply: Reply) -> bool:
    """Whether a device registered its token again after APNs found it to be inactive."""
    return reply.gone_at is not None and reply.gone_at <= push.registered_at


def _remove(session: Session, push: DuePush, reply: Reply, now: datetime) -> None:
    """Delete a registration whose push token is inactive, unless the device registered again."""
    dead = delete(AppleRegistration).where(
        *_STILL, AppleRegistration.registered_at <= (reply.gone_at or push.registered_at)
    )
    connection: Connection = session.connection()
    if connection.execute(dead, {**push.key, "to_token": push.push_token}).rowcount:
        data = {
            "card_id": str(push.card_id),
            "customer_id": str(push.customer_id),
            "wallet": "apple",
        }
        emit(session, push.organization_id, EventType.CARD_REMOVED, push.card_id, data, now=now)
