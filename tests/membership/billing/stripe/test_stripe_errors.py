"""What Stripe refuses, and what keeps it from answering, in our words and without any secret."""

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


def test_what_stripe_refuses(ours: Account) -> None:
    subscription = ours.subscribed()
    for status, kind, text in REFUSALS:
        ours.stripe.fail_next(status=status)
        with pytest.raises(ProviderError, match=text) as caught:
            ours.gateway.subscription(subscription)
        assert type(caught.value) is kind, status
        assert ours.stripe.secret_key not in str(caught.value)


def test_each_method_tells_in_our_words(ours: Account) -> None:
    subscription, wish = ours.subscribed(), ours.wish()
    facts = ours.gateway.subscription(subscription)
    invoice = facts.invoices[0].invoice_id
    asked: list[Any] = [
        lambda of: of.account(),
        lambda of: of.open_checkout(wish),
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
    for ask in asked:
        ours.stripe.fail_next(status=None)
        with pytest.raises(ProviderUnavailable):
            ask(ours.gateway)
    assert ours.gateway.subscription(subscription) == facts


def test_a_wrong_key_is_in_no_text_of_ours(ours: Account) -> None:
    key = "sk_test_WrongKeyOfSomebody"
    with StripeGateway(key, ours.stripe.url) as gateway, pytest.raises(ProviderRefusesKey) as told:
        gateway.account()
    assert "Wrong" not in str(told.value)
    assert key not in repr(told.value)


def test_nobody_listens_there(ours: Account) -> None:
    # Port 9 of this machine discards what it gets, if anything is there at all.
    with (
        StripeGateway(ours.stripe.secret_key, "http://127.0.0.1:9") as nobody,
        pytest.raises(ProviderUnavailable, match="could not be reached"),
    ):
        nobody.account()


def test_an_answer_that_takes_too_long(ours: Account) -> None:
    ours.stripe.delay_seconds = 1.2
    with (
        StripeGateway(ours.stripe.secret_key, ours.stripe.url, timeout=1) as hasty,
        pytest.raises(ProviderUnavailable, match="could not be reached"),
    ):
        hasty.account()


@pytest.mark.parametrize("field", ["status", "items", "start_date", "customer"])
def test_an_answer_that_cannot_be_read(ours: Account, field: str) -> None:
    subscription = ours.subscribed()
    del ours.stripe.ledger.things[subscription][field]
    with pytest.raises(ProviderRefuses, match="could not be read"):
        ours.gateway.subscription(subscription)


def test_the_version_of_the_api_is_pinned(ours: Account) -> None:
    # The fake refuses a version that it was not written for, as these parts are.
    assert API_VERSION == FAKED_VERSION
    ours.gateway.account()
    assert ours.stripe.requests[-1].status == 200


def test_a_past_end_is_refused_and_says_why(ours: Account) -> None:
    with pytest.raises(ProviderRefuses, match=r"Stripe refused: .+"):
        ours.gateway.cancel_at(ours.subscribed(), NOON - timedelta(days=1))


def test_two_at_once_make_one_plan(ours: Account) -> None:
    wishes = [ours.wish() for _ in range(4)]
    gateways = [StripeGateway(ours.stripe.secret_key, ours.stripe.url) for _ in wishes]
    start = threading.Barrier(len(wishes))

    def order(number: int) -> Any:
        gateway: Gateway = gateways[number]
        start.wait()
        return gateway.open_checkout(wishes[number])

    with ThreadPoolExecutor(len(wishes)) as pool:
        pages = list(pool.map(order, range(len(wishes))))
    assert len({page.checkout_id for page in pages}) == len(wishes)
    assert ours.count("product") == 1
    for gateway in gateways:
        gateway.__exit__()
