"""Mails to staff."""

from datetime import timedelta
from uuid import UUID

from membership.events.mail.outbox import Mail
from membership.store.models import StaffAccount

RESET_LIFE = timedelta(minutes=60)
INVITATION_LIFE = timedelta(days=3)

SET_PASSWORD_PATH = "/staff/set-password"  # noqa: S105 - a path
"""Path of the page that mails link to; the token is in the fragment."""


def reset_mail(
    account: StaffAccount, organization: str, token: str, public_url: str | None
) -> Mail:
    """Return the mail to reset a password."""
    text = (
        f"Hello {account.name},\n\n"
        f"somebody asked for a new password for your account at {organization}.\n\n"
        f"{_how(token, public_url)}\n"
        "It can be used once, within 60 minutes. If it was not you who asked, you need do\n"
        "nothing: your password stays as it is.\n"
    )
    return Mail(
        account.email,
        f"Your password at {organization}",
        text,
        urgent=True,
        life=RESET_LIFE,
        topic=token_topic(account.id),
    )


def invitation(
    account: StaffAccount, organization: str, token: str, public_url: str | None
) -> Mail:
    """Return the mail to a new account without a password."""
    text = (
        f"Hello {account.name},\n\n"
        f"an account was made for you at {organization}. Choose a password to sign in with.\n\n"
        f"{_how(token, public_url)}\n"
        "It can be used once, within three days. After that, ask for a new password.\n"
    )
    return Mail(
        account.email,
        f"Your account at {organization}",
        text,
        urgent=True,
        life=INVITATION_LIFE,
        topic=token_topic(account.id),
    )


def token_topic(account_id: UUID) -> str:
    """Return the topic of mails with a token: a newer token makes the older ones worthless."""
    return f"staff token\n{account_id}"


def _how(token: str, public_url: str | None) -> str:
    """Return the link, if there is a public address, and the token to paste."""
    pasted = f"To paste where you are asked for a token:\n\n{token}\n"
    if public_url is None:
        return pasted
    return f"{public_url.rstrip('/')}{SET_PASSWORD_PATH}#token={token}\n\n{pasted}"
