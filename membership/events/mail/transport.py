"""The two transports of mails: SMTP, or files where no mail server is set."""

import os
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from pathlib import Path

from membership.base.logs import logger
from membership.base.settings import ServiceSettings
from membership.events.mail.message import Unsendable

Send = Callable[[EmailMessage], None]
"""Sends one mail. Raises Unsendable, or OSError (SMTPException included) to try again later."""

MAIL_FOLDER = "mail"
TIMEOUT_SECONDS = 20.0
_PORTS = {"starttls": 587, "implicit": 465, "none": 25}


def transport(settings: ServiceSettings, timeout_seconds: float = TIMEOUT_SECONDS) -> Send:
    """The transport of the settings. ``timeout_seconds`` applies to each reply of the server."""
    if settings.smtp_host is None:
        return lambda message: _write_file(settings.data_dir / MAIL_FOLDER, message)
    return lambda message: _send(settings, timeout_seconds, message)


def _send(settings: ServiceSettings, timeout_seconds: float, message: EmailMessage) -> None:
    """Send by SMTP."""
    with _connection(settings, timeout_seconds) as server:
        if settings.smtp_user is not None and settings.smtp_password is not None:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            ((code, reply),) = error.recipients.values()
            raise _error(code, reply) from error
        except smtplib.SMTPResponseException as error:
            raise _error(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPNotSupportedError, UnicodeEncodeError) as error:
            raise Unsendable("the mail server takes no such address") from error


@contextmanager
def _connection(settings: ServiceSettings, timeout_seconds: float) -> Iterator[smtplib.SMTP]:
    """A connection to the mail server, encrypted unless the settings switch it off."""
    host = settings.smtp_host or ""
    port = settings.smtp_port or _PORTS[settings.smtp_tls]
    server: smtplib.SMTP
    if settings.smtp_tls == "implicit":
        context = _trust(settings.smtp_ca_file)
        server = smtplib.SMTP_SSL(host, port, timeout=timeout_seconds, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=timeout_seconds)
    try:
        if settings.smtp_tls == "starttls":
            server.starttls(context=_trust(settings.smtp_ca_file))
        yield server
        # The mail was accepted; an error at QUIT changes nothing.
        with suppress(OSError):
            server.quit()
    finally:
        server.close()


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    """The TLS context that verifies the mail server's certificate."""
    return ssl.create_default_context(cafile=ca_file)


def _error(code: int, reply: bytes | str) -> OSError | Unsendable:
    """The error of a server's reply (RFC 5321, 4.2.1): 5xx is permanent, others are not."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    message = f"{code} {' '.join(text.split())}"
    return Unsendable(message) if 500 <= code < 600 else OSError(message)


def _write_file(folder: Path, message: EmailMessage) -> None:
    """Write a mail to a file that only this user can read; again to the same file."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = str(message["Message-ID"]).strip("<>").partition("@")[0]
    file, draft = folder / f"{name}.eml", folder / f".{name}-{os.getpid()}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(bytes(message))
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    logger().info("mail_written", file=str(file))
