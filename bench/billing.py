"""Billing events a second: received, stored and processed, against the plain handler.

``python -m bench.billing [--subscriptions N] [--rounds N] [--only DATABASE] [--json FILE]``. A club
has subscriptions at the fake Stripe of the tests, which runs in this process and serves both
sides. Each round is a month: all subscriptions renew, and their events are handled twice, in turns
that begin with another side each time. Ours is what the service does: the signature is checked, the
event stored, its order read anew at Stripe and stored with its membership and invoices. The plain
handler is what a first version would do: Stripe's package checks the signature and reads the object
that the event is about, and one row is committed for it. Neither has the web server before it.
"""

import argparse
import logging
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import stripe
import structlog
from sqlalchemy import Column, Engine, MetaData, String, Table, insert

from bench.figures import Metric, save
from bench.services import BACKENDS, POSTGRESQL, SQLITE, contestants
from membership.base.actors import SERVICE
from membership.base.settings import ServiceSettings
from membership.billing.inbox.queue import store_event
from membership.billing.stripe.event_types import PROCESSED_EVENTS
from membership.billing.stripe.stripe_events import parse_event
from membership.store.database import WRITES, open_database
from membership.store.migrate import migrate
from tests.fakes.stripe_server import StripeServer, stripe_server
from tests.membership.billing.billing_club import BillingClub
from tests.membership.portal.signup.club import opened
from tests.membership.support import NOON, running_service

AT_LEAST = {SQLITE: 0.10, POSTGRESQL: 0.06}
"""The bars: events a second as a part of those of the plain handler, which grants nothing and asks
Stripe a fifth as often. Set below what was first measured, so that a fall is seen.
"""

SUBSCRIPTIONS, ROUNDS = 20, 5
_MONTH = timedelta(days=31)
_PATHS = {
    "invoice": "invoices",
    "subscription": "subscriptions",
    "checkout.session": "checkout/sessions",
    "charge": "charges",
    "dispute": "disputes",
}

Delivery = tuple[bytes, dict[str, str], Any]
"""Body and headers of a webhook, and the event in it."""


class PlainHandler:
    """Checks an event, reads its object, and stores that it was handled."""

    def __init__(self, engine: Engine, server: StripeServer) -> None:
        self._writing = engine.execution_options(**{WRITES: True})
        self._server = server
        self._api = stripe.StripeClient(
            server.secret_key,
            base_addresses={"api": server.url},
            http_client=stripe.RequestsClient(timeout=10),
        )
        tables = MetaData()
        self._handled = Table(
            "bare_events",
            tables,
            Column("id", String(80), primary_key=True),
            Column("type", String(80), nullable=False),
            Column("status", String(40)),
        )
        if engine.dialect.name == "sqlite":
            with engine.raw_connection() as raw:  # outside of a transaction
                raw.cursor().execute("PRAGMA journal_mode = WAL")
        with self._writing.begin() as connection:
            tables.create_all(connection)

    def handle(self, deliveries: list[Delivery]) -> None:
        """Handle events one after the other."""
        for body, headers, event in deliveries:
            header, secret = headers["Stripe-Signature"], self._server.webhook_secret
            stripe.WebhookSignature.verify_header(body, header, secret, tolerance=None)
            thing = event["data"]["object"]
            path = f"/v1/{_PATHS[thing['object']]}/{thing['id']}"
            found = self._api.deserialize(self._api.raw_request("get", path), api_mode="V1")
            row = {
                "id": event["id"],
                "type": event["type"],
                "status": getattr(found, "status", None),
            }
            with self._writing.begin() as connection:
                connection.execute(insert(self._handled), row)


def ours(club: BillingClub, deliveries: list[Delivery]) -> None:
    """Receive and process events as the service does."""
    service, secret = club.service, club.stripe.webhook_secret
    for body, headers, _ in deliveries:
        event = parse_event(body, headers["Stripe-Signature"], secret, service.clock())
        with service.database.writing(SERVICE, service.clock) as (session, now):
            store_event(session, service.tenant.id, event, now)
    club.process_inbox()


