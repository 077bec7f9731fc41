"""Sends mails by SMTP (RFC 5321): one connection for as many as there are.

A reply is about the server or about the mail. Whatever fails before the recipient is named
(connection, TLS, sign-in, sender) holds for every mail: ``MailServerError``, and none is lost by
it. From there on it is about this mail: 5xx is final, anything else is tried again.
"""

import re
import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

from membership.base.settings import ServiceSettings
from membership.events.mail.message import MailServerError, Unsendable

_PORTS = {"starttls": 587, "implicit": 465, "none": 25}
_TOO_LARGE = 552
_CLOSING = 421
_SIGN_IN = frozenset({530, 534, 535, 538})
"""Replies that ask for another sign-in (RFC 4954, 6)."""

_ABOUT_SENDER = re.compile(
    r"\b[45]\.1\.[78]\b|sender address rejected|relay(ing)?( access)? (denied|not permitted)",
    re.IGNORECASE,
)
"""What servers reply to a recipient if they mean the sender, or do not relay for this service.

5.1.7 and 5.1.8 are about the sender's address (RFC 3463, 3.2). Postfix replies to the recipient
by default (``smtpd_delay_reject``).
"""


class SmtpTransport:
    """Sends by one connection, which is opened with the first mail and again when it broke."""

    def __init__(self, settings: ServiceSettings, timeout_seconds: float) -> None:
        self._settings, self._timeout_seconds = settings, timeout_seconds
        self._server: smtplib.SMTP | None = None

    def __call__(self, message: EmailMessage) -> None:
        """Send a mail. Raises Unsendable; MailServerError; any other OSError to try it later."""
        again = self._server is not None
        try:
            self._send(message)
        except MailServerError:
            if not again:
                raise
            # Servers end a connection that idled, or after a number of mails.
            self.close()
            self._send(message)

    def close(self) -> None:
        """End the connection, if there is one."""
        server, self._server = self._server, None
        if server is not None:
            # All mails were accepted or refused by now; an error at QUIT changes nothing.
            with suppress(OSError):
                server.quit()
            server.close()

    def _drop(self) -> None:
        """Close a connection that broke, without a word."""
        server, self._server = self._server, None
        if server is not None:
            server.close()

    def _send(self, message: EmailMessage) -> None:
        """Send a mail by the open connection, or a new one."""
        data = bytes(message)
        sender, recipient = (_address(message, name) for name in ("From", "To"))
        try:
            server = self._ready()
            self._name_sender(server, sender, recipient, len(data))
        except (Unsendable, MailServerError):
            raise
        except (OSError, ValueError) as error:  # ValueError: a host or password beyond ASCII
            self._drop()
            raise MailServerError(f"{type(error).__name__}: {error}") from error
        try:
            _check(*server.rcpt(recipient))
            _check(*server.data(data))
        except smtplib.SMTPDataError as error:
            _check(error.smtp_code, error.smtp_error)
        except UnicodeEncodeError as error:
            raise Unsendable("the mail server takes no such address") from error
        except _Closing as error:
            self._drop()
            raise OSError(str(error)) from error
        except (smtplib.SMTPServerDisconnected, TimeoutError, ConnectionError):
            self._drop()
            raise

    def _ready(self) -> smtplib.SMTP:
        """Return a connection that takes a mail. Raises OSError, ValueError, MailServerError."""
        if self._server is None:
            self._server = _connected(self._settings, self._timeout_seconds)
        else:
            code, reply = self._server.rset()
            if code != 250:
                raise MailServerError(_text(code, reply))
        return self._server

    def _name_sender(self, server: smtplib.SMTP, sender: str, recipient: str, size: int) -> None:
        """Begin a mail. Raises Unsendable, MailServerError, OSError."""
        options = [f"SIZE={size}"] if server.has_extn("size") else []
        if not (sender + recipient).isascii():
            if not server.has_extn("smtputf8"):
                if not sender.isascii():
                    raise MailServerError(f"the mail server takes no sender such as {sender}")
                raise Unsendable("the mail server takes no such address")
            options += ["SMTPUTF8", "BODY=8BITMIME"]
        code, reply = server.mail(sender, options)
        if code == _TOO_LARGE:
            raise Unsendable(_text(code, reply))
        if code != 250:
            self.close()
            raise MailServerError(_text(code, reply))


class _Closing(Exception):
    """The server ends the connection (421)."""


def _connected(settings: ServiceSettings, timeout_seconds: float) -> smtplib.SMTP:
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
        server.ehlo_or_helo_if_needed()
        if settings.smtp_user is not None and settings.smtp_password is not None:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
    except BaseException:
        server.close()
        raise
    return server


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    """The TLS context that verifies the mail server's certificate."""
    return ssl.create_default_context(cafile=ca_file)


def _address(message: EmailMessage, name: str) -> str:
    """The one address in a header."""
    (address,) = message[name].addresses
    return str(address.addr_spec)


def _check(code: int, reply: bytes | str) -> None:
    """Raise the error of a reply to a recipient or a text (RFC 5321, 4.2.1); none for 2xx."""
    if 200 <= code < 300:
        return
    text = _text(code, reply)
    if code == _CLOSING:
        raise _Closing(text)
    if code in _SIGN_IN or _ABOUT_SENDER.search(text):
        raise MailServerError(text, every_mail=False)
    raise Unsendable(text) if 500 <= code < 600 else OSError(text)


def _text(code: int, reply: bytes | str) -> str:
    """A reply as one line."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return f"{code} {' '.join(text.split())}"
