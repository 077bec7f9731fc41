"""A void takes back what its payment granted, or says that it stays."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from membership.store.models import Payment
from tests.membership.billing.desk.test_payments import GOLD, pay
from tests.membership.recorded import events
from tests.membership.support import NOON, Service, arranging

TERMS = ("starts_at", "ends_at", "last_day", "status", "reason")


@pytest.fixture
def sold(service: Service) -> str:
    """A membership of a month, sold at noon on 10 March: good until 9 April."""
    return service.member(service.plan("Gold", "area.pool", **GOLD), customer_id=service.customer())


def terms(service: Service, membership: str) -> dict[str, Any]:
    """The terms of a membership."""
    found = service.get(f"/v1/memberships/{membership}")
    return {name: found[name] for name in TERMS}


def void(service: Service, payment: Any) -> Any:
    """Void a payment; returns it."""
    return service.post(f"/v1/payments/{payment['id']}/void", {"why": "Typed twice"}, status=200)


@pytest.mark.parametrize("days", [0, 29, 30, 100], ids=["early", "last day", "on time", "late"])
def test_a_void_takes_the_renewal_back(service: Service, sold: str, days: int) -> None:
    service.clock.advance(days=days)
    before = terms(service, sold)
    paid = pay(service, sold, renew=True)
    assert paid["renewal"] == "made"
    assert terms(service, sold) != before
    gone = void(service, paid)
    assert (gone["renewal"], gone["renewal_stays_because"]) == ("taken_back", None)
    assert gone["voided_by"]["kind"] == "api_key"
    assert terms(service, sold) == before
    assert [kind for kind, _ in events(service, "membership.renewal_undone")] == [
        "membership.renewal_undone"
    ]
    history = service.get(f"/v1/memberships/{sold}/history")["items"]
    assert "membership.renewal_undone" in {each["action"] for each in history}
    again = pay(service, sold, renew=True)
    assert again["renewal"] == "made"
    assert terms(service, sold) != before


def test_two_renewals_are_taken_back_in_the_opposite_order(service: Service, sold: str) -> None:
    before = terms(service, sold)
    first, second = pay(service, sold, renew=True), pay(service, sold, renew=True)
    assert void(service, second)["renewal"] == "taken_back"
    assert void(service, first)["renewal"] == "taken_back"
    assert terms(service, sold) == before


@pytest.mark.parametrize(
    ("path", "body", "because"),
    [
        ("renew", {}, "membership_changed_since"),
        ("extend", {"days": 7}, "membership_changed_since"),
        ("payments", {"method": "cash", "renew": True}, "membership_changed_since"),
        ("end", {}, "membership_ended_early"),
        ("end", {"at": (NOON + timedelta(days=40)).isoformat()}, "membership_ended_early"),
        ("transfer", None, "membership_transferred"),
    ],
    ids=["renewed", "extended", "paid again", "ended", "to end", "transferred"],
)
def test_a_renewal_on_which_something_was_built_stays_and_that_is_said(
    service: Service, sold: str, path: str, body: dict[str, Any] | None, because: str
) -> None:
    paid = pay(service, sold, renew=True)
    if body is None:
        body = {"plan_id": service.plan("Silver", **GOLD)}
    answer = service.call("POST", f"/v1/memberships/{sold}/{path}", json=body)
    assert answer.status_code in {200, 201}, answer.text
    before = terms(service, sold)
    gone = void(service, paid)
    assert (gone["renewal"], gone["renewal_stays_because"]) == ("stays", because)
    assert terms(service, sold) == before
    assert service.get(f"/v1/payments/{paid['id']}") == gone


def test_a_membership_is_overdue_again(service: Service, sold: str) -> None:
    since = (NOON - timedelta(days=3)).isoformat()
    service.call("PUT", f"/v1/memberships/{sold}/payment", json={"overdue_since": since})
    paid, other = pay(service, sold, amount_minor=100), pay(service, sold, amount_minor=200)
    assert paid["renewal"] == "none"
    assert terms(service, sold)["reason"] is None
    void(service, paid)
    assert terms(service, sold)["reason"] is None, "the other payment counts"
    assert void(service, other)["renewal"] == "none"
    assert terms(service, sold)["reason"] is None, "it was not overdue when the other was taken"
    service.call("PUT", f"/v1/memberships/{sold}/payment", json={"overdue_since": since})
    void(service, pay(service, sold))
    assert terms(service, sold)["reason"] == "payment_overdue"


def test_a_payment_of_before_says_that_a_renewal_stays(service: Service, sold: str) -> None:
    paid = pay(service, sold, renew=True)
    with arranging(service.database) as session:
        here = Payment.organization_id == service.tenant.id
        session.execute(update(Payment).where(here).values(renewal=None, granted=None))
    renewed = terms(service, sold)
    assert void(service, paid)["renewal"] == "not_recorded"
    assert terms(service, sold) == renewed


@pytest.mark.parametrize("price", [0, 4900])
def test_a_payment_of_0_is_none(service: Service, price: int) -> None:
    plan = service.plan("Free", **{**GOLD, "price_minor": price})
    sold = service.member(plan, customer_id=service.customer())
    before = terms(service, sold)
    body = {} if price == 0 else {"amount_minor": 0}
    refused = pay(service, sold, status=422, renew=True, **body)
    assert refused["code"] == "amount_zero"
    assert refused["errors"][0]["field"] == "body.amount_minor"
    assert terms(service, sold) == before
    service.post(f"/v1/memberships/{sold}/renew", {}, status=200)
    assert pay(service, sold, amount_minor=1)["receipt_number"] == "R-000001"
