"""Refunds and disputes have events, and a full refund asks whether the membership ends."""

from typing import Any

import pytest

from tests.membership.billing.billing_club import MONTHLY, BillingClub
from tests.membership.billing.members import audit_count, buy_gold, membership_state


def told(club: BillingClub) -> list[tuple[str, dict[str, Any]]]:
    """Return the events about payments through the provider, oldest first."""
    events = club.service.get("/v1/events")["items"]
    ours = [(each["type"], each["data"]) for each in events]
    return [each for each in ours if each[0].startswith("billing.")]


def invoices(club: BillingClub, **wanted: Any) -> list[Any]:
    """Return the invoices, newest first."""
    return list(club.service.get("/v1/billing/invoices", **wanted)["items"])


def answer(club: BillingClub, invoice: str, membership: str) -> tuple[int, Any]:
    """Say whether the membership of a refunded invoice ends; returns status code and body."""
    path = f"/v1/billing/invoices/{invoice}/refund-answer"
    answered = club.service.call("POST", path, json={"membership": membership})
    return answered.status_code, answered.json()


BILLINGS = {"monthly": MONTHLY, "once": None}


@pytest.mark.parametrize("name", BILLINGS)
def test_each_refund_has_one_event(club: BillingClub, name: str) -> None:
    customer, sold = buy_gold(club, billing=BILLINGS[name])
    (invoice,) = invoices(club)
    club.stripe.refund(invoice["id"], 1000)
    club.settle()
    club.stripe.refund(invoice["id"])
    club.settle()
    club.service.post(f"/v1/billing/orders/{order_of(club)['id']}/refresh", status=200)
    events = told(club)
    assert [kind for kind, _ in events] == ["billing.payment_refunded"] * 2
    assert [(data["refunded_minor"], data["whole"]) for _, data in events] == [
        (1000, False),
        (4900, True),
    ]
    last = events[-1][1]
    assert (last["invoice_id"], last["membership_id"]) == (invoice["id"], sold)
    assert (last["customer_id"], last["order_id"]) == (customer, order_of(club)["id"])
    assert (last["amount_minor"], last["currency"]) == (4900, "EUR")


def order_of(club: BillingClub) -> Any:
    """Return the only order."""
    (found,) = club.service.get("/v1/billing/orders")["items"]
    return found


@pytest.mark.parametrize("won", [True, False], ids=["won", "lost"])
def test_a_dispute_has_an_event_at_its_beginning_and_its_end(club: BillingClub, won: bool) -> None:
    _, sold = buy_gold(club)
    (invoice,) = invoices(club)
    dispute = club.stripe.dispute(invoice["id"])
    club.settle()
    assert (invoices(club)[0]["disputed"], invoices(club)[0]["dispute"]) == (True, "open")
    club.stripe.close_dispute(dispute["id"], won)
    club.settle()
    (shown,) = invoices(club)
    assert (shown["disputed"], shown["dispute"]) == (True, "won" if won else "lost")
    club.service.post(f"/v1/billing/orders/{order_of(club)['id']}/refresh", status=200)
    (began, first), (ended, last) = told(club)
    assert (began, ended) == ("billing.payment_disputed", "billing.dispute_closed")
    assert first["invoice_id"] == last["invoice_id"] == invoice["id"]
    assert last["won"] is won
    assert membership_state(club, sold)[0] == "active", "that is for staff to decide"


CASES = {
    "monthly, ended": (MONTHLY, "ended"),
    "monthly, kept": (MONTHLY, "kept"),
    "once, ended": (None, "ended"),
    "once, kept": (None, "kept"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_full_refund_asks_whether_the_membership_ends(club: BillingClub, name: str) -> None:
    billing, decision = CASES[name]
    _, sold = buy_gold(club, billing=billing)
    (invoice,) = invoices(club)
    assert answer(club, invoice["id"], decision)[1]["code"] == "not_refunded"
    club.stripe.refund(invoice["id"], 1000)
    club.settle()
    assert invoices(club)[0]["asks_end"] is False
    assert answer(club, invoice["id"], decision)[1]["code"] == "not_refunded"
    club.stripe.refund(invoice["id"])
    club.settle()
    assert invoices(club)[0]["asks_end"] is True
    assert order_of(club)["refunded_invoice"] == invoice["id"]
    assert membership_state(club, sold)[0] == "active"
    for _ in range(2):
        status, shown = answer(club, invoice["id"], decision)
        assert (status, shown["refund_answer"], shown["asks_end"]) == (200, decision, False)
    assert audit_count(club, "billing.refund_answered") == 1
    club.settle()
    assert order_of(club)["refunded_invoice"] is None
    assert membership_state(club, sold)[0] == ("expired" if decision == "ended" else "active")
    if billing is not None:
        status = club.stripe.get(club.newest_subscription())["status"]
        assert status == ("canceled" if decision == "ended" else "active")
    if decision == "ended":
        assert answer(club, invoice["id"], "kept")[1]["code"] == "refund_answered"
    else:
        assert answer(club, invoice["id"], "ended")[0] == 200, "staff may think again"


def test_who_is_asked_about_nothing(club: BillingClub) -> None:
    """A former period, a membership that has ended, an invoice of another club."""
    _, sold = buy_gold(club)
    (first,) = invoices(club)
    club.advance(days=32)
    club.settle()
    club.stripe.refund(first["id"])
    club.settle()
    assert [each["asks_end"] for each in invoices(club, flagged=True)] == [False]
    assert order_of(club)["refunded_invoice"] is None
    club.stripe.refund(invoices(club)[0]["id"])
    club.settle()
    assert invoices(club)[0]["asks_end"] is True
    club.stripe.cancel(club.newest_subscription(), at_period_end=False)
    club.settle()
    assert membership_state(club, sold)[0] == "expired"
    assert invoices(club)[0]["asks_end"] is False
    path = f"/v1/billing/invoices/{first['id']}/refund-answer"
    other = club.service.fresh().call("POST", path, json={"membership": "ended"})
    assert (other.status_code, other.json()["code"]) == (404, "invoice_not_found")
