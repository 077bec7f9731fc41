"""Load for a service from processes of their own: many kept connections, few instructions.

Requests are bytes made beforehand and answers are only looked at for their status, so that one
processor asks faster than the service under test can answer.
"""

import json
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from multiprocessing import get_context
from typing import Any
from urllib.parse import urlsplit

_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Load:
    """What was answered within how many seconds, and how long each answer took (ms)."""

    answers: int
    seconds: float
    milliseconds: tuple[float, ...]

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.answers / self.seconds


def request_bytes(method: str, path: str, *, key: str | None = None, body: Any = None) -> bytes:
    """One request over HTTP/1.1 with kept connection, as it goes over the wire."""
    content = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(content)}"]
    if key is not None:
        lines.append(f"Authorization: Bearer {key}")
    if body is not None:
        lines.append("Content-Type: application/json")
    return "\r\n".join([*lines, "", ""]).encode() + content


class Connection:
    """One kept connection, with at most one request on its way.

    Raises RuntimeError for an answer other than 2xx, or a closed connection.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port), _PATIENCE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = b""
        self.sent_ns = 0

    def send(self, request: bytes) -> None:
        """Ask."""
        self.sent_ns = time.perf_counter_ns()
        self.socket.sendall(request)

    def receive(self) -> float | None:
        """Read what has come; milliseconds since the question once the answer is whole."""
        came = self.socket.recv(65536)
        if not came:
            raise RuntimeError("the connection was closed")
        self._received += came
        head, found, content = self._received.partition(b"\r\n\r\n")
        if not found or len(content) < _content_length(head):
            return None
        took = (time.perf_counter_ns() - self.sent_ns) / 1e6
        if not head.startswith(b"HTTP/1.1 2"):
            raise RuntimeError(self._received.decode(errors="replace"))
        self._received = b""
        return took

    def ask(self, request: bytes) -> float:
        """Ask and wait for the answer; how long it took (ms)."""
        self.send(request)
        while (took := self.receive()) is None:
            pass
        return took


def _content_length(head: bytes) -> int:
    """The announced length of an answer."""
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    raise RuntimeError("an answer without a length")


def drive(url: str, requests: Sequence[bytes], connections: int, seconds: float) -> Load:
    """Keep ``connections`` busy for a time; the requests are sent in turn, again and again."""
    wanted = cycle(requests)
    took: list[float] = []
    with selectors.DefaultSelector() as selector:
        for _ in range(connections):
            connection = Connection(url)
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send(next(wanted))
        began = time.perf_counter()
        while (passed := time.perf_counter() - began) < seconds:
            for ready, _ in selector.select(1.0):
                answered: Connection = ready.data
                if (milliseconds := answered.receive()) is not None:
                    took.append(milliseconds)
                    answered.send(next(wanted))
        for ready in list(selector.get_map().values()):
            ready.data.socket.close()
    return Load(len(took), passed, tuple(took))


class Drivers:
    """Some processes that load a service together."""

    def __init__(self, pool: ProcessPoolExecutor, processes: int) -> None:
        self._pool, self._processes = pool, processes

    def load(self, url: str, requests: Sequence[bytes], connections: int, seconds: float) -> Load:
        """Load with ``connections`` in all; each process sends a part of the requests."""
        processes = min(self._processes, connections)
        parts = [
            self._pool.submit(
                drive, url, requests[number::processes], connections // processes, seconds
            )
            for number in range(processes)
        ]
        loads = [part.result() for part in parts]
        took = tuple(each for load in loads for each in load.milliseconds)
        return Load(len(took), max(load.seconds for load in loads), took)


@contextmanager
def driver_processes(processes: int = 2) -> Iterator[Drivers]:
    """Start the processes, and end them."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        list(pool.map(abs, range(processes)))
        yield Drivers(pool, processes)
