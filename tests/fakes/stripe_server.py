"""Stripe as this product meets it: the HTTP API, what customers do there, its time, its events.

It keeps one account in test mode and speaks the API version of the installed ``stripe`` package:
fields and parameters are those of the package's types. Whatever Stripe does not know is refused as
Stripe refuses it; what Stripe knows and the fake does not do is answered with 501, so that no test
relies on it by mistake.

It does not do: tax, prorations that wait for the next invoice, trials, schedules, coupons and
promotion codes, 3-D Secure, quantities that change, several intervals in one subscription, metered
and tiered prices, free sessions, setup mode, payment methods as objects of their own (only their
ids), balances and payouts, credit notes, invoices that are sent, PDFs of invoices, meters, Connect,
and live mode. Events are made one after the other; Stripe promises no order, so deliver them in
any.

Where Stripe's documents leave room, this was chosen: a subscription that is paid with a delayed
method is active while the bank works, and past due when it says no; retries are counted from the
attempt before; a subscription follows its newest finalised invoice.
"""

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from tests.fakes.stripe.dashboard import configure_portal
from tests.fakes.stripe.gate import Gate, Request
from tests.fakes.stripe.ledger import API_VERSION, Ledger, Policy
from tests.fakes.stripe.server import StripeServer
from tests.fakes.stripe.shapes import Thing
from tests.fakes.stripe.web import serving

__all__ = ["API_VERSION", "Policy", "Request", "StripeServer", "stripe_server"]


@contextmanager
def stripe_server(
    now: datetime,
    *,
    policy: Policy | None = None,
    on_event: Callable[[Thing], object] | None = None,
    **settings: Any,
) -> Iterator[StripeServer]:
    """Yield Stripe on loopback; its time starts at ``now``.

    ``policy`` is the club's settings in the Dashboard; its fields can be given one by one instead
    (``retries=(1, 2)``, ``when_exhausted="unpaid"``). ``on_event`` is called with each event in
    order, in a thread of the server, after the change that it reports.

    Raises the first error of ``on_event`` at the end.
    """
    policy = policy or Policy(**settings)
    ledger = Ledger(now.astimezone(UTC).replace(microsecond=0), policy)
    webhook_secret = f"whsec_{secrets.token_hex(16)}"
    ledger.secrets.append(webhook_secret)
    gate = Gate(ledger, f"sk_test_51{secrets.token_hex(24)}")
    server = StripeServer(ledger, gate, webhook_secret)
    if policy.portal_configured:
        configure_portal(ledger)
    if on_event is not None:
        ledger.on_event = server.told.put
    telling = threading.Thread(target=_tell, args=(server, on_event or (lambda _: None)))
    with serving(ledger, gate, server) as url:
        ledger.url = url
        telling.start()
        try:
            yield server
        finally:
            # While the API still answers, because ``on_event`` may call it.
            server.told.put(None)
            telling.join()
    if ledger.broken:
        raise ledger.broken[0]


def _tell(server: StripeServer, on_event: Callable[[Thing], object]) -> None:
    """Call ``on_event`` with one event after the other, until there are no more."""
    while (event := server.told.get()) is not None:
        try:
            on_event(event)
        except BaseException as error:  # noqa: BLE001 - raised in the test, where it belongs
            server.ledger.broken.append(error)
        finally:
            server.told.task_done()
    server.told.task_done()
