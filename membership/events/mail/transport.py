"""The two transports of mails: SMTP, or files where no mail server is set."""

from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

from membership.base.logs import logger
from membership.base.private_files import private_draft
from membership.base.settings import ServiceSettings
from membership.events.mail.message import MailServerError

Send = Callable[[EmailMessage], None]
"""Sends one mail. Raises Unsendable; MailServerError; any other OSError to try again later."""

MAIL_FOLDER = "mail"
TIMEOUT_SECONDS = 20.0


class Transport(Protocol):
    """Sends mails, one after the other; to be closed when there are none for now."""

    def __call__(self, message: EmailMessage) -> None:
        """Send a mail. Raises as ``Send``."""
        ...

    def close(self) -> None:
        """Close what is open; the next mail opens it again."""
        ...


def transport(settings: ServiceSettings, timeout_seconds: float = TIMEOUT_SECONDS) -> Transport:
    """The transport of the settings. ``timeout_seconds`` applies to each reply of the server."""
    if settings.smtp_host is None:
        return FileTransport(settings.data_dir / MAIL_FOLDER)
    # A club without a mail server does not need the package.
    from membership.events.mail.smtp import SmtpTransport  # noqa: PLC0415

    return SmtpTransport(settings, timeout_seconds)


class FileTransport:
    """Writes each mail to a file that only this user can read; again to the same file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, message: EmailMessage) -> None:
        """Write a mail. Raises MailServerError if the folder cannot be written."""
        try:
            _write_file(self._folder, message)
        except OSError as error:
            raise MailServerError(f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        """Do nothing: each file is closed once it is written."""


def _write_file(folder: Path, message: EmailMessage) -> None:
    """Write a mail to its file, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = str(message["Message-ID"]).strip("<>").partition("@")[0]
    file = folder / f"{name}.eml"
    with private_draft(file) as draft:
        draft.write(bytes(message))
    logger().info("mail_written", file=str(file))
