"""An account at the fake Stripe and a gateway to it, without a service."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from api_client.messages.management import IntervalUnit
from membership.billing.stripe.gateway import CheckoutRequest, Payer, PriceTerms
from membership.billing.stripe.stripe_gateway import StripeGateway
from membership.rules.periods import Interval
from tests.fakes.stripe_server import StripeServer, stripe_server
from tests.membership.support import NOON

MONTH = Interval(IntervalUnit.MONTH, 1)
GOLD = PriceTerms(UUID(int=7), "Gold", 4900, "EUR", MONTH)


@dataclass(frozen=True)
class Account:
    """A fake Stripe and the gateway to it."""

    stripe: StripeServer
    gateway: StripeGateway

    def request(self, terms: PriceTerms = GOLD, **changes: Any) -> CheckoutRequest:
        """Return a request for the checkout of a new order."""
        order_id = uuid4()
        usual = CheckoutRequest(
            order_id=order_id,
            attempt=0,
            organization="club",
            terms=terms,
            payer=Payer(str(order_id), "Amara Okafor", "amara@example.com", None),
            success_url="https://club.example/paid",
            cancel_url="https://club.example/back",
            expires_at=self.stripe.now + timedelta(hours=2),
            language="de",
        )
        return replace(usual, **changes)

    def paid(self, terms: PriceTerms = GOLD) -> Any:
        """Open a checkout and pay it; returns its session."""
        return self.stripe.pay(self.gateway.open_checkout(self.request(terms)).checkout_id)

    def subscribed(self) -> str:
        """Return the id of a new subscription with its first payment."""
        return str(self.paid()["subscription"])

    def count(self, kind: str) -> int:
        """Return the number of objects of a kind."""
        return len(self.stripe.ledger.all(kind))

    def lost_answer_after(self, answered: int) -> None:
        """Lose the response to the request after so many others."""
        passed: list[Any] = [None] * answered
        self.stripe.gate.coming.extend(passed)
        self.stripe.lost_answer_next()


@contextmanager
def account() -> Iterator[Account]:
    """A new account, and a gateway that retries no request."""
    with (
        stripe_server(NOON) as stripe,
        StripeGateway(stripe.secret_key, stripe.url, timeout=5) as gateway,
    ):
        yield Account(stripe, gateway)
