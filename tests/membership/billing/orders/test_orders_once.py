"""Orders, and changes at the provider, under an idempotency key."""

from typing import Any

import pytest

from tests.membership.billing.billing_club import BillingClub
from tests.membership.billing.members import audit_count, buy_gold


def keyed(club: BillingClub, path: str, body: Any = None) -> tuple[int, Any]:
    """POST below /v1/billing/orders with the key ``k``; returns status and JSON."""
    headers = {"Idempotency-Key": "k"}
    answer = club.service.call("POST", f"/v1/billing/orders{path}", json=body, headers=headers)
    return answer.status_code, answer.json()


def withdraw(club: BillingClub) -> tuple[int, Any]:
    """Withdraw the key ``k``; returns status and JSON."""
    answer = club.service.call("POST", "/v1/requests/k/withdraw")
    return answer.status_code, answer.json()


def subscribed_order(club: BillingClub) -> str:
    """Return the order of a membership that was just paid."""
    customer, _ = buy_gold(club)
    (order,) = club.service.get("/v1/billing/orders", customer_id=customer)["items"]
    return str(order["id"])


def test_an_order_is_repeated_and_asked_about(club: BillingClub) -> None:
    body = {"plan_id": club.gold_plan(), "customer_id": club.service.customer()}
    first = keyed(club, "", body)
    assert first[0] == 201
    club.advance(minutes=5)
    calls = len(club.stripe.requests)
    assert keyed(club, "", body) == first
    assert len(club.stripe.requests) == calls
    assert withdraw(club)[1]["answer"] == first[1]


def test_a_withdrawn_order_is_not_made(club: BillingClub) -> None:
    body = {"plan_id": club.gold_plan(), "customer_id": club.service.customer()}
    assert withdraw(club)[1]["state"] == "withdrawn"
    status, problem = keyed(club, "", body)
    assert (status, problem["code"]) == (409, "request_withdrawn")
    assert club.service.get("/v1/billing/orders")["items"] == []
    assert club.stripe.ledger.all("checkout.session") == []


def test_one_whose_effect_is_not_known_is_finished_and_not_withdrawn(club: BillingClub) -> None:
    body = {"plan_id": club.gold_plan(), "customer_id": club.service.customer()}
    club.stripe.fail_next(1, 500)
    assert keyed(club, "", body)[1]["code"] == "payment_provider_unavailable"
    assert [withdraw(club)[1]["code"] for _ in range(2)] == ["request_begun"] * 2
    status, link = keyed(club, "", body)
    assert status == 201
    assert withdraw(club)[1]["answer"] == link
    assert len(club.stripe.ledger.all("checkout.session")) == 1


def test_one_that_was_refused_before_it_began_is_withdrawn(club: BillingClub) -> None:
    free = {"plan_id": club.gold_plan(price_minor=0), "customer_id": club.service.customer()}
    assert keyed(club, "", free)[1]["code"] == "plan_is_free"
    assert withdraw(club)[1]["state"] == "withdrawn"


@pytest.mark.parametrize("at", ["period_end", "now"])
def test_a_cancellation_is_made_once(club: BillingClub, at: str) -> None:
    path = f"/{subscribed_order(club)}/cancel"
    first = keyed(club, path, {"at": at})
    assert first[0] == 200
    assert keyed(club, path, {"at": at}) == first
    assert audit_count(club, "billing.cancelled") == 1
    assert withdraw(club)[1]["answer"] == first[1]


def test_a_withdrawn_cancellation_is_not_made(club: BillingClub) -> None:
    order = subscribed_order(club)
    assert withdraw(club)[1]["state"] == "withdrawn"
    assert keyed(club, f"/{order}/cancel", {"at": "now"})[1]["code"] == "request_withdrawn"
    assert club.get_order(order)["cancels_at"] is None
    assert audit_count(club, "billing.cancelled") == 0


def test_resuming_is_made_once(club: BillingClub) -> None:
    order = subscribed_order(club)
    cancelled = club.service.call(
        "POST", f"/v1/billing/orders/{order}/cancel", json={"at": "period_end"}
    )
    assert cancelled.ok
    first = keyed(club, f"/{order}/resume")
    assert first[0] == 200
    assert keyed(club, f"/{order}/resume") == first
    assert audit_count(club, "billing.resumed") == 1
