"""Rate limits of the webhook endpoint: none for valid signatures."""

from pathlib import Path

from tests.fakes.stripe_server import stripe_server
from tests.membership.billing.billing_club import MONTHLY, BillingClub
from tests.membership.conftest import SQLITE, Databases
from tests.membership.portal.signup.club import opened
from tests.membership.public import public_service
from tests.membership.support import NOON


def test_signed_events_are_not_rate_limited(databases: Databases, tmp_path: Path) -> None:
    limits = {"failures_per_second": 0.01, "failures_burst": 5}
    with (
        stripe_server(NOON) as stripe,
        public_service(SQLITE, databases, tmp_path, stripe_url=stripe.url, **limits) as service,
    ):
        club = BillingClub(service, stripe)
        opened(service)
        club.connect_stripe()
        order = {
            "plan_id": service.plan("Gold", price_minor=4900, billing=MONTHLY),
            "customer_id": service.customer(),
        }
        made = service.post("/v1/billing/orders", order)["order_id"]
        stripe.pay(club.checkout_of(made))
        events = club.new_events()
        assert len(events) > 6
        assert {club.deliver(event) for event in [*events, *events]} == {200}
        tries = [club.deliver(events[0], secret="whsec_wrong") for _ in range(7)]
        assert tries == [401] * 5 + [429] * 2
