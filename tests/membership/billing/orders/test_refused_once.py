"""A refusal of the provider ends with its cause, and the public is not shown its sentences."""

from collections.abc import Callable
from itertools import cycle, product
from typing import Any

import pytest

from tests.membership.billing.billing_club import BillingClub
from tests.membership.billing.members import buy_gold, own_subscription
from tests.membership.public import written_log

Correct = Callable[[BillingClub, str], None]


def set_email(club: BillingClub, customer: str) -> None:
    """Correct the payer's address."""
    club.service.patch(f"/v1/customers/{customer}", email="okafor@example.org")


def set_name(club: BillingClub, customer: str) -> None:
    """Correct the payer's name."""
    club.service.patch(f"/v1/customers/{customer}", family_name="Okafor-Berg")


def set_language(club: BillingClub, customer: str) -> None:
    """Set the language of the payment page."""
    club.service.patch(f"/v1/customers/{customer}", language="de")


def change_nothing(_club: BillingClub, _customer: str) -> None:
    """Order again as before."""


CORRECTIONS: dict[str, Correct] = {
    "address": set_email,
    "name": set_name,
    "language": set_language,
    "nothing": change_nothing,
}
REFUSED_CALLS = range(6)
"""A first order makes six calls: price, product, its creation, the price's, payer, page."""


def order(club: BillingClub, customer: str, plan: str) -> Any:
    """Order as the customer; returns the response."""
    return club.customer_call(customer, "POST", "/orders", json={"plan_id": plan})


def fail_at(club: BillingClub, number: int, status: int | None, *, lost: bool = False) -> None:
    """Let the request after ``number`` others fail, or lose its answer."""
    passed: list[Any] = [None] * number
    club.stripe.gate.coming.extend(passed)
    if lost:
        club.stripe.lost_answer_next()
    else:
        club.stripe.fail_next(1, status)


def own_keys(club: BillingClub) -> dict[str, set[str]]:
    """Return what was sent under each idempotency key of an answered or unanswered request."""
    sent: dict[str, set[str]] = {}
    for each in club.stripe.requests:
        if each.idempotency_key is not None and each.params:
            sent.setdefault(each.idempotency_key, set()).add(repr(each.params))
    return sent


FAULTS = ((400, False), (402, False), (404, False), (500, False), (None, True))
"""Status of an answer, and whether it is lost."""


@pytest.mark.parametrize(
    "cases",
    [
        pytest.param(list(zip(cycle(FAULTS), REFUSED_CALLS, strict=False)), id="each-once"),
        pytest.param(
            list(product(FAULTS, REFUSED_CALLS)), id="every-combination", marks=pytest.mark.soak
        ),
    ],
)
def test_an_order_that_failed_once_is_taken_when_it_is_corrected(
    club: BillingClub, cases: list[tuple[tuple[int | None, bool], int]]
) -> None:
    plan, corrections = club.gold_plan(), cycle(CORRECTIONS)
    for (status, lost), number in cases:
        name = next(corrections)
        customer = club.service.customer(email="amara@example.com")
        fail_at(club, number, status, lost=lost)
        first = order(club, customer, plan)
        club.stripe.gate.coming.clear()
        CORRECTIONS[name](club, customer)
        again = order(club, customer, plan)
        assert again.status_code == 201, (status, number, name, first.text, again.text)
        page = club.stripe.get(club.checkout_ids(again.json()["order_id"])[-1])
        assert page["status"] == "open"
    assert {len(sent) for sent in own_keys(club).values()} == {1}


def test_what_is_archived_at_stripe_is_told_at_the_sale_and_ends(club: BillingClub) -> None:
    plan, customer = club.gold_plan(), club.service.customer("Amara")
    assert order(club, club.service.customer("Ben"), plan).status_code == 201
    (archived,) = club.stripe.ledger.all("product")
    for repriced in (False, True):
        if repriced:
            club.service.patch(f"/v1/plans/{plan}", price_minor=5900)
        archived["active"] = False
        by_staff = club.order_as_staff(plan, customer_id=customer)
        assert (by_staff.status_code, by_staff.json()["code"]) == (409, "plan_archived_at_provider")
        for word in ("Gold", archived["id"], "archived", "dashboard"):
            assert word in by_staff.json()["detail"]
        public = order(club, customer, plan)
        assert (public.status_code, public.json()["code"]) == (409, "plan_archived_at_provider")
        assert "Stripe" not in public.json()["detail"]
        archived["active"] = True
        assert order(club, customer, plan).status_code == 201
        if not repriced:
            (shown,) = club.service.get("/v1/billing/orders", customer_id=customer)["items"]
            club.stripe.pay(club.checkout_of(shown["id"]))
            club.deliver_and_process()
            club.stripe.cancel(club.newest_subscription(), at_period_end=False)
            club.deliver_and_process()


def test_a_refusal_that_stripe_keeps_under_the_key_is_another_attempt(club: BillingClub) -> None:
    """Archived between the look and the order: Stripe repeats its refusal under the same key."""
    plan, customer = club.gold_plan(price_minor=40), club.service.customer()
    for _ in range(2):
        found = club.order_as_staff(plan, customer_id=customer)
        assert (found.status_code, found.json()["code"]) == (409, "payment_provider_refused")
        assert "at least 50" in found.json()["detail"]
    keys = {
        each.idempotency_key
        for each in club.stripe.requests
        if each.method == "POST" and each.path == "/v1/checkout/sessions"
    }
    assert len(keys) == 2


def test_an_older_page_that_stripe_lost_is_in_nobodys_way(club: BillingClub) -> None:
    plan, customer = club.gold_plan(), club.service.customer()
    former = club.checkout_of(club.order_as_customer(customer, plan)["order_id"])
    del club.stripe.ledger.things[former]
    club.service.patch(f"/v1/plans/{plan}", price_minor=5900)
    assert order(club, customer, plan).status_code == 201


FAILURES = (400, 401, 402, 403, 404, 409, 429, 500, None)
"""Each status with which Stripe fails, and a connection that is closed."""


def test_no_sentence_of_the_provider_reaches_the_public(club: BillingClub) -> None:
    customer, sold = buy_gold(club)
    (invoice,) = club.customer_call(customer, "GET", "/me/invoices").json()["items"]
    other, silver = club.service.customer("Ben"), club.gold_plan(price_minor=5900)
    calls = [
        (customer, "POST", "/orders", {"plan_id": silver, "again": True}),
        (customer, "POST", f"/me/memberships/{sold}/cancel", None),
        (customer, "POST", f"/me/invoices/{invoice['id']}/link", None),
        (customer, "POST", "/me/portal", None),
    ]
    waiting = club.order_as_customer(other, silver)["order_id"]
    calls.append((other, "GET", f"/orders/{waiting}", None))
    for status, (who, method, path, body) in product(FAILURES, calls):
        club.stripe.fail_next(1, status)
        with written_log() as log:
            answer = club.customer_call(who, method, path, json=body)
        told = answer.json()
        assert answer.status_code in {409, 503}, (status, path, told)
        assert told["code"] in {"payment_provider_refused", "payment_provider_unavailable"}
        for word in ("Stripe", "stripe", "key", "wrong on", "refused:"):
            assert word not in told["detail"], (status, path, told)
        assert "Stripe" in log.getvalue()
        club.stripe.gate.coming.clear()
    for status in FAILURES:
        club.stripe.fail_next(1, status)
        by_staff = club.order_as_staff(silver, customer_id=customer).json()
        assert "Stripe" in by_staff["detail"]
    assert own_subscription(club, customer)["renews"] is True
