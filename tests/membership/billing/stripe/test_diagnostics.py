"""The command ``stripe-check``: its findings about an account at Stripe."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stripe
from typer.testing import CliRunner

from main import app
from membership.billing.stripe.event_types import PROCESSED_EVENTS
from tests.fakes.stripe_server import API_VERSION, StripeServer, stripe_server
from tests.membership.billing.billing_club import MONTHLY, BillingClub
from tests.membership.conftest import SQLITE, Databases
from tests.membership.portal.signup.club import opened
from tests.membership.public import public_service
from tests.membership.support import NOON


@pytest.fixture
def club(databases: Databases, tmp_path: Path) -> Iterator[BillingClub]:
    """A club with its own fake Stripe, on SQLite: the command opens the same file."""
    with (
        stripe_server(NOON) as server,
        public_service(SQLITE, databases, tmp_path, stripe_url=server.url) as service,
    ):
        opened(service)
        yield BillingClub(service, server)


def endpoint(server: StripeServer, **params: Any) -> None:
    """Create a webhook endpoint at Stripe."""
    http = stripe.RequestsClient()
    client = stripe.StripeClient(
        server.secret_key,
        base_addresses={"api": server.url},
        stripe_version=API_VERSION,
        http_client=http,
    )
    settings: Any = {"enabled_events": sorted(PROCESSED_EVENTS), **params}
    client.v1.webhook_endpoints.create(params=settings)
    http.close()  # type: ignore[no-untyped-call]


def checked(club: BillingClub, organization: str = "") -> Any:
    """Run the command; returns its exit code and its findings by subject."""
    settings = club.service.settings
    environment = {
        "WALLETDESK_STRIPE_URL": settings.stripe_url,
        "WALLETDESK_PUBLIC_URL": settings.public_url,
    }
    slug = organization or club.service.tenant.slug
    result = CliRunner().invoke(
        app,
        ["stripe-check", "--organization", slug, "--data-dir", str(settings.data_dir)],
        env=environment,
    )
    lines = [line.split("\t") for line in result.stdout.splitlines()]
    assert club.stripe.secret_key not in result.output
    return result.exit_code, {subject: (verdict, detail) for verdict, subject, detail in lines}


def test_no_stored_account(club: BillingClub) -> None:
    code, findings = checked(club)
    assert code == 1
    assert findings["account"][0] == "wrong"
    assert checked(club, "nobody")[0] == 2


def test_a_complete_setup(club: BillingClub) -> None:
    plan = club.service.plan("Gold", price_minor=4900, billing=MONTHLY, public=True)
    url = club.connect_stripe()["webhook_url"]
    endpoint(club.stripe, url=url)
    code, findings = checked(club)
    assert code == 0, findings
    assert findings["price of Gold"] == ("note", "€49.00 every 1 month: made with the first order")
    club.order_as_customer(club.service.customer(), plan)
    code, findings = checked(club)
    assert code == 0
    assert findings["price of Gold"] == ("ok", "€49.00 every 1 month")
    assert findings["key"][1].endswith("test mode: no real money moves")
    assert {verdict for verdict, _ in findings.values()} == {"ok"}


def test_a_product_archived_at_stripe_is_found(club: BillingClub) -> None:
    endpoint(club.stripe, url=club.connect_stripe()["webhook_url"])
    customer = club.service.customer()
    for name, public in (("Gold", True), ("Staff", False)):
        plan = club.service.plan(name, price_minor=4900, billing=MONTHLY, public=public)
        assert club.order_as_staff(plan, customer_id=customer).ok
        if public:
            # Repriced: there is a product, and no price for what the plan costs now.
            club.service.patch(f"/v1/plans/{plan}", price_minor=5900)
    assert checked(club)[0] == 0
    for product in club.stripe.ledger.all("product"):
        product["active"] = False
    code, findings = checked(club)
    assert code == 1
    for subject in ("price of Gold", "price of Staff"):
        assert findings[subject][0] == "wrong"
        assert "archived at Stripe" in findings[subject][1]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        (None, "Stripe has no endpoint"),
        ({"url": "https://elsewhere.example/hook"}, "Stripe has no endpoint"),
        ({"enabled_events": ["invoice.paid"]}, "lacks charge.dispute.closed"),
    ],
)
def test_findings_about_the_webhook(club: BillingClub, params: Any, expected: str) -> None:
    url = club.connect_stripe()["webhook_url"]
    if params is not None:
        endpoint(club.stripe, **{"url": url, **params})
    code, findings = checked(club)
    assert code == 1
    assert findings["webhook"][0] == "wrong"
    assert expected in findings["webhook"][1]


def test_findings_about_prices_and_keys(club: BillingClub) -> None:
    club.connect_stripe()
    years = {"unit": "year", "count": 4}
    club.service.plan("Long", price_minor=4900, billing=years, public=True)
    club.service.plan("Fine", price_minor=1001, currency="KWD", public=True)
    club.service.plan("Hidden", price_minor=1001, currency="KWD")
    _, findings = checked(club)
    assert findings["price of Long"] == ("wrong", "Stripe bills at least every 3 years")
    assert "finer than Stripe takes" in findings["price of Fine"][1]
    assert "price of Hidden" not in findings
    club.stripe.fail_next(1, 500)
    _, findings = checked(club)
    assert findings == {"stripe": ("wrong", "Stripe had an internal error.")}
