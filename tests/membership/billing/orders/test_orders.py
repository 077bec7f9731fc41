"""Orders: one page for each, their terms, and their states."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.membership.billing.billing_club import MONTHLY, BillingClub


def own_order(club: BillingClub, customer: str, order: str) -> Any:
    """Return an order as its customer sees it."""
    answer = club.customer_call(customer, "GET", f"/orders/{order}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_repeated_order_returns_the_same_page(club: BillingClub) -> None:
    customer, plan = club.service.customer(), club.gold_plan()
    first = club.order_as_customer(customer, plan)
    assert club.order_as_customer(customer, plan) == first
    assert club.order_as_staff(plan, customer_id=customer).json() == first
    other = club.order_as_customer(club.service.customer(), plan)
    assert other["order_id"] != first["order_id"]
    assert len(club.stripe.ledger.all("checkout.session")) == 2


@pytest.mark.both_databases(reason="orders are placed at the same time")
def test_concurrent_orders_are_one_order_with_one_page(club: BillingClub) -> None:
    customer, plan = club.service.customer(), club.gold_plan()

    def order(_: int) -> Any:
        return club.customer_call(customer, "POST", "/orders", json={"plan_id": plan})

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(order, range(4)))
    # A request may get 503 while another one creates the page.
    assert {each.status_code for each in answers} <= {201, 503}
    again = club.order_as_customer(customer, plan)
    assert all(each.json() == again for each in answers if each.status_code == 201)
    assert len(club.service.get("/v1/billing/orders", customer_id=customer)["items"]) == 1
    kinds = ("product", "price", "customer", "checkout.session")
    assert [len(club.stripe.ledger.all(kind)) for kind in kinds] == [1, 1, 1, 1]


def test_after_an_expired_page_there_is_a_new_order(club: BillingClub) -> None:
    customer, plan = club.service.customer(), club.gold_plan()
    first = club.order_as_customer(customer, plan)
    club.advance(hours=1, minutes=55)
    second = club.order_as_customer(customer, plan)
    assert second["order_id"] != first["order_id"]
    club.advance(minutes=10)
    club.deliver_and_process()
    assert club.get_order(first["order_id"])["state"] == "expired"
    assert own_order(club, customer, first["order_id"])["state"] == "expired"
    assert club.get_order(second["order_id"])["state"] == "open"
    assert club.memberships(customer) == []


def test_a_declined_card_leaves_the_page_open(club: BillingClub) -> None:
    customer, plan = club.service.customer(), club.gold_plan()
    order = club.order_as_customer(customer, plan)
    club.stripe.pay(club.checkout_of(order["order_id"]), "declined")
    club.deliver_and_process()
    assert own_order(club, customer, order["order_id"])["state"] == "open"
    assert club.memberships(customer) == []
    assert club.order_as_customer(customer, plan) == order
    club.stripe.pay(club.checkout_of(order["order_id"]))
    club.deliver_and_process()
    assert len(club.memberships(customer)) == 1


def test_a_waiting_page_synchronizes_the_order(club: BillingClub) -> None:
    customer = club.service.customer()
    order = club.order_as_customer(customer, club.gold_plan())["order_id"]
    assert own_order(club, customer, order)["state"] == "open"
    club.stripe.pay(club.checkout_of(order))
    asked = len(club.stripe.requests)
    assert own_order(club, customer, order)["state"] == "open"  # synchronized a moment ago
    assert len(club.stripe.requests) == asked
    club.advance(seconds=5)
    shown = own_order(club, customer, order)
    assert shown["state"] == "completed"
    assert shown["membership_id"] == club.memberships(customer)[0]["id"]
    club.deliver_and_process()
    assert len(club.memberships(customer)) == 1


def test_a_paid_order_without_events_is_not_ordered_again(club: BillingClub) -> None:
    customer, plan = club.service.customer(), club.gold_plan()
    order = club.order_as_customer(customer, plan)["order_id"]
    club.stripe.pay(club.checkout_of(order))
    answer = club.customer_call(customer, "POST", "/orders", json={"plan_id": plan})
    assert (answer.status_code, answer.json()["code"]) == (409, "order_closed")
    club.deliver_and_process()
    answer = club.customer_call(customer, "POST", "/orders", json={"plan_id": plan})
    assert (answer.status_code, answer.json()["code"]) == (409, "already_member")
    assert len(club.service.get("/v1/billing/orders", customer_id=customer)["items"]) == 1


@pytest.mark.parametrize("ok", [True, False])
@pytest.mark.parametrize("billing", [None, MONTHLY])
def test_a_delayed_payment_method(club: BillingClub, billing: Any, *, ok: bool) -> None:
    customer, plan = club.service.customer(), club.gold_plan(billing=billing)
    order = club.order_as_customer(customer, plan)["order_id"]
    page = club.checkout_of(order)
    club.stripe.pay(page, "processing")
    club.deliver_and_process()
    assert (club.get_order(order)["state"], club.memberships(customer)) == ("completed", [])
    # The plan cannot be ordered again while the payment is in progress.
    again = club.customer_call(customer, "POST", "/orders", json={"plan_id": plan})
    assert (again.status_code, again.json()["code"]) == (409, "order_closed")
    club.advance(days=3)
    club.stripe.settle(page, ok)
    club.new_events()  # its event is lost
    club.process_inbox()
    if ok:
        (sold,) = club.memberships(customer)
        assert (sold["status"], club.get_order(order)["membership_id"]) == ("active", sold["id"])
    elif billing is None:
        assert (club.get_order(order)["state"], club.memberships(customer)) == ("failed", [])
        assert club.order_as_customer(customer, plan)["order_id"] != order
    else:
        assert club.memberships(customer) == []
        club.stripe.set_card(club.stripe.get(page)["customer"], "declines")
        club.advance(days=30)  # Stripe retries for two weeks, and gives up
        club.process_inbox()
        found = club.get_order(order)
        assert (found["state"], found["subscription"]) == ("failed", "canceled")
        assert club.memberships(customer) == []


def test_one_time_payments_with_and_without_a_length(club: BillingClub) -> None:
    customer = club.service.customer()
    year = club.buy(customer, club.gold_plan(billing=None, length={"unit": "year"}))
    assert (year["last_day"], year["payment_overdue_since"]) == ("2028-03-09", None)
    ever = club.buy(customer, club.gold_plan(billing=None, length=None))
    assert (ever["last_day"], ever["status"]) == (None, "active")
    (order,) = club.service.get("/v1/billing/orders", membership_id=year["id"])["items"]
    assert (order["subscription"], order["paid_until"]) == (None, None)
    (invoice,) = club.service.get("/v1/billing/invoices", membership_id=year["id"])["items"]
    assert (invoice["number"], invoice["status"], invoice["amount_minor"]) == (None, "paid", 4900)
    # A membership with a one-time payment is managed at the desk.
    renewed = club.service.post(f"/v1/memberships/{year['id']}/renew", {}, status=200)
    assert renewed["last_day"] == "2029-03-09"


def test_a_membership_has_the_terms_of_its_order(club: BillingClub) -> None:
    customer, plan = club.service.customer(), club.gold_plan()
    order = club.order_as_customer(customer, plan)["order_id"]
    club.service.patch(
        f"/v1/plans/{plan}", name="Platinum", price_minor=9900, billing={"unit": "year"}
    )
    club.service.patch(f"/v1/plans/{plan}", archived=True)
    club.stripe.pay(club.checkout_of(order))
    club.deliver_and_process()
    (sold,) = club.memberships(customer)
    assert (sold["plan"], sold["price_minor"], sold["status"]) == ("Gold", 4900, "active")
    assert club.stripe.get(club.checkout_of(order))["amount_total"] == 4900


def test_a_repriced_plan_is_a_new_order(club: BillingClub) -> None:
    customer, plan = club.service.customer(), club.gold_plan()
    first = club.order_as_customer(customer, plan)["order_id"]
    club.service.patch(f"/v1/plans/{plan}", price_minor=5900)
    second = club.order_as_customer(customer, plan)["order_id"]
    assert second != first
    totals = [club.stripe.get(club.checkout_of(each))["amount_total"] for each in (first, second)]
    assert totals == [4900, 5900]


@pytest.mark.parametrize("status", [None, 500, 429])
def test_an_order_is_retried_after_stripe_was_down(club: BillingClub, status: int | None) -> None:
    customer, plan = club.service.customer(), club.gold_plan()
    club.stripe.fail_next(status=status)
    answer = club.customer_call(customer, "POST", "/orders", json={"plan_id": plan})
    assert (answer.status_code, answer.json()["code"]) == (503, "payment_provider_unavailable")
    assert answer.headers["Retry-After"] == "10"
    (stored,) = club.service.get("/v1/billing/orders", customer_id=customer)["items"]
    assert club.order_as_customer(customer, plan)["order_id"] == stored["id"]


def test_orders_in_several_currencies(club: BillingClub) -> None:
    for currency, minor, amount in (("JPY", 4900, 4900), ("KWD", 4900, 4900), ("ISK", 900, 90000)):
        plan = club.gold_plan(currency=currency, price_minor=minor)
        sold = club.buy(club.service.customer(), plan)
        (invoice,) = club.service.get("/v1/billing/invoices", membership_id=sold["id"])["items"]
        assert (invoice["amount_minor"], invoice["currency"]) == (minor, currency)
        assert club.stripe.get(invoice["id"])["total"] == amount


def test_orders_are_listed_in_pages(club: BillingClub) -> None:
    plan = club.gold_plan()
    made = [club.order_as_customer(club.service.customer(), plan)["order_id"] for _ in range(3)]
    first = club.service.get("/v1/billing/orders", limit=2)
    rest = club.service.get("/v1/billing/orders", cursor=first["next_cursor"])
    assert {each["id"] for each in [*first["items"], *rest["items"]]} == set(made)
    assert (len(rest["items"]), rest["next_cursor"]) == (1, None)
    bad = club.service.call("GET", "/v1/billing/orders", params={"cursor": str(uuid4())})
    assert (bad.status_code, bad.json()["code"]) == (422, "invalid_cursor")
