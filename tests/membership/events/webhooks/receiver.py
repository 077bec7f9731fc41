"""A real HTTP server on this machine that takes webhooks, and answers them as a test wants."""

import contextlib
import ssl
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

from standardwebhooks import Webhook

Behave = Callable[["Handler"], None]


@dataclass(frozen=True)
class Received:
    """One request that came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event_id(self) -> UUID:
        """What the receiver knows repeats by."""
        return UUID(self.headers["webhook-id"])

    def signed_with(self, secret: str) -> bool:
        """Whether a secret's signature is among those shown, whatever the time is now."""
        at = datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), UTC)
        expected = Webhook(secret).sign(self.headers["webhook-id"], at, self.body.decode())
        return expected in self.headers["webhook-signature"].split(" ")


class Handler(BaseHTTPRequestHandler):
    """Records a request and behaves as told; by default it answers 204."""

    server: "_Server"
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Take a webhook."""
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        with self.server.receiver.handling(Received(self.path, headers, body)) as behave:
            behave(self)

    def do_GET(self) -> None:
        """Nobody may come here: a redirect was followed."""
        self.server.receiver.followed += 1
        self.answer(200)

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Send an answer."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@dataclass
class Receiver:
    """What came in, in order, and what is still to be answered in a special way."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    script: deque[Behave] = field(default_factory=deque)
    always: Behave = lambda handler: handler.answer(204)
    followed: int = 0
    most_at_once: int = 0
    released: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _running: Counter[str] = field(default_factory=Counter)

    @contextlib.contextmanager
    def handling(self, request: Received) -> Iterator[Behave]:
        """Note a request, and how many of its path are handled at once."""
        with self._lock:
            self.received.append(request)
            self._running[request.path] += 1
            self.most_at_once = max(self.most_at_once, self._running[request.path])
            behave = self.script.popleft() if self.script else self.always
        try:
            yield behave
        finally:
            with self._lock:
                self._running[request.path] -= 1

    @property
    def ids(self) -> list[UUID]:
        """Ids of the events that came, in order, repeats included."""
        return [each.event_id for each in self.received]

    def fail(self, times: int, status: int = 500, **headers: str) -> None:
        """Answer so the next few times."""
        self.script.extend([lambda handler: handler.answer(status, b"", **headers)] * times)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    receiver: Receiver

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A sender that hangs up is no fault here."""


@contextlib.contextmanager
def receiving(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run a receiver until the block is left; what hangs in it is then let go."""
    server = _Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    scheme = "http" if tls is None else "https"
    server.receiver = Receiver(f"{scheme}://127.0.0.1:{server.server_address[1]}/hook")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.receiver
    finally:
        server.receiver.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
