"""Which mail is next: urgent ones first, and the organizations take turns.

A thousand mails of one club delay a mail of another by one mail at most. Of one organization, the
mail that is due longest goes first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select

from membership.events.mail.outbox import EXPIRED
from membership.store.models import OutgoingMail

URGENT_IN_A_ROW = 25
"""After so many urgent mails in a row, one that is not urgent goes first, if there is one."""


@dataclass
class Turns:
    """Whose turn it is, in one process: the organization that was last, and urgent mails so far."""

    last_organization: int = 0
    urgent_in_a_row: int = 0

    def next_mail(
        self,
        is_due: ColumnElement[bool],
        read: Callable[[Select[OutgoingMail]], OutgoingMail | None],
    ) -> OutgoingMail | None:
        """Return the mail that is next of those that are due, or None without any.

        ``read`` returns the first row of a query, as it is to be locked.
        """
        urgent_first = self.urgent_in_a_row < URGENT_IN_A_ROW
        organization = OutgoingMail.organization_id
        for urgent in (urgent_first, not urgent_first):
            for whose in (
                organization > self.last_organization,
                organization <= self.last_organization,
            ):
                found = read(
                    select(OutgoingMail)
                    .where(OutgoingMail.urgent == urgent, is_due, whose)
                    .order_by(organization, OutgoingMail.next_attempt_at, OutgoingMail.id)
                    .limit(1)
                )
                if found is not None:
                    self.last_organization = found.organization_id
                    self.urgent_in_a_row = self.urgent_in_a_row + 1 if found.urgent else 0
                    return found
        return None


def is_too_late(mail: OutgoingMail, now: datetime) -> bool:
    """Whether a mail is not worth sending any more, or has lost its text."""
    return mail.body is None or (mail.expires_at is not None and mail.expires_at <= now)


def withdraw(mail: OutgoingMail) -> None:
    """Withdraw a mail that is too late."""
    mail.next_attempt_at, mail.body, mail.last_error = None, None, EXPIRED
