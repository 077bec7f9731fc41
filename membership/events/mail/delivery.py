"""The job that sends mails: each at least once, and again after growing pauses.

A mail is leased before it is sent. After a crash the lease expires and the mail is sent again,
perhaps a second time. While the mail server cannot be used, nothing is tried but one mail after
each pause, and none is given up. A mail that is too late, or that a newer one replaces, is
withdrawn.
"""

import re
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, true, update
from sqlalchemy.orm import Session

from membership.base.actors import SERVICE
from membership.base.backoff import Backoff
from membership.base.logs import logger
from membership.base.vault import Vault, VaultError
from membership.events.mail.message import (
    DEFAULT_SENDER,
    MailServerError,
    Unsendable,
    message_of,
)
from membership.events.mail.outbox import unpacked
from membership.events.mail.transport import TIMEOUT_SECONDS, Send, Transport, transport
from membership.events.mail.turns import Turns, is_too_late, withdraw
from membership.store import lease
from membership.store.background import Job, Work
from membership.store.models import OutgoingMail
from membership.store.secret_key import opens

NAME = "mail"
SERVER = "server"
"""The item of this job that fails while the mail server cannot be used."""

LEASE = timedelta(minutes=10)
"""How long a mail belongs to the process that sends it."""

BACKOFF = Backoff.doubling(timedelta(minutes=1), timedelta(hours=1))
SERVER_BACKOFF = Backoff.doubling(timedelta(seconds=10), timedelta(minutes=1))
"""Short pauses: a code that waits for the server is good for ten minutes only."""

MOST_ATTEMPTS = 30
"""After so many attempts, a day of them, a mail that is at fault itself is given up."""

_TOKEN = re.compile(r"m[a-z]_[A-Za-z0-9_-]{16,}")


@dataclass(frozen=True)
class _LeasedMail:
    """A mail that this process sends; ``attempts`` counts this one, ``body`` is encrypted.

    Without a body it is one that was withdrawn instead.
    """

    organization_id: int
    id: UUID
    recipient: str
    subject: str
    body: bytes | None
    attempts: int
    created_at: datetime


def send_due_mail(work: Work, send: Send | None = None, turns: Turns | None = None) -> bool:
    """Send the mail that is next; False if none is due, or the mail server cannot be used yet.

    Without ``send`` by a connection of its own.
    """
    if send is None:
        with closing(transport(work.settings)) as own:
            return send_due_mail(work, own, turns)
    now = work.clock()
    if SERVER in work.failing.waiting(NAME, now):
        return False
    leased = _lease(work, turns or Turns(), now)
    if leased is None:
        return False
    if leased.body is None:
        return True  # it was too late
    try:
        mail = unpacked(leased.recipient, leased.subject, work.vault.open(leased.body))
        sender = work.settings.mail_from or DEFAULT_SENDER
        message = message_of(mail, leased.id, sender, leased.created_at)
        send(message)
    except Unsendable as error:
        _record_result(work, leased, _failed(error, None))
    except MailServerError as error:
        _record_result(work, leased, _kept(work, leased, error, now))
    except VaultError as error:  # the secret key is not the one that it was queued with
        _record_result(work, leased, _failed(error, now + BACKOFF.pause(leased.attempts)))
    except OSError as error:
        _record_result(work, leased, _failed(error, _next_attempt(leased, now)))
    except Exception as error:  # noqa: BLE001 - of this mail: the others go on
        logger().exception("mail_broken", mail=str(leased.id))
        _record_result(work, leased, _failed(error, _next_attempt(leased, now)))
    else:
        work.failing.succeeded(NAME, SERVER)
        sent: dict[str, object] = {
            "sent_at": now,
            "body": None,
            "next_attempt_at": None,
            "last_error": None,
        }
        _record_result(work, leased, sent)
    return True


