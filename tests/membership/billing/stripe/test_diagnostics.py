"""``main.py stripe-check``: what is wrong with an account at Stripe, one line each."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stripe
from typer.testing import CliRunner

from main import app
from membership.billing.stripe.event_types import PROCESSED_EVENTS
from tests.fakes.stripe_server import API_VERSION, StripeServer, stripe_server
from tests.membership.billing.billing_club import MONTHLY, Shop
from tests.membership.conftest import SQLITE, Databases
from tests.membership.portal.signup.club import opened
from tests.membership.public import public_service
from tests.membership.support import NOON


@pytest.fixture
def shop(databases: Databases, tmp_path: Path) -> Iterator[Shop]:
    """A club with a Stripe of its own, on SQLite: the command opens the same file."""
    with (
        stripe_server(NOON) as server,
        public_service(SQLITE, databases, tmp_path, stripe_url=server.url) as service,
    ):
        opened(service)
        yield Shop(service, server)


def endpoint(server: StripeServer, **params: Any) -> None:
    """Make a webhook endpoint in Stripe's dashboard."""
    http = stripe.RequestsClient()
    client = stripe.StripeClient(
        server.secret_key,
        base_addresses={"api": server.url},
        stripe_version=API_VERSION,
        http_client=http,
    )
    asked: Any = {"enabled_events": sorted(PROCESSED_EVENTS), **params}
    client.v1.webhook_endpoints.create(params=asked)
    http.close()  # type: ignore[no-untyped-call]


def checked(shop: Shop, organization: str = "") -> Any:
    """Run the command; returns its exit code and what it printed, by what was looked at."""
    settings = shop.service.settings
    told = {
        "WALLETDESK_STRIPE_URL": settings.stripe_url,
        "WALLETDESK_PUBLIC_URL": settings.public_url,
    }
    slug = organization or shop.service.tenant.slug
    result = CliRunner().invoke(
        app,
        ["stripe-check", "--organization", slug, "--data-dir", str(settings.data_dir)],
        env=told,
    )
    lines = [line.split("\t") for line in result.stdout.splitlines()]
    assert shop.stripe.secret_key not in result.output
    return result.exit_code, {what: (verdict, told) for verdict, what, told in lines}


def test_nothing_is_set_up(shop: Shop) -> None:
    code, told = checked(shop)
    assert code == 1
    assert told["account"][0] == "wrong"
    assert checked(shop, "nobody")[0] == 2


def test_all_is_well(shop: Shop) -> None:
    plan = shop.service.plan("Gold", price_minor=4900, billing=MONTHLY, public=True)
    url = shop.set_up()["webhook_url"]
    endpoint(shop.stripe, url=url)
    code, told = checked(shop)
    assert code == 0, told
    assert told["price of Gold"] == ("note", "€49.00 every 1 month: made with the first order")
    shop.ordered(shop.service.customer(), plan)
    code, told = checked(shop)
    assert code == 0
    assert told["price of Gold"] == ("ok", "€49.00 every 1 month")
    assert told["key"][1].endswith("test mode: no real money moves")
    assert {verdict for verdict, _ in told.values()} == {"ok"}


@pytest.mark.parametrize(
    ("params", "said"),
    [
        (None, "Stripe has no endpoint"),
        ({"url": "https://elsewhere.example/hook"}, "Stripe has no endpoint"),
        ({"enabled_events": ["invoice.paid"]}, "lacks charge.dispute.closed"),
    ],
)
def test_what_is_wrong_with_the_webhook(shop: Shop, params: Any, said: str) -> None:
    url = shop.set_up()["webhook_url"]
    if params is not None:
        endpoint(shop.stripe, **{"url": url, **params})
    code, told = checked(shop)
    assert code == 1
    assert told["webhook"][0] == "wrong"
    assert said in told["webhook"][1]


def test_what_is_wrong_with_prices_and_keys(shop: Shop) -> None:
    shop.set_up()
    years = {"unit": "year", "count": 4}
    shop.service.plan("Long", price_minor=4900, billing=years, public=True)
    shop.service.plan("Fine", price_minor=1001, currency="KWD", public=True)
    shop.service.plan("Hidden", price_minor=1001, currency="KWD")
    _, told = checked(shop)
    assert told["price of Long"] == ("wrong", "Stripe bills at least every 3 years")
    assert "finer than Stripe takes" in told["price of Fine"][1]
    assert "price of Hidden" not in told
    shop.stripe.fail_next(1, 500)
    _, told = checked(shop)
    assert told == {"stripe": ("wrong", "Stripe had an internal error.")}
