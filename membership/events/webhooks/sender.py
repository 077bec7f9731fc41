"""Sends one HTTP POST to an address that was judged, within one deadline, and reads little.

Nothing here follows a redirect, asks a proxy of the environment, or looks a name up again. The
deadline holds over everything: at its end the connection is shut down, whatever is going on.
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
    TargetPolicy,
    TargetRefused,
)

READ_BYTES = 4096
"""How much of an answer is read."""

_CONNECT_SECONDS = 5.0
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a POST: a status, or why there is none.

    ``text`` is the beginning of the body; ``retry_after`` is in seconds from now.
    """

    status: int | None
    error: str | None = None
    text: str = ""
    retry_after: float | None = None

    @property
    def accepted(self) -> bool:
        """Whether the receiver has it: any status of 2xx."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """Whether the receiver asks not to be sent anything more."""
        return self.status == 410


@functools.cache
def public_tls() -> ssl.SSLContext:
    """TLS that trusts the authorities of this system and those that requests brings along."""
    context = ssl.create_default_context()
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    return context


@dataclass(frozen=True)
class Sender:
    """Posts to targets that the policy allows; ``seconds`` is the deadline for each."""

    policy: TargetPolicy
    seconds: float
    tls: ssl.SSLContext | None = None

    def post(self, url: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Answer:
        """Send; whatever goes wrong is told by the answer. ``now`` is for Retry-After dates."""
        ends = time.monotonic() + self.seconds
        try:
            target = self.policy.checked(url, min(self.seconds, RESOLVE_SECONDS))
        except TargetRefused as error:
            return Answer(None, f"Not sent. URL: {error}.")
        late = f"No answer within {self.seconds:g} s."
        try:
            with self._connected(target, ends) as connection:
                head = {**headers, "Host": target.authority, "Connection": "close"}
                connection.request("POST", target.path, body, head)
                response = connection.getresponse()
                if time.monotonic() >= ends:
                    # A head that was cut off by the deadline is taken for a whole one.
                    return Answer(None, late)
                return _answer(response, now)
        except (OSError, http.client.HTTPException, ValueError) as error:
            if time.monotonic() >= ends:
                return Answer(None, late)
            return Answer(None, _failure(error, target))

    @contextmanager
    def _connected(self, target: Target, ends: float) -> Iterator[http.client.HTTPConnection]:
        """A connection to the first address that takes one. Raises OSError.

        It is shut down when the time is over: a receiver that sends a byte now and then would
        outlast any timeout of a single read.
        """
        plain = _connect(target, ends)
        # TLS takes the socket over; a second handle stays good for shutting it down.
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
        """The connection itself, or TLS over it for the name in the URL. Raises OSError."""
        if target.scheme == "http":
            return plain
        return (self.tls or public_tls()).wrap_socket(plain, server_hostname=target.host)


def _connect(target: Target, ends: float) -> socket.socket:
    """Connect to one of the addresses, the first that answers. Raises OSError."""
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
    """End a connection from another thread; it may have ended by itself."""
    try:
        handle.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _answer(response: http.client.HTTPResponse, now: datetime) -> Answer:
    """What a response says. Its status counts even where its body cannot be read."""
    try:
        data = response.read(READ_BYTES)
    except (OSError, http.client.HTTPException, ValueError):
        data = b""
    text = _CONTROL.sub("", data.decode("utf-8", "replace"))
    retry_after = seconds_to_wait(response.getheader("Retry-After"), now)
    return Answer(response.status, None, text, retry_after)


def seconds_to_wait(header: str | None, now: datetime) -> float | None:
    """Seconds that a receiver asks to wait: a number or a date; None if it says neither."""
    if header is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", header.strip()):
        return float(header)
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
    return max(0.0, (at - now).total_seconds())


def _failure(error: Exception, target: Target) -> str:
    """Why there is no answer, in a sentence; nothing of what the receiver sent is in it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate of {target.host} is not good: {error.verify_message}."
    if isinstance(error, ssl.SSLError):
        return f"No TLS with {target.host}: {error.reason or 'the connection was cut'}."
    if isinstance(error, TimeoutError):
        return f"{target.authority} did not answer in time."
    if isinstance(error, OSError) and error.strerror:
        return f"{target.authority} cannot be reached: {error.strerror}."
    return f"{target.authority} did not answer in HTTP."
