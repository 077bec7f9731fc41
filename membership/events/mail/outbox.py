"""The queue of mails, stored in the transaction that causes them; their text is encrypted."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from membership.base.vault import Vault
from membership.store.models import OutgoingMail

_LONGEST_SUBJECT = 200


@dataclass(frozen=True)
class Mail:
    """A plain-text mail to one recipient. ``text`` may hold a token: it is never logged."""

    recipient: str
    subject: str
    text: str


def queue_mail(
    session: Session, vault: Vault, organization_id: int, mail: Mail, *, now: datetime
) -> UUID:
    """Queue a mail, to be sent once this transaction is committed; returns its id."""
    mail_id = uuid4()
    subject = " ".join(mail.subject.split())[:_LONGEST_SUBJECT]
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
        )
    )
    session.flush()
    return mail_id
