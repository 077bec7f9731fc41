"""The HTTP server: the API below ``/v1/``, and the pages of customers."""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from typing_extensions import override

from tests.fakes.stripe import pages
from tests.fakes.stripe.gate import Gate
from tests.fakes.stripe.ledger import Ledger
from tests.fakes.stripe.pages import Page
from tests.fakes.stripe.refusals import Refused
from tests.fakes.stripe.shapes import Thing


class Customer(Protocol):
    """Actions of a customer on a page."""

    def pay(self, session_id: str, outcome: str) -> Thing:
        """Pay a Checkout session and return it."""

    def pay_invoice(self, invoice_id: str) -> Thing:
        """Pay an open invoice and return it."""

    def cancel(self, subscription_id: str, *, at_period_end: bool) -> Thing:
        """Cancel a subscription at the end of its period and return it."""

    def resume(self, subscription_id: str) -> Thing:
        """Withdraw the end of a subscription and return it."""


def shown(ledger: Ledger, customer: Customer, path: str, done: str | None) -> Page:
    """Return a page, or carry out a button on it; ``done`` is the button's value."""
    match path.strip("/").split("/"):
        case ["c", "pay", session_id]:
            session = ledger.get("checkout.session", session_id)
            if done is None or session["status"] != "open":
                return pages.session_page(ledger, session)
            customer.pay(session_id, done)
            return pages.after_paying(session)
        case ["i", invoice_id]:
            invoice = pages.finalised(ledger, invoice_id)
            if done is not None and invoice["status"] == "open":
                customer.pay_invoice(invoice_id)
            return pages.invoice_page(invoice)
        case ["p", "session", session_id, *about]:
            session = ledger.get("billing_portal.session", session_id)
            for each in about:
                subscription = ledger.get("subscription", each)
                if subscription["customer"] != session["customer"]:
                    return pages.lost()
                if done == "cancel":
                    customer.cancel(each, at_period_end=True)
                elif done == "resume":
                    customer.resume(each)
            return pages.portal_page(ledger, session)
    return pages.lost()


@contextmanager
def serving(ledger: Ledger, gate: Gate, customer: Customer) -> Iterator[str]:
    """Yield the address of the server on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body are written one after the other: waiting for the first to be
        # acknowledged costs 40 ms a request.
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if not self.path.startswith("/v1/"):
                self.page(body)
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            given = gate.pass_on(self.command, self.path, headers, body)
            if given.cut:
                self.close_connection = True
                return
            self.send(
                given.status, {"Content-Type": "application/json", **given.headers}, given.body
            )

        def page(self, body: bytes) -> None:
            done = parse_qs(body.decode()).get("do", [""])[0] if self.command == "POST" else None
            with ledger.lock:
                try:
                    given = shown(ledger, customer, urlsplit(self.path).path, done)
                except Refused as refused:
                    given = pages.lost(refused)
                except ValueError as error:
                    given = Page(400, json.dumps(str(error)))
            headers = {"Content-Type": "text/html; charset=utf-8"}
            if given.location:
                headers["Location"] = given.location
            self.send(given.status, headers, given.html.encode())

        def send(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response_only(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_DELETE = handle_any  # noqa: N815

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        @override
        def handle_error(self, *args: Any) -> None:
            error = sys.exception()
            # The client timed out and left, which is expected.
            if error is not None and not isinstance(error, ConnectionError):
                ledger.broken.append(error)

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
