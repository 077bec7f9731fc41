"""The job that sends mails: each at least once, again after growing pauses, for a day.

A mail is leased before it is sent. After a crash the lease expires and the mail is sent again,
perhaps a second time.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from membership.base.actors import SERVICE
from membership.base.backoff import Backoff
from membership.base.logs import logger
from membership.base.vault import VaultError
from membership.events.mail.message import DEFAULT_SENDER, Unsendable, message_of
from membership.events.mail.outbox import Mail
from membership.events.mail.transport import Send, transport
from membership.store import lease
from membership.store.background import Job, Work
from membership.store.models import OutgoingMail

LEASE = timedelta(minutes=10)
"""How long a mail belongs to the process that sends it."""

GIVE_UP_AFTER = timedelta(days=1)
BACKOFF = Backoff.doubling(timedelta(minutes=1), timedelta(hours=1))
_TOKEN = re.compile(r"m[a-z]_[A-Za-z0-9_-]{16,}")


@dataclass(frozen=True)
class _LeasedMail:
    """A mail that this process sends; ``attempts`` counts this one, ``body`` is encrypted."""

    organization_id: int
    id: UUID
    recipient: str
    subject: str
    body: bytes
    attempts: int
    created_at: datetime


def send_due_mail(work: Work, send: Send | None = None) -> bool:
    """Send the mail that is due longest; False if none is due."""
    now = work.clock()
    leased = _lease(work, now)
    if leased is None:
        return False
    try:
        mail = Mail(leased.recipient, leased.subject, work.vault.open(leased.body).decode())
        sender = work.settings.mail_from or DEFAULT_SENDER
        message = message_of(mail, leased.id, sender, leased.created_at)
        (send or transport(work.settings))(message)
    except (Unsendable, VaultError) as error:
        _record_result(work, leased, _failed(error, None))
    except OSError as error:
        _record_result(work, leased, _failed(error, _next_attempt(leased, now)))
    else:
        sent: dict[str, object] = {
            "sent_at": now,
            "body": None,
            "next_attempt_at": None,
            "last_error": None,
        }
        _record_result(work, leased, sent)
    return True


MAIL_JOB = Job("mail", send_due_mail, pause_seconds=2.0)
"""See ``membership.jobs``."""


def _lease(work: Work, now: datetime) -> _LeasedMail | None:
    """Lease the mail that is due longest; None if none is due."""
    return lease.take(
        work.database,
        now,
        lambda session: session.scalar(select(OutgoingMail.id).where(_is_due(now)).limit(1)),
        lambda session, _found: _lease_first(session, now),
    )


def _is_due(now: datetime) -> ColumnElement[bool]:
    """SQL condition: a mail is to be sent at ``now``, and nobody is sending it."""
    furthest = max(LEASE, BACKOFF.longest)
    return lease.has_come(OutgoingMail.next_attempt_at, now, furthest)


def _lease_first(session: Session, now: datetime) -> _LeasedMail | None:
    """Lease the mail that is due longest; None if another process took it."""
    due = select(OutgoingMail).where(_is_due(now)).order_by(OutgoingMail.next_attempt_at).limit(1)
    row = session.scalar(lease.skip_locked(due))
    if row is None:
        return None
    row.attempts += 1
    row.next_attempt_at = now + LEASE
    return _LeasedMail(
        row.organization_id,
        row.id,
        row.recipient,
        row.subject,
        row.body or b"",
        row.attempts,
        row.created_at,
    )


def _next_attempt(leased: _LeasedMail, now: datetime) -> datetime | None:
    """When a mail that failed is sent again; None if it is given up."""
    if now - leased.created_at >= GIVE_UP_AFTER:
        return None
    return now + BACKOFF.pause(leased.attempts)


def _failed(error: Exception, next_attempt_at: datetime | None) -> dict[str, object]:
    """Columns of a mail that failed. Servers may quote the mail: tokens are taken out."""
    message = _TOKEN.sub("***", f"{type(error).__name__}: {error}".replace("\0", ""))
    values: dict[str, object] = {
        "next_attempt_at": next_attempt_at,
        "last_error": message[:300],
    }
    return values if next_attempt_at is not None else values | {"body": None}


def _record_result(work: Work, leased: _LeasedMail, values: dict[str, object]) -> None:
    """Store and log the result of an attempt, unless the mail was sent by another process."""
    with work.database.writing(SERVICE, work.clock) as (session, _):
        session.execute(
            update(OutgoingMail)
            .where(
                OutgoingMail.organization_id == leased.organization_id,
                OutgoingMail.id == leased.id,
                OutgoingMail.sent_at.is_(None),
            )
            .values(values)
        )
    _log(leased, values)


def _log(leased: _LeasedMail, values: dict[str, object]) -> None:
    """Log a result; the recipient and the server's words stay in the database."""
    mail, attempts = str(leased.id), leased.attempts
    if values.get("sent_at") is not None:
        logger().info("mail_sent", mail=mail, attempts=attempts)
    elif values["next_attempt_at"] is None:
        logger().error("mail_given_up", mail=mail, attempts=attempts)
    else:
        logger().warning("mail_failed", mail=mail, attempts=attempts)
