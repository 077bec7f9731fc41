"""Erasure says what stays at Stripe, and has it deleted there if that is wanted."""

from typing import Any

import pytest

from tests.membership.billing.billing_club import BillingClub


def erase(club: BillingClub, customer: str, **more: Any) -> Any:
    """Erase a customer; returns the answer."""
    number = club.service.get(f"/v1/customers/{customer}")["customer"]["number"]
    body = {"confirm": number, "end_memberships": True, **more}
    return club.service.post(f"/v1/customers/{customer}/erase", body, status=200)


@pytest.mark.parametrize("deletes", [False, True], ids=["stays", "deleted"])
def test_erasure_says_what_stays_and_deletes_it_if_wanted(club: BillingClub, deletes: bool) -> None:
    customer = club.service.customer("Quirin", email="q@example.net")
    club.buy(customer, club.gold_plan(billing=None))
    page = club.order_as_staff(club.gold_plan(price_minor=5900), customer_id=customer).json()
    (known,) = club.stripe.ledger.all("customer")
    shown = club.service.get(f"/v1/customers/{customer}/payer")
    assert (shown["provider_ids"], shown["open_pages"]) == ([known["id"]], 1)
    more = {"delete_at_provider": True} if deletes else {}
    told = erase(club, customer, **more)["at_provider"]
    assert told["customer_ids"] == [known["id"]]
    assert told["deleted"] is deletes
    assert "invoices" in told["stays"]
    assert ("email address and payment methods" in told["stays"]) is not deletes
    club.stripe.fail_next(1, 500)
    club.settle()
    club.advance(seconds=10)
    club.settle()
    assert club.service.get("/v1/billing/tasks")["items"] == []
    found = club.stripe.get(known["id"])
    assert bool(found.get("deleted")) is deletes
    if not deletes:
        assert (found["name"], found["email"]) == ("Quirin", "q@example.net")
    assert club.stripe.get(club.checkout_of(page["order_id"]))["status"] == "expired"
    assert "at_provider" not in erase_again(club, customer)
    assert club.service.get(f"/v1/customers/{customer}/payer")["provider_ids"] == []


def erase_again(club: BillingClub, customer: str) -> Any:
    """Repeat an erasure; returns the answer."""
    return erase(club, customer, delete_at_provider=True)


def test_whom_stripe_never_knew_leaves_nothing_there(club: BillingClub) -> None:
    assert "at_provider" not in erase(club, club.service.customer(), delete_at_provider=True)
    assert club.service.get("/v1/billing/tasks")["items"] == []


def test_a_payer_who_is_gone_at_stripe_already_is_done(club: BillingClub) -> None:
    customer = club.service.customer()
    club.buy(customer, club.gold_plan(billing=None))
    (known,) = club.stripe.ledger.all("customer")
    club.stripe.delete_customer(known["id"])
    assert erase(club, customer, delete_at_provider=True)["at_provider"]["deleted"] is True
    club.settle()
    assert club.service.get("/v1/billing/tasks")["items"] == []


def test_nothing_is_sent_of_a_change_made_before_the_erasure(club: BillingClub) -> None:
    customer = club.service.customer("Quirin")
    club.buy(customer, club.gold_plan(billing=None))
    club.service.patch(f"/v1/customers/{customer}", given_name="Quintus")
    erase(club, customer)
    club.settle()
    (known,) = club.stripe.ledger.all("customer")
    assert known["name"] == "Quirin"
    assert club.service.get("/v1/billing/tasks")["items"] == []
