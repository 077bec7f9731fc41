"""Sends one HTTP POST to an address that the URL policy allows, within one deadline.

It follows no redirect, uses no proxy of the environment, and does not resolve the name again. At
the deadline the connection is shut down, whatever state it is in. Only the beginning of the
response is read.
"""

import functools
import http.client
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from membership.events.webhooks.url_policy import (
    RESOLVE_SECONDS,
    Target,
    UrlPolicy,
    UrlRefused,
)

READ_BYTES = 4096
"""The most that is read of a response body."""

_CONNECT_SECONDS = 5.0
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class PostResult:
    """The result of a POST: the response's status, or in ``error`` why there is no response.

    ``text`` is the beginning of the body; ``retry_after`` is in seconds from now.
    ``unreadable``: nothing was sent, because the secret cannot be decrypted with this key.
    """

    status: int | None
    error: str | None = None
    text: str = ""
    retry_after: float | None = None
    unreadable: bool = False

    @property
    def accepted(self) -> bool:
        """Whether the receiver accepted the event: any status of 2xx."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """Whether the receiver wants no more events (410)."""
        return self.status == 410


@functools.cache
def public_tls() -> ssl.SSLContext:
    """TLS that trusts the authorities of this system and those that ``requests`` ships."""
    context = ssl.create_default_context()
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    return context


@dataclass(frozen=True)
class Sender:
    """Posts to URLs that the policy allows; ``seconds`` is the deadline of each POST."""

    policy: UrlPolicy
    seconds: float
    tls: ssl.SSLContext | None = None

    def post(self, url: str, headers: Mapping[str, str], body: bytes, now: datetime) -> PostResult:
        """Send a POST. Raises nothing: the result holds what went wrong.

        ``now`` is the time from which a date in ``Retry-After`` is counted.
        """
        ends = time.monotonic() + self.seconds
        try:
            target = self.policy.checked(url, min(self.seconds, RESOLVE_SECONDS))
        except UrlRefused as error:
            return PostResult(None, f"Not sent. URL: {error}.")
        late = f"No answer within {self.seconds:g} s."
        try:
            with self._connected(target, ends) as connection:
                head = {**headers, "Host": target.authority, "Connection": "close"}
                connection.request("POST", target.path, body, head)
                response = connection.getresponse()
                if time.monotonic() >= ends:
                    # ``http.client`` takes headers that the deadline cut off for complete ones.
                    return PostResult(None, late)
                return _result(response, now)
        except (OSError, http.client.HTTPException, ValueError) as error:
            if time.monotonic() >= ends:
                return PostResult(None, late)
            return PostResult(None, _failure(error, target))

    @contextmanager
    def _connected(self, target: Target, ends: float) -> Iterator[http.client.HTTPConnection]:
        """Connect to the first address that accepts; shut down at ``ends``. Raises OSError.

        A timeout of single reads would not do: a receiver could send a byte now and then.
        """
        plain = _connect(target, ends)
        # TLS takes the socket over; the duplicate can still shut it down.
        handle = plain.dup()
        timer = threading.Timer(max(0.0, ends - time.monotonic()), _shut, [handle])
        timer.daemon = True
        connection = http.client.HTTPConnection(target.authority)
        timer.start()
        try:
            connection.sock = self._secured(plain, target)
            yield connection
        finally:
            timer.cancel()
            connection.close()
            plain.close()
            handle.close()

    def _secured(self, plain: socket.socket, target: Target) -> socket.socket:
        """The socket itself, or TLS over it for the host of the URL. Raises OSError."""
        if target.scheme == "http":
            return plain
        return (self.tls or public_tls()).wrap_socket(plain, server_hostname=target.host)


def _connect(target: Target, ends: float) -> socket.socket:
    """Connect to the first of the addresses that accepts. Raises OSError."""
    failure: OSError = OSError("no address")
    for address in target.addresses:
        left = ends - time.monotonic()
        if left <= 0:
            break
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        plain = socket.socket(family, socket.SOCK_STREAM)
        try:
            plain.settimeout(min(left, _CONNECT_SECONDS))
            plain.connect((address, target.port))
        except OSError as error:
            plain.close()
            failure = error
        else:
            plain.settimeout(max(0.001, ends - time.monotonic()))
            return plain
    raise failure


def _shut(handle: socket.socket) -> None:
    """Shut a connection down from another thread; it may be closed already."""
    try:
        handle.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _result(response: http.client.HTTPResponse, now: datetime) -> PostResult:
    """The result of a response. Its status counts even if its body cannot be read."""
    try:
        data = response.read(READ_BYTES)
    except (OSError, http.client.HTTPException, ValueError):
        data = b""
    text = _CONTROL.sub("", data.decode("utf-8", "replace"))
    retry_after = seconds_to_wait(response.getheader("Retry-After"), now)
    return PostResult(response.status, None, text, retry_after)


def seconds_to_wait(header: str | None, now: datetime) -> float | None:
    """Seconds to wait by a ``Retry-After`` header (RFC 9110, 10.2.3): a number or a date.

    None without the header, or for any other value.
    """
    if header is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", header.strip()):
        return float(header)
    try:
        at = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return max(0.0, (at - now).total_seconds())


def _failure(error: Exception, target: Target) -> str:
    """Why there is no response, in a sentence that quotes nothing the receiver sent."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate of {target.host} is not good: {error.verify_message}."
    if isinstance(error, ssl.SSLError):
        return f"No TLS with {target.host}: {error.reason or 'the connection was cut'}."
    if isinstance(error, TimeoutError):
        return f"{target.authority} did not answer in time."
    if isinstance(error, OSError) and error.strerror:
        return f"{target.authority} cannot be reached: {error.strerror}."
    return f"{target.authority} did not answer in HTTP."
