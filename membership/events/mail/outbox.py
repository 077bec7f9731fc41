"""The queue of mails, stored in the transaction that causes them; their text is encrypted."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import update
from sqlalchemy.orm import Session

from membership.base.vault import Vault
from membership.store.models import OutgoingMail

LIFE = timedelta(days=14)
"""For how long a mail is worth sending, unless it says otherwise."""

REPLACED = "Withdrawn: a newer mail replaces it."
EXPIRED = "Withdrawn: it was not sent in time."
_LONGEST_SUBJECT = 200


@dataclass(frozen=True)
class Mail:
    """A plain-text mail to one recipient. ``text`` may hold a token: it is never logged.

    ``urgent`` is for what somebody waits for, such as a code: sent before all that is not. After
    ``life`` it is not sent any more. ``topic`` names what it is about: a newer mail of the
    organization with the same topic withdraws this one, if it was not sent yet.
    """

    recipient: str
    subject: str
    text: str
    urgent: bool = False
    life: timedelta = LIFE
    topic: str | None = None


def queue_mail(
    session: Session, vault: Vault, organization_id: int, mail: Mail, *, now: datetime
) -> UUID:
    """Queue a mail, to be sent once this transaction is committed; returns its id.

    Withdraws older mails of the same topic.
    """
    mail_id = uuid4()
    subject = " ".join(mail.subject.split())[:_LONGEST_SUBJECT]
    topic = None if mail.topic is None else _digest(mail.topic)
    if topic is not None:
        _withdraw(session, organization_id, topic)
    session.add(
        OutgoingMail(
            organization_id=organization_id,
            id=mail_id,
            recipient=mail.recipient,
            subject=subject,
            body=vault.seal(mail.text.encode()),
            attempts=0,
            next_attempt_at=now,
            created_at=now,
            urgent=mail.urgent,
            expires_at=now + mail.life,
            topic=topic,
        )
    )
    session.flush()
    return mail_id


def withdraw_mails(session: Session, organization_id: int, topic: str) -> None:
    """Withdraw the mails of a topic that were not sent yet."""
    _withdraw(session, organization_id, _digest(topic))


def _withdraw(session: Session, organization_id: int, digest: str) -> None:
    """Withdraw mails by the digest of their topic."""
    session.execute(
        update(OutgoingMail)
        .where(
            OutgoingMail.organization_id == organization_id,
            OutgoingMail.topic == digest,
            OutgoingMail.next_attempt_at.is_not(None),
        )
        .values(next_attempt_at=None, body=None, last_error=REPLACED)
    )


def _digest(topic: str) -> str:
    """Return the digest of a topic, so that no person is named by it."""
    return hashlib.sha256(topic.encode("utf-8", "surrogatepass")).hexdigest()
