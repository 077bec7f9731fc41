"""The job that sends mails: each at least once, again with growing pauses, for a day.

A mail is put aside for a while before it is sent, so that no other process sends it as well.
Whoever is killed in between leaves it to be sent after that while, perhaps a second time.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from membership.base.backoff import Backoff
from membership.base.logs import logger
from membership.base.vault import VaultError
from membership.events.mail.message import DEFAULT_SENDER, Unsendable, message_of
from membership.events.mail.outbox import Mail
from membership.events.mail.transport import Send, transport
from membership.store.background import Job, Work
from membership.store.models import OutgoingMail

ASIDE = timedelta(minutes=10)
"""For how long a mail belongs to the process that is sending it."""

GIVE_UP_AFTER = timedelta(days=1)
BACKOFF = Backoff.doubling(timedelta(minutes=1), timedelta(hours=1))
_KEPT = timedelta(days=30)
_TOKEN = re.compile(r"m[a-z]_[A-Za-z0-9_-]{16,}")


@dataclass(frozen=True)
class _Due:
    """A mail that this process has put aside, to send it now."""

    organization_id: int
    id: UUID
    recipient: str
    subject: str
    body: bytes
    attempts: int
    created_at: datetime


def send_due_mail(work: Work, send: Send | None = None) -> bool:
    """Send one mail that is due; tells whether there was one."""
    now = work.clock()
    due = _put_aside(work, now)
    if due is None:
        return False
    try:
        mail = Mail(due.recipient, due.subject, work.vault.open(due.body).decode())
        sender = work.settings.mail_from or DEFAULT_SENDER
        message = message_of(mail, due.id, sender, due.created_at)
        (send or transport(work.settings))(message)
    except (Unsendable, VaultError) as error:
        _settle(work, due, _failed(error, None))
    except OSError as error:
        _settle(work, due, _failed(error, _next_attempt(due, now)))
    else:
        done: dict[str, object] = {
            "sent_at": now,
            "body": None,
            "next_attempt_at": None,
            "last_error": None,
        }
        _settle(work, due, done)
    return True


MAIL_JOB = Job("mail", send_due_mail, pause_seconds=2.0)


def _put_aside(work: Work, now: datetime) -> _Due | None:
    """Take the mail that is due longest, if there is any."""
    is_due = OutgoingMail.next_attempt_at <= now
    with work.database.readers.begin() as session:
        # SQLite's write lock is not worth taking to find nothing.
        if session.scalar(select(OutgoingMail.id).where(is_due).limit(1)) is None:
            return None
    with work.database.writers.begin() as session:
        _forget_old(session, now)
        row = session.scalars(
            select(OutgoingMail)
            .where(is_due)
            .order_by(OutgoingMail.next_attempt_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if row is None:
            return None
        row.attempts += 1
        row.next_attempt_at = now + ASIDE
        return _Due(
            row.organization_id,
            row.id,
            row.recipient,
            row.subject,
            row.body or b"",
            row.attempts,
            row.created_at,
        )


def _next_attempt(due: _Due, now: datetime) -> datetime | None:
    """When to try again after a failure; None if it is time to give up."""
    if now - due.created_at >= GIVE_UP_AFTER:
        return None
    return now + BACKOFF.pause(due.attempts)


def _failed(error: Exception, again_at: datetime | None) -> dict[str, object]:
    """What is noted of a failure. A server may quote the mail: tokens are taken out."""
    told = _TOKEN.sub("***", f"{type(error).__name__}: {error}".replace("\0", ""))
    noted: dict[str, object] = {"next_attempt_at": again_at, "last_error": told[:300]}
    return noted if again_at is not None else noted | {"body": None}


def _settle(work: Work, due: _Due, values: dict[str, object]) -> None:
    """Note what became of a mail."""
    with work.database.writers.begin() as session:
        session.execute(
            update(OutgoingMail)
            .where(
                OutgoingMail.organization_id == due.organization_id,
                OutgoingMail.id == due.id,
                OutgoingMail.sent_at.is_(None),
            )
            .values(values)
        )
    _log(due, values)


def _log(due: _Due, values: dict[str, object]) -> None:
    """Log the end of an attempt; the recipient and what the server said stay in the database."""
    if values.get("sent_at") is not None:
        logger().info("mail_sent", mail=str(due.id), attempts=due.attempts)
    elif values["next_attempt_at"] is None:
        logger().error("mail_given_up", mail=str(due.id), attempts=due.attempts)
    else:
        logger().warning("mail_failed", mail=str(due.id), attempts=due.attempts)


def _forget_old(session: Session, now: datetime) -> None:
    """Delete mails that were sent, or given up, long ago."""
    session.execute(
        delete(OutgoingMail).where(
            OutgoingMail.next_attempt_at.is_(None), OutgoingMail.created_at <= now - _KEPT
        )
    )
