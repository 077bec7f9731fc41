"""A club with an account at the fake Stripe, which share one clock."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import requests

from membership.base.actors import SERVICE
from membership.base.settings import ServiceSettings
from membership.base.vault import open_vault
from membership.billing.inbox.jobs import InboxWorker
from membership.billing.outbox.jobs import OutboxWorker
from membership.billing.stripe.accounts import Keys
from membership.billing.stripe.event_types import PROCESSED_EVENTS
from membership.billing.stripe.gateway import Gateway
from membership.billing.stripe.stripe_gateway import StripeGateway
from membership.portal.login.sessions import open_session
from membership.store.background import Work
from membership.store.models import Customer
from tests.fakes.stripe.dashboard import configure_portal
from tests.fakes.stripe.gate import Request
from tests.fakes.stripe_server import StripeServer
from tests.membership.portal.signup.club import opened
from tests.membership.support import NOON, TIMEOUT, Service

MONTHLY = {"unit": "month"}


def without_retries(keys: Keys, settings: ServiceSettings) -> AbstractContextManager[Gateway]:
    """Open a gateway that retries no request."""
    return StripeGateway(keys.secret_key, settings.stripe_url, retries=0)


@dataclass
class BillingClub:
    """A club, its fake Stripe, and the job that processes its events."""

    service: Service = field(repr=False)
    stripe: StripeServer = field(repr=False)
    worker: InboxWorker = field(default_factory=lambda: InboxWorker(without_retries))
    outbox: OutboxWorker = field(default_factory=lambda: OutboxWorker(without_retries))
    delivered: int = 0

    @property
    def work(self) -> Work:
        """The context of jobs."""
        service = self.service
        return Work(service.settings, service.database, open_vault(service.settings), service.clock)

    def connect_stripe(self, **changes: Any) -> Any:
        """Store the keys of the account; returns the response."""
        keys = {
            "secret_key": self.stripe.secret_key,
            "webhook_secret": self.stripe.webhook_secret,
            **changes,
        }
        answer = self.service.call("PUT", "/v1/billing/stripe", json=keys)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def gold_plan(self, **changes: Any) -> str:
        """Create a public plan, billed and renewed monthly by default; returns its id."""
        terms = {"price_minor": 4900, "billing": MONTHLY, "length": MONTHLY, "public": True}
        return self.service.plan("Gold", "pool", **{**terms, **changes})

    def customer_call(
        self, customer: str, method: str, path: str, **options: Any
    ) -> requests.Response:
        """Send a request of a customer who is logged in, below ``/v1/join/<club>``."""
        writing = self.service.database.writing(SERVICE, self.service.clock)
        with writing as (session, now):
            row = session.get_one(Customer, (self.service.tenant.id, UUID(customer)))
            token = open_session(session, row, now).access_token
        return self.service.http.request(
            method,
            f"{self.service.url}/v1/join/{self.service.tenant.slug}{path}",
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT,
            **options,
        )

    def order_as_customer(self, customer: str, plan: str) -> Any:
        """Order a plan as a customer; returns the response with ``order_id`` and ``url``."""
        answer = self.customer_call(customer, "POST", "/orders", json={"plan_id": plan})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def order_as_staff(self, plan: str, **payer: str) -> requests.Response:
        """Order a plan as staff for a customer or company; returns the response."""
        return self.service.call("POST", "/v1/billing/orders", json={"plan_id": plan, **payer})

    def get_order(self, order_id: str) -> Any:
        """Return an order as staff see it."""
        return self.service.get(f"/v1/billing/orders/{order_id}")

    def memberships(self, customer: str) -> list[Any]:
        """Return the memberships of a customer, as staff see them."""
        return list(self.service.get("/v1/memberships", customer_id=customer)["items"])

    def checkout_of(self, order_id: str) -> str:
        """Return the id of an order's Checkout Session."""
        (found,) = self.checkout_ids(order_id)
        return found

    def checkout_ids(self, order_id: str) -> list[str]:
        """Return the ids of all Checkout Sessions of an order, oldest first."""
        return [
            str(each["id"])
            for each in self.stripe.ledger.all("checkout.session")
            if each["client_reference_id"] == order_id
        ]

    def post_webhook(self, body: bytes, headers: dict[str, str]) -> requests.Response:
        """Post a body to the club's webhook endpoint."""
        url = f"{self.service.url}/v1/billing/stripe/{self.service.tenant.slug}/webhook"
        return self.service.http.post(url, data=body, headers=headers, timeout=TIMEOUT)

    def deliver(self, event: Any, **how: Any) -> int:
        """Deliver an event, signed at the service's time; returns the status code."""
        how.setdefault("at", self.service.clock())
        return self.post_webhook(*self.stripe.delivery(event, **how)).status_code

    def new_events(self) -> list[Any]:
        """Return the undelivered events, and count them as delivered."""
        new = self.stripe.events[self.delivered :]
        self.delivered += len(new)
        return new

    def process_inbox(self) -> None:
        """Run the job until nothing is due."""
        while self.worker.run(self.work):
            pass

    def process_tasks(self) -> None:
        """Run the job that tells Stripe what it is to do, until nothing is due."""
        while self.outbox.run(self.work):
            pass

    def settle(self) -> None:
        """Carry out the tasks for Stripe, and process all events that follow."""
        self.process_tasks()
        self.deliver_and_process()
        self.process_tasks()
        self.deliver_and_process()

    def deliver_and_process(self) -> None:
        """Deliver the new events that a webhook endpoint is to send, in order, and process them."""
        for event in self.new_events():
            if event["type"] in PROCESSED_EVENTS:
                assert self.deliver(event) == 200
        self.process_inbox()

    def buy(self, customer: str, plan: str) -> Any:
        """Order a plan as a customer and pay it; returns the membership.

        Of the events of the payment only the one of the checkout arrives: each would fetch the same
        state of the order. What becomes of all of them, in any order, is tested in ``inbox`` and in
        ``orders/test_buying.py``.
        """
        order = self.order_as_customer(customer, plan)
        self.stripe.pay(self.checkout_of(order["order_id"]))
        (completed,) = (
            each for each in self.new_events() if each["type"] == "checkout.session.completed"
        )
        assert self.deliver(completed) == 200
        self.process_inbox()
        shown = self.service.get(f"/v1/billing/orders/{order['order_id']}")
        return self.service.get(f"/v1/memberships/{shown['membership_id']}")

    @contextmanager
    def while_stripe_works(self, path: str, act: Callable[[], None]) -> Iterator[None]:
        """Let ``act`` happen once, after Stripe has done a request to ``path``, before its answer.

        Raises its first error at the end.
        """
        failed: list[BaseException] = []
        left = [act]

        def answering(request: Request) -> None:
            if request.path != path or not left:
                return
            left.clear()
            try:
                act()
            except BaseException as error:  # noqa: BLE001 - raised in the test, where it belongs
                failed.append(error)

        self.stripe.gate.answering = answering
        yield
        self.stripe.gate.answering = None
        assert not left, f"nothing was asked of {path}"
        if failed:
            raise failed[0]

    def newest_subscription(self) -> str:
        """Return the id of the newest subscription at Stripe."""
        return str(self.stripe.ledger.all("subscription")[-1]["id"])

    def advance_to(self, now: datetime) -> None:
        """Advance the clocks of service and Stripe, without delivering events."""
        self.service.clock.now = now
        if now > self.stripe.now:
            self.stripe.advance(now)

    def advance(self, **by: float) -> None:
        """Advance the clocks by a timedelta, given by its arguments."""
        self.advance_to(self.service.clock() + timedelta(**by))


def new_club(service: Service, stripe: StripeServer) -> BillingClub:
    """Return a new club with a new account at Stripe, both at noon."""
    ledger, gate = stripe.ledger, stripe.gate
    with ledger.lock:
        ledger.now = NOON
        for kept in (ledger.things, ledger.events, ledger.intentions, ledger.bad_cards):
            kept.clear()
        configure_portal(ledger)
    for left in (gate.requests, gate.coming, gate.kept):
        left.clear()
    made = BillingClub(service.fresh(), stripe)
    opened(made.service)
    made.connect_stripe()
    return made
