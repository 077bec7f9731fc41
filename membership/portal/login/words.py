"""What the mail with a code says, in each of its languages."""

from collections.abc import Mapping

from membership.events.mail.outbox import Mail

MAIL: Mapping[str, tuple[str, str]] = {
    "en": (
        "Your code for {organization}",
        "Hello,\n\n"
        "this is your code to go on at {organization}:\n\n"
        "{code}\n\n"
        "It is good once, for 10 minutes. A newer code makes it worthless. Nobody from\n"
        "{organization} will ever ask you for it.\n\n"
        "If it was not you who asked, you need do nothing.\n",
    ),
    "de": (
        "Ihr Code für {organization}",
        "Guten Tag,\n\n"
        "dies ist Ihr Code, mit dem es bei {organization} weitergeht:\n\n"
        "{code}\n\n"
        "Er gilt einmal, 10 Minuten lang. Ein neuerer Code macht ihn wertlos. Niemand von\n"
        "{organization} wird Sie je danach fragen.\n\n"
        "Wenn Sie ihn nicht angefordert haben, brauchen Sie nichts zu tun.\n",
    ),
}
"""Subject and text. The subject has no code in it: it is shown on locked screens, and is stored
as it is."""


def code_mail(email: str, organization: str, code: str, language: str) -> Mail:
    """The mail with a code."""
    subject, text = MAIL[language]
    words = {"organization": organization, "code": code}
    return Mail(email, subject.format(**words), text.format(**words))