def renewed(club: BillingClub) -> list[Delivery]:
    """Let a month pass; returns the events that the service has to process."""
    club.advance_to(club.service.clock() + _MONTH)
    new = [each for each in club.new_events() if each["type"] in PROCESSED_EVENTS]
    return [(*club.stripe.delivery(each, at=club.service.clock()), each) for each in new]


def seconds_of(work: Callable[[], None]) -> float:
    """Return how long something takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@dataclass
class Contest:
    """Both sides at the same events: events a second of each in each round, and ours' requests."""

    club: BillingClub
    plain: PlainHandler
    rates: list[tuple[float, float]] = field(default_factory=list)
    events: int = 0
    requests: int = 0

    def month(self, *, first: int, counts: bool) -> None:
        """Let a month pass, and each side handle its events; ``first`` begins (0 is ours)."""
        given = renewed(self.club)
        before = len(self.club.stripe.requests)
        sides = (lambda: ours(self.club, given), lambda: self.plain.handle(given))
        took = {side: seconds_of(sides[side]) for side in (first, 1 - first)}
        if counts:
            self.rates.append((len(given) / took[0], len(given) / took[1]))
            self.events += len(given)
            self.requests += len(self.club.stripe.requests) - before - len(given)


def measure(
    backend: str, settings: list[ServiceSettings], subscriptions: int, rounds: int
) -> dict[str, Metric]:
    """Print the line of one database, and return its metric."""
    with ExitStack() as held:
        server = held.enter_context(stripe_server(NOON))
        own = settings[0].model_copy(update={"stripe_url": server.url, "public_url": server.url})
        migrate(open_database(own))
        service = held.enter_context(running_service(own))
        club = BillingClub(service, server)
        club.connect_stripe()
        opened(service)
        plan = club.gold_plan()
        for number in range(subscriptions):
            club.buy(service.customer(f"Mia{number}", email=f"mia{number}@example.com"), plan)
        other = open_database(settings[1])
        held.callback(other.engine.dispose)
        contest = Contest(club, PlainHandler(other.engine, server))
        for number in range(-1, rounds):
            contest.month(first=number % 2, counts=number >= 0)  # the first one warms up
        shown = service.get("/v1/memberships", plan_id=plan, limit=100)["items"]
        if len(shown) != subscriptions or any(each["status"] != "active" for each in shown):
            raise RuntimeError("a renewal was not granted")
    ratio = median(a / b for a, b in contest.rates)
    print(
        f"| {backend} | {contest.events // rounds} | {contest.requests / contest.events:.1f} "
        f"| {ratio:.1%} | {AT_LEAST[backend]:.0%} |",
        flush=True,
    )
    return {f"events {backend}": Metric(100 * ratio, "%", "higher")}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscriptions", type=int, default=SUBSCRIPTIONS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", choices=BACKENDS)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    print(
        f"{options.subscriptions} subscriptions, {options.rounds} months, both sides in turn; load "
        f"before: {os.getloadavg()[0]:.1f}.\n"
    )
    print(
        "| database | events a month | requests to Stripe an event (plain handler: 1) "
        "| events a second, part of the plain handler's, median | at least |"
    )
    print("|---|---|---|---|---|", flush=True)
    metrics: dict[str, Metric] = {}
    with tempfile.TemporaryDirectory() as name, Path(name, "log").open("w") as log:
        # The service writes its log as JSON, too; only not between the lines of a table.
        structlog.configure(
            processors=[structlog.processors.JSONRenderer()],
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
            logger_factory=structlog.PrintLoggerFactory(log),
        )
        for backend in [options.only] if options.only else BACKENDS:
            with contestants(backend, Path(name)) as settings:
                metrics |= measure(backend, settings, options.subscriptions, options.rounds)
    save(options.json, metrics)


if __name__ == "__main__":
    main()
