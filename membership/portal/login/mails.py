"""The mail with a login code."""

from membership.events.mail.outbox import Mail
from resources.catalogue import catalogue


def code_mail(recipient: str, organization: str, code: str, language: str) -> Mail:
    """Return the mail with a code.

    The code is not in the subject, which is stored unencrypted and shown on locked screens.
    """
    gettext = catalogue(language).gettext
    subject = gettext("Your code for {organization}").format(organization=organization)
    text = gettext(
        "Hello,\n\n"
        "this is your code to go on at {organization}:\n\n"
        "{code}\n\n"
        "It is good once, for 10 minutes. A newer code makes it worthless. Nobody from\n"
        "{organization} will ever ask you for it.\n\n"
        "If it was not you who asked, you need do nothing.\n"
    )
    return Mail(recipient, subject, text.format(organization=organization, code=code))
