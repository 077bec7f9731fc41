"""A proxy between kiosk and service that delays, drops and repeats single answers.

It forwards every request to the service at ``target``, which may change while it runs. Faults are
set for the next request that a rule fits, and are used up by it. ``spelling`` returns the ETag that
is passed on, as proxies that compress change it.
"""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_PASSED_ON = {"connection", "host", "content-length", "transfer-encoding", "keep-alive"}
_DEADLINE_S = 30.0


class Fault(Enum):
    """What happens to a request or its answer."""

    LATE = auto()
    """Forwarded; the answer waits until ``Proxy.let_go``."""
    ANSWER_LOST = auto()
    """Forwarded and answered, and the connection closed without the answer."""
    REQUEST_LOST = auto()
    """The connection is closed, and nothing forwarded."""
    TWICE = auto()
    """Forwarded two times, as a network may; the second answer is passed on."""


@dataclass
class Seen:
    """A request that was forwarded with its body, and the status of its answer."""

    method: str
    path: str
    status: int
    once: str
    body: bytes


@dataclass
class Proxy:
    """A running proxy. ``changes`` are the requests that were forwarded and change something."""

    url: str
    target: str
    seen: list[Seen] = field(default_factory=list)
    spelling: Callable[[str], str] = str
    _next: Fault | None = None
    _fits: Callable[[str, str], bool] = lambda _method, _path: False
    _free: threading.Event = field(default_factory=threading.Event)
    held: threading.Event = field(default_factory=threading.Event)
    """Set while an answer waits."""

    @property
    def changes(self) -> list[Seen]:
        """The forwarded requests that change something, without sign-ins and scans."""
        return [
            each
            for each in self.seen
            if each.method != "GET" and "/sessions" not in each.path and "/scans" not in each.path
        ]

    def fail_next(self, fault: Fault, fits: Callable[[str, str], bool]) -> None:
        """Let a fault happen to the next request whose method and path fit."""
        self._free.clear()
        self.held.clear()
        self._next, self._fits = fault, fits

    def let_go(self) -> None:
        """Pass on the answer that waits."""
        self._free.set()

    def fault_for(self, method: str, path: str) -> Fault | None:
        """Return the fault of a request, and use it up."""
        if self._next is None or not self._fits(method, path):
            return None
        fault, self._next = self._next, None
        return fault

    def wait(self) -> None:
        """Hold an answer until ``let_go``."""
        self.held.set()
        self._free.wait(_DEADLINE_S)


@contextmanager
def proxy(target: str) -> Iterator[Proxy]:
    """Run a proxy before the service at the URL ``target``."""
    running = Proxy("", target)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except (ConnectionError, TimeoutError):
                self.close_connection = True

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fault = running.fault_for(self.command, self.path)
            if fault is Fault.REQUEST_LOST:
                self._hang_up()
                return
            for _ in range(2 if fault is Fault.TWICE else 1):
                try:
                    status, headers, answer = _forward(running, self, body)
                except OSError:
                    self._hang_up()
                    return
            if fault is Fault.LATE:
                running.wait()
            if fault is Fault.ANSWER_LOST:
                self._hang_up()
                return
            self.send_response(status)
            for name, value in headers:
                if name.lower() == "etag":
                    self.send_header(name, running.spelling(value))
                elif name.lower() not in _PASSED_ON:
                    self.send_header(name, value)
            if status != http.client.NO_CONTENT:
                self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _handle  # noqa: N815

        def _hang_up(self) -> None:
            self.close_connection = True
            self.connection.close()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    running.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        running.let_go()
        server.shutdown()
        thread.join()
        server.server_close()


def _forward(
    running: Proxy, request: BaseHTTPRequestHandler, body: bytes
) -> tuple[int, list[tuple[str, str]], bytes]:
    """Send a request to the service. Returns status, headers and body of its answer."""
    to = urlsplit(running.target)
    connection = http.client.HTTPConnection(to.hostname or "", to.port, timeout=_DEADLINE_S)
    try:
        headers = {k: v for k, v in request.headers.items() if k.lower() not in _PASSED_ON}
        connection.request(request.command, request.path, body or None, headers)
        answer = connection.getresponse()
        once = request.headers.get("Idempotency-Key", "")
        running.seen.append(Seen(request.command, request.path, answer.status, once, body))
        return answer.status, answer.getheaders(), answer.read()
    finally:
        connection.close()
