"""Orders: one page for one order, the terms as ordered, and what became of it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.membership.billing.billing_club import MONTHLY, Shop


def own_order(shop: Shop, customer: str, order: str) -> Any:
    """An order as its customer sees it."""
    answer = shop.customer_call(customer, "GET", f"/orders/{order}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_an_order_that_is_begun_again_is_the_same_page(shop: Shop) -> None:
    customer, plan = shop.service.customer(), shop.gold()
    first = shop.ordered(customer, plan)
    assert shop.ordered(customer, plan) == first
    assert shop.order_by_staff(plan, customer_id=customer).json() == first
    other = shop.ordered(shop.service.customer(), plan)
    assert other["order_id"] != first["order_id"]
    assert len(shop.stripe.ledger.all("checkout.session")) == 2


def test_two_at_once_are_one_order_and_one_page(shop: Shop) -> None:
    customer, plan = shop.service.customer(), shop.gold()

    def order(_: int) -> Any:
        return shop.customer_call(customer, "POST", "/orders", json={"plan_id": plan})

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(order, range(4)))
    # Who asks while the page is being made may be told to ask again.
    assert {each.status_code for each in answers} <= {201, 503}
    again = shop.ordered(customer, plan)
    assert all(each.json() == again for each in answers if each.status_code == 201)
    assert len(shop.service.get("/v1/billing/orders", customer_id=customer)["items"]) == 1
    kinds = ("product", "price", "customer", "checkout.session")
    assert [len(shop.stripe.ledger.all(kind)) for kind in kinds] == [1, 1, 1, 1]


def test_a_page_that_expires_makes_room_for_a_new_one(shop: Shop) -> None:
    customer, plan = shop.service.customer(), shop.gold()
    first = shop.ordered(customer, plan)
    shop.go_on(hours=1, minutes=55)
    second = shop.ordered(customer, plan)
    assert second["order_id"] != first["order_id"]
    shop.go_on(minutes=10)
    shop.catch_up()
    assert shop.order(first["order_id"])["state"] == "expired"
    assert own_order(shop, customer, first["order_id"])["state"] == "expired"
    assert shop.order(second["order_id"])["state"] == "open"
    assert shop.held(customer) == []


def test_declined_leaves_the_page_open(shop: Shop) -> None:
    customer, plan = shop.service.customer(), shop.gold()
    order = shop.ordered(customer, plan)
    shop.stripe.pay(shop.page_of(order["order_id"]), "declined")
    shop.catch_up()
    assert own_order(shop, customer, order["order_id"])["state"] == "open"
    assert shop.held(customer) == []
    assert shop.ordered(customer, plan) == order
    shop.stripe.pay(shop.page_of(order["order_id"]))
    shop.catch_up()
    assert len(shop.held(customer)) == 1


def test_the_page_asks_stripe_itself_while_it_waits(shop: Shop) -> None:
    customer = shop.service.customer()
    order = shop.ordered(customer, shop.gold())["order_id"]
    assert own_order(shop, customer, order)["state"] == "open"
    shop.stripe.pay(shop.page_of(order))
    asked = len(shop.stripe.requests)
    assert own_order(shop, customer, order)["state"] == "open"  # asked a moment ago
    assert len(shop.stripe.requests) == asked
    shop.go_on(seconds=5)
    shown = own_order(shop, customer, order)
    assert shown["state"] == "completed"
    assert shown["membership_id"] == shop.held(customer)[0]["id"]
    shop.catch_up()
    assert len(shop.held(customer)) == 1


def test_who_paid_and_is_not_heard_of_yet_does_not_pay_twice(shop: Shop) -> None:
    customer, plan = shop.service.customer(), shop.gold()
    order = shop.ordered(customer, plan)["order_id"]
    shop.stripe.pay(shop.page_of(order))
    answer = shop.customer_call(customer, "POST", "/orders", json={"plan_id": plan})
    assert (answer.status_code, answer.json()["code"]) == (409, "order_closed")
    shop.catch_up()
    answer = shop.customer_call(customer, "POST", "/orders", json={"plan_id": plan})
    assert (answer.status_code, answer.json()["code"]) == (409, "already_member")
    assert len(shop.service.get("/v1/billing/orders", customer_id=customer)["items"]) == 1


@pytest.mark.parametrize("ok", [True, False])
@pytest.mark.parametrize("billing", [None, MONTHLY])
def test_a_bank_that_takes_days(shop: Shop, billing: Any, *, ok: bool) -> None:
    customer, plan = shop.service.customer(), shop.gold(billing=billing)
    order = shop.ordered(customer, plan)["order_id"]
    page = shop.page_of(order)
    shop.stripe.pay(page, "processing")
    shop.catch_up()
    assert (shop.order(order)["state"], shop.held(customer)) == ("completed", [])
    # Nobody is to pay twice while the bank works.
    again = shop.customer_call(customer, "POST", "/orders", json={"plan_id": plan})
    assert (again.status_code, again.json()["code"]) == (409, "order_closed")
    shop.go_on(days=3)
    shop.stripe.settle(page, ok)
    shop.told()  # and no event of it comes
    shop.work_off()
    if ok:
        (sold,) = shop.held(customer)
        assert (sold["status"], shop.order(order)["membership_id"]) == ("active", sold["id"])
    elif billing is None:
        assert (shop.order(order)["state"], shop.held(customer)) == ("failed", [])
        assert shop.ordered(customer, plan)["order_id"] != order
    else:
        assert shop.held(customer) == []
        shop.stripe.set_card(shop.stripe.get(page)["customer"], "declines")
        shop.go_on(days=30)  # Stripe tries again for two weeks, and gives up
        shop.work_off()
        found = shop.order(order)
        assert (found["state"], found["subscription"]) == ("failed", "canceled")
        assert shop.held(customer) == []


def test_a_single_payment_for_a_year_and_for_good(shop: Shop) -> None:
    customer = shop.service.customer()
    year = shop.bought(customer, shop.gold(billing=None, length={"unit": "year"}))
    assert (year["last_day"], year["payment_overdue_since"]) == ("2028-03-09", None)
    ever = shop.bought(customer, shop.gold(billing=None, length=None))
    assert (ever["last_day"], ever["status"]) == (None, "active")
    (order,) = shop.service.get("/v1/billing/orders", membership_id=year["id"])["items"]
    assert (order["subscription"], order["paid_until"]) == (None, None)
    (invoice,) = shop.service.get("/v1/billing/invoices", membership_id=year["id"])["items"]
    assert (invoice["number"], invoice["status"], invoice["amount_minor"]) == (None, "paid", 4900)
    # What was paid once is the desk's from then on.
    renewed = shop.service.post(f"/v1/memberships/{year['id']}/renew", {}, status=200)
    assert renewed["last_day"] == "2029-03-09"


def test_the_terms_are_those_that_were_ordered(shop: Shop) -> None:
    customer, plan = shop.service.customer(), shop.gold()
    order = shop.ordered(customer, plan)["order_id"]
    shop.service.patch(
        f"/v1/plans/{plan}", name="Platinum", price_minor=9900, billing={"unit": "year"}
    )
    shop.service.patch(f"/v1/plans/{plan}", archived=True)
    shop.stripe.pay(shop.page_of(order))
    shop.catch_up()
    (sold,) = shop.held(customer)
    assert (sold["plan"], sold["price_minor"], sold["status"]) == ("Gold", 4900, "active")
    assert shop.stripe.get(shop.page_of(order))["amount_total"] == 4900


def test_a_plan_that_was_repriced_is_ordered_anew(shop: Shop) -> None:
    customer, plan = shop.service.customer(), shop.gold()
    first = shop.ordered(customer, plan)["order_id"]
    shop.service.patch(f"/v1/plans/{plan}", price_minor=5900)
    second = shop.ordered(customer, plan)["order_id"]
    assert second != first
    totals = [shop.stripe.get(shop.page_of(each))["amount_total"] for each in (first, second)]
    assert totals == [4900, 5900]


@pytest.mark.parametrize("status", [None, 500, 429])
def test_stripe_is_down_and_the_same_order_is_tried_again(shop: Shop, status: int | None) -> None:
    customer, plan = shop.service.customer(), shop.gold()
    shop.stripe.fail_next(status=status)
    answer = shop.customer_call(customer, "POST", "/orders", json={"plan_id": plan})
    assert (answer.status_code, answer.json()["code"]) == (503, "payment_provider_unavailable")
    assert answer.headers["Retry-After"] == "10"
    (stored,) = shop.service.get("/v1/billing/orders", customer_id=customer)["items"]
    assert shop.ordered(customer, plan)["order_id"] == stored["id"]


def test_orders_in_currencies_of_their_own(shop: Shop) -> None:
    for currency, minor, amount in (("JPY", 4900, 4900), ("KWD", 4900, 4900), ("ISK", 900, 90000)):
        plan = shop.gold(currency=currency, price_minor=minor)
        sold = shop.bought(shop.service.customer(), plan)
        (invoice,) = shop.service.get("/v1/billing/invoices", membership_id=sold["id"])["items"]
        assert (invoice["amount_minor"], invoice["currency"]) == (minor, currency)
        assert shop.stripe.get(invoice["id"])["total"] == amount


def test_pages_of_orders(shop: Shop) -> None:
    plan = shop.gold()
    made = [shop.ordered(shop.service.customer(), plan)["order_id"] for _ in range(3)]
    first = shop.service.get("/v1/billing/orders", limit=2)
    rest = shop.service.get("/v1/billing/orders", cursor=first["next_cursor"])
    assert {each["id"] for each in [*first["items"], *rest["items"]]} == set(made)
    assert (len(rest["items"]), rest["next_cursor"]) == (1, None)
    bad = shop.service.call("GET", "/v1/billing/orders", params={"cursor": str(uuid4())})
    assert (bad.status_code, bad.json()["code"]) == (422, "invalid_cursor")
