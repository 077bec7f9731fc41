"""Who signs is let in however many come at once; who only tries is slowed down."""

from pathlib import Path

from tests.fakes.stripe_server import stripe_server
from tests.membership.billing.billing_club import MONTHLY, Shop
from tests.membership.conftest import SQLITE, Databases
from tests.membership.portal.signup.club import opened
from tests.membership.public import public_service
from tests.membership.support import NOON


def test_a_flood_of_genuine_events_is_taken(databases: Databases, tmp_path: Path) -> None:
    limits = {"failures_per_second": 0.01, "failures_burst": 5}
    with (
        stripe_server(NOON) as stripe,
        public_service(SQLITE, databases, tmp_path, stripe_url=stripe.url, **limits) as service,
    ):
        shop = Shop(service, stripe)
        opened(service)
        shop.set_up()
        order = {
            "plan_id": service.plan("Gold", price_minor=4900, billing=MONTHLY),
            "customer_id": service.customer(),
        }
        made = service.post("/v1/billing/orders", order)["order_id"]
        stripe.pay(shop.page_of(made))
        events = shop.told()
        assert len(events) > 6
        assert {shop.tell(event) for event in [*events, *events]} == {200}
        tries = [shop.tell(events[0], secret="whsec_wrong") for _ in range(7)]
        assert tries == [401] * 5 + [429] * 2
