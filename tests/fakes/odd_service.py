"""A server that is not a working membership service: it answers over real HTTP as a test wants."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

Answer = Callable[[BaseHTTPRequestHandler], None]


def whole(status: int, kind: str, body: bytes, **headers: str) -> Answer:
    """Return a normal answer."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def scanned(answer: bytes) -> Answer:
    """Return an answer to any scan: ``answer`` as JSON, with the visit id of the scan."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        body = json.loads(getattr(handler, "body", b"") or b"{}")
        told = json.loads(answer) | {"visit_id": body.get("visit_id", str(uuid4()))}
        whole(200, "application/json", json.dumps(told).encode())(handler)

    return reply


def html(status: int) -> Answer:
    """Return an HTML answer, such as that of a proxy or of a hotel network."""
    return whole(status, "text/html", b"<html><body>Welcome to our WLAN</body></html>")


def slow(seconds: float, then: Answer) -> Answer:
    """Return an answer that is sent after ``seconds``."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(seconds)
        then(handler)

    return answer


def held(until: threading.Event, then: Answer) -> Answer:
    """Return an answer that is sent once ``until`` is set, or after a minute."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        until.wait(60)
        then(handler)

    return answer


def dripping(body: bytes, pause_s: float) -> Answer:
    """Return an answer sent byte by byte, so that no single read takes long."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        for index in range(len(body)):
            handler.wfile.write(body[index : index + 1])
            handler.wfile.flush()
            time.sleep(pause_s)

    return answer


def cut_off(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection in the middle of the body."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"visit_id": "')
    handler.close_connection = True


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection without an answer."""
    handler.close_connection = True


class OddService:
    """Answers requests in the order of ``answers``; the last one is repeated."""

    def __init__(self, url: str, answers: list[Answer]) -> None:
        self.url = url
        self.answers = answers
        self.requests: list[tuple[str, str, bytes]] = []


@contextmanager
def odd_service(*answers: Answer) -> Iterator[OddService]:
    """Yield a service on loopback that sends ``answers``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            self.body = self.rfile.read(length)
            service.requests.append((self.command, self.path, self.body))
            answers = service.answers
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            try:
                answer(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        do_GET = do_POST = handle_any  # noqa: N815

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service = OddService(f"http://127.0.0.1:{server.server_port}", list(answers))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
