"""A club that takes payments through Stripe, here the fake one; time goes by for both at once."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import requests

from membership.base.actors import SERVICE
from membership.base.settings import ServiceSettings
from membership.base.vault import open_vault
from membership.billing.inbox.jobs import InboxWorker
from membership.billing.stripe.accounts import Keys
from membership.billing.stripe.gateway import Gateway
from membership.billing.stripe.stripe_gateway import StripeGateway
from membership.portal.login.sessions import open_session
from membership.store.background import Work
from membership.store.models import Customer
from tests.fakes.stripe.dashboard import configure_portal
from tests.fakes.stripe_server import StripeServer
from tests.membership.portal.signup.club import opened
from tests.membership.support import NOON, TIMEOUT, Service

MONTHLY = {"unit": "month"}


def at_once(keys: Keys, settings: ServiceSettings) -> AbstractContextManager[Gateway]:
    """Stripe without the pauses before it is asked again."""
    return StripeGateway(keys.secret_key, settings.stripe_url, retries=0)


@dataclass
class Shop:
    """A club, its Stripe, and the job that works off what Stripe tells."""

    service: Service = field(repr=False)
    stripe: StripeServer = field(repr=False)
    inbox: InboxWorker = field(default_factory=lambda: InboxWorker(at_once))
    heard: int = 0

    @property
    def work(self) -> Work:
        """What jobs are given."""
        service = self.service
        return Work(service.settings, service.database, open_vault(service.settings), service.clock)

    def set_up(self, **changes: Any) -> Any:
        """Take payments through Stripe."""
        keys = {
            "secret_key": self.stripe.secret_key,
            "webhook_secret": self.stripe.webhook_secret,
            **changes,
        }
        answer = self.service.call("PUT", "/v1/billing/stripe", json=keys)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def gold(self, **changes: Any) -> str:
        """A public plan that is billed and renewed each month, unless told otherwise."""
        terms = {"price_minor": 4900, "billing": MONTHLY, "length": MONTHLY, "public": True}
        return self.service.plan("Gold", "pool", **{**terms, **changes})

    def customer_call(
        self, customer: str, method: str, path: str, **options: Any
    ) -> requests.Response:
        """What a customer who is logged in asks, at ``/v1/join/<club>``."""
        writing = self.service.database.writing(SERVICE, self.service.clock)
        with writing as (session, now):
            row = session.get_one(Customer, (self.service.tenant.id, UUID(customer)))
            token = open_session(session, row, now).access_token
        return requests.request(
            method,
            f"{self.service.url}/v1/join/{self.service.tenant.slug}{path}",
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT,
            **options,
        )

    def ordered(self, customer: str, plan: str) -> Any:
        """Order a plan as a customer; returns the answer with ``order_id`` and ``url``."""
        answer = self.customer_call(customer, "POST", "/orders", json={"plan_id": plan})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def order_by_staff(self, plan: str, **payer: str) -> requests.Response:
        """The answer to staff who order for a customer or a company."""
        return self.service.call("POST", "/v1/billing/orders", json={"plan_id": plan, **payer})

    def order(self, order_id: str) -> Any:
        """An order as staff see it."""
        return self.service.get(f"/v1/billing/orders/{order_id}")

    def held(self, customer: str) -> list[Any]:
        """The memberships of a customer, as staff see them."""
        return list(self.service.get("/v1/memberships", customer_id=customer)["items"])

    def page_of(self, order_id: str) -> str:
        """The id of the Checkout session of an order."""
        (found,) = [
            each["id"]
            for each in self.stripe.ledger.all("checkout.session")
            if each["client_reference_id"] == order_id
        ]
        return str(found)

    def post(self, body: bytes, headers: dict[str, str]) -> requests.Response:
        """Post an event to the club's webhook."""
        url = f"{self.service.url}/v1/billing/stripe/{self.service.tenant.slug}/webhook"
        return requests.post(url, data=body, headers=headers, timeout=TIMEOUT)

    def tell(self, event: Any, **how: Any) -> int:
        """Deliver one event, signed at the service's time; returns the status of the answer."""
        how.setdefault("at", self.service.clock())
        return self.post(*self.stripe.delivery(event, **how)).status_code

    def told(self) -> list[Any]:
        """The events that were not delivered yet; they count as delivered from here on."""
        new = self.stripe.events[self.heard :]
        self.heard += len(new)
        return new

    def work_off(self) -> None:
        """Let the job do all that is due."""
        while self.inbox.run(self.work):
            pass

    def catch_up(self) -> None:
        """Deliver all that is new, in order, and work it off."""
        for event in self.told():
            assert self.tell(event) == 200
        self.work_off()

    def bought(self, customer: str, plan: str) -> Any:
        """Order a plan as a customer, pay it, and let Stripe tell; returns the membership."""
        order = self.ordered(customer, plan)
        self.stripe.pay(self.page_of(order["order_id"]))
        self.catch_up()
        shown = self.service.get(f"/v1/billing/orders/{order['order_id']}")
        return self.service.get(f"/v1/memberships/{shown['membership_id']}")

    def subscription(self) -> str:
        """The id of the newest subscription at Stripe."""
        return str(self.stripe.ledger.all("subscription")[-1]["id"])

    def go_to(self, now: datetime) -> None:
        """Let time go by at both places, without telling anything."""
        self.service.clock.now = now
        if now > self.stripe.now:
            self.stripe.advance(now)

    def go_on(self, **by: float) -> None:
        """The same, as for timedelta."""
        self.go_to(self.service.clock() + timedelta(**by))


def new_shop(service: Service, stripe: StripeServer) -> Shop:
    """A new club that takes payments through a new account at Stripe, at noon at both."""
    ledger, gate = stripe.ledger, stripe.gate
    with ledger.lock:
        ledger.now = NOON
        for kept in (ledger.things, ledger.events, ledger.intentions, ledger.bad_cards):
            kept.clear()
        configure_portal(ledger)
    for left in (gate.requests, gate.coming, gate.kept):
        left.clear()
    made = Shop(service.fresh(), stripe)
    opened(made.service)
    made.set_up()
    return made