class MailJob:
    """Sends due mails by one connection, and closes it when none is due."""

    def __init__(self, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        """``timeout_seconds`` applies to each reply of the mail server."""
        self._timeout_seconds = timeout_seconds
        self._turns = Turns()
        self._transport: Transport | None = None

    def run(self, work: Work) -> bool:
        """Send the mail that is next; False if there is nothing to do now."""
        if self._transport is None:
            self._transport = transport(work.settings, self._timeout_seconds)
        more = send_due_mail(work, self._transport, self._turns)
        if not more or work.stopping.is_set():
            self._transport.close()
        return more


MAIL_JOB = Job(NAME, MailJob().run, pause_seconds=2.0)
"""See ``membership.jobs``."""


def _lease(work: Work, turns: Turns, now: datetime) -> _LeasedMail | None:
    """Lease the mail that is next; None if none is due."""
    return lease.take(
        work.database,
        now,
        lambda session: session.scalar(select(OutgoingMail.id).where(_is_due(now)).limit(1)),
        lambda session, _found: _lease_next(session, turns, work.vault, now),
    )


def _is_due(now: datetime) -> ColumnElement[bool]:
    """SQL condition: a mail is to be sent at ``now``, and nobody is sending it."""
    furthest = max(LEASE, BACKOFF.longest)
    return lease.has_come(OutgoingMail.next_attempt_at, now, furthest)


def _lease_next(session: Session, turns: Turns, vault: Vault, now: datetime) -> _LeasedMail | None:
    """Lease the mail that is next; None if other processes took all.

    One too late is withdrawn, unless it cannot be decrypted: its text is kept for its key.
    """

    def read(wanted: Select[OutgoingMail]) -> OutgoingMail | None:
        return session.scalar(lease.skip_locked(wanted))

    row = turns.next_mail(_is_due(now), read)
    if row is None:
        return None
    if is_too_late(row, now) and not _is_unreadable(row, vault):
        withdraw(row)
        logger().warning("mail_withdrawn", mail=str(row.id), attempts=row.attempts)
    else:
        row.attempts += 1
        row.next_attempt_at = now + LEASE
    return _LeasedMail(
        row.organization_id,
        row.id,
        row.recipient,
        row.subject,
        row.body,
        row.attempts,
        row.created_at,
    )


def _is_unreadable(row: OutgoingMail, vault: Vault) -> bool:
    """Whether a mail was encrypted with another secret key."""
    return row.body is not None and not opens(vault, row.body)


def _next_attempt(leased: _LeasedMail, now: datetime) -> datetime | None:
    """When a mail that failed is sent again; None if it is given up."""
    return None if leased.attempts >= MOST_ATTEMPTS else now + BACKOFF.pause(leased.attempts)


def _kept(
    work: Work, leased: _LeasedMail, error: MailServerError, now: datetime
) -> dict[str, object]:
    """Columns of a mail that the server is at fault for. The attempt does not count, if it is
    for every mail.
    """
    if not error.every_mail:
        return _failed(error, now + BACKOFF.pause(leased.attempts))
    failing = work.failing.failed(NAME, SERVER, "MailServerError", now, SERVER_BACKOFF)
    return _failed(error, failing.retry_at) | {"attempts": leased.attempts - 1}


def _failed(error: Exception, next_attempt_at: datetime | None) -> dict[str, object]:
    """Columns of a mail that failed. Servers may quote the mail: tokens are taken out."""
    message = _TOKEN.sub("***", f"{type(error).__name__}: {error}".replace("\0", ""))
    values: dict[str, object] = {
        "next_attempt_at": next_attempt_at,
        "last_error": message[:300],
    }
    return values if next_attempt_at is not None else values | {"body": None}


def _record_result(work: Work, leased: _LeasedMail, values: dict[str, object]) -> None:
    """Store and log the result of an attempt.

    Not if another process sent the mail, nor a failure if it was withdrawn meanwhile.
    """
    was_sent = values.get("sent_at") is not None
    with work.database.writing(SERVICE, work.clock) as (session, _):
        session.execute(
            update(OutgoingMail)
            .where(
                OutgoingMail.organization_id == leased.organization_id,
                OutgoingMail.id == leased.id,
                OutgoingMail.sent_at.is_(None),
                true() if was_sent else OutgoingMail.next_attempt_at.is_not(None),
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
