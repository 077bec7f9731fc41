"""Translation of Stripe's errors, without secrets."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from membership.billing.stripe.gateway import (
    Gateway,
    ProviderAtWork,
    ProviderError,
    ProviderMisses,
    ProviderRefuses,
    ProviderRefusesKey,
    ProviderUnavailable,
)
from membership.billing.stripe.stripe_gateway import API_VERSION, StripeGateway
from tests.fakes.stripe_server import API_VERSION as FAKED_VERSION
from tests.membership.billing.stripe.stripe_account import Account, account
from tests.membership.support import NOON


@pytest.fixture
def ours() -> Iterator[Account]:
    """A new account at Stripe."""
    with account() as made:
        yield made


REFUSALS: list[tuple[int | None, type[ProviderError], str]] = [
    (400, ProviderRefuses, "Stripe refused: Something went wrong"),
    (401, ProviderRefusesKey, "does not know this secret key"),
    (402, ProviderRefuses, "Stripe refused: Something went wrong"),
    (403, ProviderRefusesKey, "may not do this"),
    (404, ProviderMisses, "Stripe refused: Something went wrong"),
    (409, ProviderAtWork, "doing the same just now"),
    (429, ProviderUnavailable, "too much to do"),
    (500, ProviderUnavailable, "internal error"),
    (503, ProviderUnavailable, "internal error"),
    (None, ProviderUnavailable, "could not be reached"),
]


def test_each_status_of_stripe_is_translated(ours: Account) -> None:
    subscription = ours.subscribed()
    for status, kind, text in REFUSALS:
        ours.stripe.fail_next(status=status)
        with pytest.raises(ProviderError, match=text) as caught:
            ours.gateway.subscription(subscription)
        assert type(caught.value) is kind, status
        assert ours.stripe.secret_key not in str(caught.value)


def test_every_method_translates_errors(ours: Account) -> None:
    subscription, request = ours.subscribed(), ours.request()
    facts = ours.gateway.subscription(subscription)
    invoice = facts.invoices[0].invoice_id
    calls: list[Any] = [
        lambda of: of.account(),
        lambda of: of.open_checkout(request),
        lambda of: of.checkout("cs_1"),
        lambda of: of.subscription(subscription),
        lambda of: of.invoice(invoice),
        lambda of: of.invoice_url(invoice),
        lambda of: of.set_cancelled(subscription, cancelled=True),
        lambda of: of.cancel_at(subscription, NOON),
        lambda of: of.cancel_now(subscription),
        lambda of: of.portal_url(facts.customer_id, "https://club.example"),
        lambda of: of.webhook_endpoints(),
        lambda of: of.has_portal(),
    ]
    for call in calls:
        ours.stripe.fail_next(status=None)
        with pytest.raises(ProviderUnavailable):
            call(ours.gateway)
    assert ours.gateway.subscription(subscription) == facts


def test_no_error_message_contains_the_key(ours: Account) -> None:
    key = "sk_test_WrongKeyOfSomebody"
    with (
        StripeGateway(key, ours.stripe.url) as gateway,
        pytest.raises(ProviderRefusesKey) as caught,
    ):
        gateway.account()
    assert "Wrong" not in str(caught.value)
    assert key not in repr(caught.value)


def test_connection_refused(ours: Account) -> None:
    # Port 9 (discard) is closed on nearly every machine.
    with (
        StripeGateway(ours.stripe.secret_key, "http://127.0.0.1:9") as nobody,
        pytest.raises(ProviderUnavailable, match="could not be reached"),
    ):
        nobody.account()


def test_a_response_that_exceeds_the_timeout(ours: Account) -> None:
    ours.stripe.delay_seconds = 1.2
    with (
        StripeGateway(ours.stripe.secret_key, ours.stripe.url, timeout=1) as hasty,
        pytest.raises(ProviderUnavailable, match="could not be reached"),
    ):
        hasty.account()


@pytest.mark.parametrize("field", ["status", "items", "start_date", "customer"])
def test_a_response_that_cannot_be_parsed(ours: Account, field: str) -> None:
    subscription = ours.subscribed()
    del ours.stripe.ledger.things[subscription][field]
    with pytest.raises(ProviderRefuses, match="could not be read"):
        ours.gateway.subscription(subscription)


def test_the_version_of_the_api_is_pinned(ours: Account) -> None:
    # The fake refuses versions other than the one that it implements.
    assert API_VERSION == FAKED_VERSION
    ours.gateway.account()
    assert ours.stripe.requests[-1].status == 200


def test_a_past_end_is_refused_with_the_reason(ours: Account) -> None:
    with pytest.raises(ProviderRefuses, match=r"Stripe refused: .+"):
        ours.gateway.cancel_at(ours.subscribed(), NOON - timedelta(days=1))


def test_concurrent_orders_create_one_product(ours: Account) -> None:
    requests = [ours.request() for _ in range(4)]
    gateways = [StripeGateway(ours.stripe.secret_key, ours.stripe.url) for _ in requests]
    start = threading.Barrier(len(requests))

    def order(number: int) -> Any:
        gateway: Gateway = gateways[number]
        start.wait()
        return gateway.open_checkout(requests[number])

    with ThreadPoolExecutor(len(requests)) as pool:
        pages = list(pool.map(order, range(len(requests))))
    assert len({page.checkout_id for page in pages}) == len(requests)
    assert ours.count("product") == 1
    for gateway in gateways:
        gateway.__exit__()
