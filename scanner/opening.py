"""Opens a network stream that may be silent, slow to start, or back by now.

A connection that was accepted may never say anything, although a new one would: a camera that was
restarted, a router that forgot it. OpenCV makes one attempt at a time and none can be cancelled,
so after a failure the stream is asked for a first byte before an attempt that may take long.
"""

import contextlib
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

from scanner.source import Source, SourceError

ASK_S = 1.0
"""Seconds for a first byte: so soon a stream that is back is found."""

QUICK_S = 2.5
"""Seconds for most attempts to open."""

PATIENT_EVERY = 3
"""Every third attempt has the full timeout, for streams that are slow to start."""

UNASKED_EVERY = 12
"""After so many silences in a row a patient attempt is made nevertheless, for streams that take
longer than ``ASK_S`` to say anything."""

Open = Callable[[float], Source]
"""Opens the stream within so many seconds, or raises SourceError."""

PORTS = {"http": 80, "rtsp": 554}
"""Schemes in which a server answers a line of text, and their usual ports."""


def is_silent(address: str, timeout_s: float = ASK_S) -> bool:
    """Return whether the server of ``address`` takes a connection and then says nothing.

    False as well where that cannot be known: for other schemes than http and rtsp, and for a
    server that refuses.
    """
    try:
        parts = urlsplit(address)
        port = parts.port or PORTS.get(parts.scheme.lower())
    except ValueError:
        return False
    if parts.scheme.lower() not in PORTS or not parts.hostname or port is None:
        return False
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    question = f"GET {path} HTTP/1.0\r\nHost: {parts.hostname}\r\n\r\n"
    if parts.scheme.lower() == "rtsp":
        question = "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"
    with contextlib.suppress(ConnectionError, socket.gaierror):
        try:
            with socket.create_connection((parts.hostname, port), timeout_s) as connection:
                connection.settimeout(timeout_s)
                connection.sendall(question.encode("utf-8", "replace"))
                connection.recv(1)
        except TimeoutError:
            return True
    return False


class StreamOpener:
    """Opens one stream, as often as it is lost. Use it from one thread."""

    def __init__(
        self,
        work: Open,
        address: str,
        label: str,
        patient_s: float,
        *,
        failed_before: bool = False,
        silent: Callable[[str], bool] = is_silent,
    ) -> None:
        """Open ``address`` by ``work``, in up to ``patient_s`` seconds; errors name ``label``.

        ``failed_before``: the stream has failed already, so even the first attempt is asked for.
        """
        self._work = work
        self._address = address
        self._label = label
        self._patient_s = patient_s
        self._silent = silent
        self._failed_before = failed_before
        self._attempts = 0
        self._silences = 0

    def open(self) -> Source:
        """Return the stream. Raises SourceError if it does not answer; call again then."""
        if (self._attempts or self._failed_before) and self._silent(self._address):
            self._silences += 1
            if self._silences % UNASKED_EVERY:
                raise SourceError(f"{self._label} does not answer")
            return self._work(self._patient_s)
        self._silences = 0
        self._attempts += 1
        patient = self._attempts % PATIENT_EVERY == 0
        return self._work(self._patient_s if patient else min(QUICK_S, self._patient_s))

    def running(self) -> None:
        """Record that pictures arrive, so that the next failure is the first one again."""
        self._attempts = self._silences = 0
