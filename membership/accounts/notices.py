"""Mails that tell the owner of an account what was changed or tried, so that a thief is noticed."""

from datetime import datetime
from enum import Enum

from sqlalchemy.orm import Session

from membership.base.vault import Vault
from membership.events.mail.outbox import Mail, queue_mail
from membership.store.models import Organization
from membership.web.languages import choose_language
from resources.catalogue import catalogue

_GERMAN = frozenset({"DE", "AT", "CH", "LI"})
"""Countries whose clubs are written to in German, where no language of the person is known."""


class Notice(Enum):
    """What was changed or tried."""

    ADDRESS = "address"
    PASSWORD = "password"  # noqa: S105 - what was changed
    FACTOR_ON = "factor_on"
    FACTOR_OFF = "factor_off"
    WRONG_CODES = "wrong_codes"


def notify(
    session: Session,
    vault: Vault,
    organization_id: int,
    notice: Notice,
    *recipients: str | None,
    now: datetime,
    language: str | None = None,
) -> None:
    """Queue a mail to each recipient, in the language of the person or of the club's country."""
    organization = session.get_one(Organization, organization_id)
    of_club = "de" if organization.country in _GERMAN else "en"
    gettext = catalogue(choose_language(language or of_club)).gettext
    subjects = {
        Notice.ADDRESS: gettext("Your mail address at {organization} was changed"),
        Notice.PASSWORD: gettext("Your password at {organization} was changed"),
        Notice.FACTOR_ON: gettext("Your sign-in at {organization} asks for a second factor now"),
        Notice.FACTOR_OFF: gettext("Your second factor at {organization} was removed"),
        Notice.WRONG_CODES: gettext("Wrong codes for your sign-in at {organization}"),
    }
    subject = subjects[notice].format(organization=organization.name)
    changed = gettext(
        "Hello,\n\n"
        "{what}.\n\n"
        "If you wanted that, you need do nothing. If not, please tell {organization} at once.\n"
    )
    tried = gettext(
        "Hello,\n\n"
        "somebody entered your password at {organization} and then wrong codes of your second "
        "factor.\n\n"
        "If it was you, you need do nothing. If not, somebody knows your password: please choose "
        "another one now, and tell {organization}.\n"
    )
    text = tried if notice is Notice.WRONG_CODES else changed
    text = text.format(what=subject, organization=organization.name)
    for recipient in dict.fromkeys(each for each in recipients if each):
        queue_mail(session, vault, organization_id, Mail(recipient, subject, text), now=now)
