"""Builds mails with ``email``, so that no value can inject a header."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from uuid import UUID

from email_validator import validate_email

from membership.events.mail.outbox import Mail

DEFAULT_SENDER = "no-reply@localhost"


class Unsendable(Exception):
    """A mail that can never be sent: retrying is of no use."""


class MailServerError(OSError):
    """The mail server, or how it is used, is at fault: no mail is given up because of it.

    ``every_mail`` is whether it holds for all mails, so that no other need be tried meanwhile.
    """

    def __init__(self, message: str, *, every_mail: bool = True) -> None:
        super().__init__(message)
        self.every_mail = every_mail


def message_of(mail: Mail, mail_id: UUID, sender: str, written_at: datetime) -> EmailMessage:
    """Build the message. Its Message-ID is the same in every attempt, so that mail servers and
    readers recognize a mail that was sent twice.

    Raises Unsendable for an address or a subject that is invalid in a header.
    """
    try:
        checked = validate_email(mail.recipient, check_deliverability=False)
        recipient = Address(username=checked.local_part, domain=checked.ascii_domain)
        author = Address(username=sender.rpartition("@")[0], domain=sender.rpartition("@")[2])
        ascii_only = recipient.addr_spec.isascii() and author.addr_spec.isascii()
        message = EmailMessage(policy=SMTP if ascii_only else SMTPUTF8)
        message["From"], message["To"], message["Subject"] = author, recipient, mail.subject
    except ValueError as error:
        # The message of the error would quote the address.
        raise Unsendable("address or subject cannot stand in a header") from error
    message["Date"] = format_datetime(written_at)
    message["Message-ID"] = f"<{mail_id.hex}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    for each in mail.attachments:
        main, _, sub = each.kind.partition("/")
        message.add_attachment(each.data, maintype=main, subtype=sub, filename=each.name)
    return message
