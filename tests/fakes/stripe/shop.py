"""A club that sells through the fake, for the tests of the fake; its client is the real package."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe

from tests.fakes.stripe.shapes import Thing
from tests.fakes.stripe_server import StripeServer, stripe_server

START = datetime(2027, 1, 31, 10, tzinfo=UTC)


def refused(call: Any, *args: Any, **named: Any) -> Any:
    """Return the error that a call of the package raises."""
    with pytest.raises(stripe.StripeError) as caught:
        call(*args, **named)
    return caught.value


@dataclass
class Shop:
    """The server, and a client of it."""

    server: StripeServer
    client: Any
    """A ``StripeClient``; untyped, for the tests also send what its types forbid."""

    @property
    def v1(self) -> Any:
        """The services of the API."""
        return self.client.v1

    def price(self, **values: Any) -> Any:
        """Return a price of a new product: 49.00 EUR a month by default."""
        product = self.v1.products.create({"name": "Gold"})
        usual = {"currency": "eur", "unit_amount": 4900, "recurring": {"interval": "month"}}
        return self.v1.prices.create({"product": product.id, **usual, **values})

    def once(self, **values: Any) -> Any:
        """Return a one-time price: 12.00 EUR."""
        product = self.v1.products.create({"name": "Day ticket"})
        return self.v1.prices.create(
            {"product": product.id, "currency": "eur", "unit_amount": 1200, **values}
        )

    def session(self, price: Any = None, **values: Any) -> Any:
        """Return a Checkout session for one of a price."""
        price = price or self.price()
        usual = {
            "mode": "subscription" if price.recurring else "payment",
            "line_items": [{"price": price.id, "quantity": 1}],
            "success_url": "https://club.example/thanks?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "https://club.example/join",
        }
        return self.v1.checkout.sessions.create({**usual, **values})

    def subscribed(self, price: Any = None, **values: Any) -> Any:
        """Return a subscription that was just paid for the first time."""
        session = self.server.pay(self.session(price, **values).id)
        return self.v1.subscriptions.retrieve(session["subscription"])

    def subscription(self, subscription_id: str) -> Any:
        """Return the current state of a subscription."""
        return self.v1.subscriptions.retrieve(subscription_id)

    def paid_once(self, **values: Any) -> Thing:
        """Return a payment intent that was just paid."""
        session = self.server.pay(self.session(self.once(), **values).id)
        return self.server.get(session["payment_intent"])

    def forward(self, **duration: float) -> None:
        """Advance time by a duration, as ``timedelta`` takes it."""
        self.server.advance(self.server.now + timedelta(**duration))

    def types(self, since: int = 0) -> list[str]:
        """Return the types of the events from the one with this number."""
        return [each["type"] for each in self.server.events[since:]]


@contextmanager
def shop(now: datetime = START, **settings: Any) -> Iterator[Shop]:
    """Yield a shop at a new server."""
    with stripe_server(now, **settings) as server:
        http = stripe.RequestsClient()
        client = stripe.StripeClient(
            server.secret_key,
            base_addresses={"api": server.url},
            http_client=http,
            max_network_retries=0,
        )
        try:
            yield Shop(server, client)
        finally:
            http.close()  # type: ignore[no-untyped-call]
