"""The queue of mails, stored in the transaction that causes them; their text is encrypted."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
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
class Attachment:
    """A file in a mail; ``kind`` is its media type."""

    name: str
    kind: str
    data: bytes = field(repr=False)


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
    attachments: tuple[Attachment, ...] = ()


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
            body=vault.seal(packed(mail)),
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


_FILES = b"\0files"
"""Begins the content of a mail with files; no text begins so."""


def packed(mail: Mail) -> bytes:
    """Return the content of a mail as it is stored: its text, or its text and files as JSON."""
    if not mail.attachments:
        return mail.text.encode()
    files = [
        {"name": each.name, "kind": each.kind, "data": base64.b64encode(each.data).decode()}
        for each in mail.attachments
    ]
    return _FILES + json.dumps({"text": mail.text, "files": files}).encode()


def unpacked(recipient: str, subject: str, content: bytes) -> Mail:
    """Return a mail with content that ``packed`` returned. Raises ValueError for any other."""
    if not content.startswith(_FILES):
        return Mail(recipient, subject, content.decode())
    stored = json.loads(content.removeprefix(_FILES))
    files = tuple(
        Attachment(each["name"], each["kind"], base64.b64decode(each["data"]))
        for each in stored["files"]
    )
    return Mail(recipient, subject, stored["text"], attachments=files)


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
