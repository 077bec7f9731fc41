"""Which devices are to be pushed, and what is stored of that."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    delete,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from membership.base.backoff import Backoff
from membership.events.outbox import emit
from membership.events.types import EventType
from membership.store.background import Work
from membership.store.models import AppleRegistration, Card, CardWallet
from membership.wallet.apple.apns import Reply, Verdict

ASIDE = timedelta(minutes=2)
"""For how long pushes belong to the process that is sending them. Sending takes seconds; the
rest is for a device that was pushed to ask, before it is pushed again after a kill."""

BACKOFF = Backoff.doubling(
    timedelta(seconds=10),
    timedelta(minutes=15),
    spread=0.1,
    longest_retry_after=timedelta(hours=12),
)
"""Pauses after failures that may pass by themselves."""

REFUSED_BACKOFF = replace(BACKOFF, pauses=(timedelta(hours=1),))
"""Pauses where somebody has to do something first, such as renew a certificate."""

_CLOCK_MARGIN = timedelta(minutes=1)
_OF_CARD = and_(
    CardWallet.organization_id == AppleRegistration.organization_id,
    CardWallet.card_id == AppleRegistration.card_id,
)
_HERE = (
    AppleRegistration.organization_id == bindparam("of_organization"),
    AppleRegistration.card_id == bindparam("of_card"),
    AppleRegistration.device_id == bindparam("of_device"),
)
# A token that was replaced meanwhile is another's affair.
_STILL = (*_HERE, AppleRegistration.push_token == bindparam("to_token"))
# A change that came meanwhile has set it anew, and is to be pushed.
_PUSH_AT = case(
    (AppleRegistration.push_at == bindparam("aside_until"), bindparam("next_push")),
    else_=AppleRegistration.push_at,
)
_PUT_ASIDE = update(AppleRegistration).where(*_HERE).values(push_at=bindparam("until"))
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
class Due:
    """A push that this process has put aside, to send it now. ``seq`` is the card's version."""

    organization_id: int
    card_id: UUID
    device_id: str
    customer_id: UUID
    pass_type_id: str
    push_token: str
    registered_at: datetime
    attempts: int
    seq: int
    aside_until: datetime

    @property
    def key(self) -> dict[str, Any]:
        """Which registration it is, as parameters."""
        return {
            "of_organization": self.organization_id,
            "of_card": self.card_id,
            "of_device": self.device_id,
        }

    @property
    def still(self) -> dict[str, Any]:
        """The same, as long as the push token is the one that was pushed to."""
        return {**self.key, "to_token": self.push_token, "aside_until": self.aside_until}


def put_aside(work: Work, count: int) -> list[Due]:
    """Take the pushes that are due longest, at most ``count``; none that tells nothing new."""
    now = work.clock()
    due: list[Due] = []
    with work.database.readers.begin() as session:
        # SQLite's write lock is not worth taking to find nothing.
        if session.scalar(select(AppleRegistration.device_id).where(_is_due(now)).limit(1)) is None:
            return due
    with work.database.writers.begin() as session:
        connection = session.connection()
        needless: list[dict[str, Any]] = []
        for row in connection.execute(_due_rows(now, count)):
            if row.seq <= max(row.pushed_seq, row.fetched_seq):
                needless.append(_key(row))
            else:
                due.append(_due(row, now + ASIDE))
        if needless:
            connection.execute(_NOTHING_NEW, needless)
        if due:
            connection.execute(_PUT_ASIDE, [{**each.key, "until": now + ASIDE} for each in due])
    return due


def _is_due(now: datetime) -> ColumnElement[bool]:
    """Whether a device is to be pushed at ``now``.

    What lies further ahead than anything is ever put off was put off by a clock that ran ahead.
    """
    longest = max(BACKOFF.longest, REFUSED_BACKOFF.longest) + _CLOCK_MARGIN
    return or_(AppleRegistration.push_at <= now, AppleRegistration.push_at > now + longest)


def _due_rows(now: datetime, count: int) -> Any:
    """The query for what is due longest, and is not being put aside by another process."""
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
        .with_for_update(of=AppleRegistration, skip_locked=True)
    )


def _key(row: Any) -> dict[str, Any]:
    return {
        "of_organization": row.organization_id,
        "of_card": row.card_id,
        "of_device": row.device_id,
    }


def _due(row: Any, aside_until: datetime) -> Due:
    return Due(
        organization_id=row.organization_id,
        card_id=row.card_id,
        device_id=row.device_id,
        customer_id=row.customer_id,
        pass_type_id=row.pass_type_id,
        push_token=row.push_token,
        registered_at=row.registered_at,
        attempts=row.push_attempts,
        seq=row.seq,
        aside_until=aside_until,
    )


def settle(work: Work, results: Sequence[tuple[Due, Reply]], jitter: Callable[[], float]) -> None:
    """Store what came of pushes, in one transaction."""
    pushed: list[dict[str, Any]] = []
    not_pushed: list[dict[str, Any]] = []
    with work.database.writers.begin() as session:
        now = work.clock()
        # Always in the same order, so that two of us cannot wait for each other.
        for due, reply in sorted(results, key=lambda each: (each[0].card_id, each[0].device_id)):
            if reply.verdict is Verdict.SENT:
                pushed.append({**due.still, "next_push": None, "seq": due.seq})
            elif reply.verdict is not Verdict.GONE or _is_back(due, reply):
                not_pushed.append(_put_off(due, reply, now, jitter()))
            else:
                _remove(session, due, reply, now)
        connection = session.connection()
        if pushed:
            connection.execute(_PUSHED, pushed)
        if not_pushed:
            connection.execute(_NOT_PUSHED, not_pushed)


def _put_off(due: Due, reply: Reply, now: datetime, jitter: float) -> dict[str, Any]:
    """What is stored of a push that was not made, and when it is tried again, if it is."""
    never = reply.verdict is Verdict.NEVER
    return {
        **due.still,
        "next_push": None if never else now + pause_after(due.attempts + 1, reply, jitter),
        "attempts": 0 if never else due.attempts + 1,
        "detail": reply.detail[:300],
    }


def pause_after(failures: int, reply: Reply, jitter: float) -> timedelta:
    """The pause after so many failures in a row, the last of which is ``reply``."""
    backoff = REFUSED_BACKOFF if reply.verdict is Verdict.REFUSED else BACKOFF
    return backoff.pause(failures, retry_after=reply.retry_after, jitter=jitter)


def _is_back(due: Due, reply: Reply) -> bool:
    """Whether a device registered a token after APNs found it to be dead."""
    return reply.gone_at is not None and reply.gone_at <= due.registered_at


def _remove(session: Session, due: Due, reply: Reply, now: datetime) -> None:
    """Forget a registration whose push token is dead, unless the device has come back."""
    dead = delete(AppleRegistration).where(
        *_STILL, AppleRegistration.registered_at <= (reply.gone_at or due.registered_at)
    )
    connection: Connection = session.connection()
    if connection.execute(dead, {**due.key, "to_token": due.push_token}).rowcount:
        data = {
            "card_id": str(due.card_id),
            "customer_id": str(due.customer_id),
            "wallet": "apple",
        }
        emit(session, due.organization_id, EventType.CARD_REMOVED, due.card_id, data, now=now)
