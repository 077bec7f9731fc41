"""Events may come twice, in any order, a week late or never: what is stored ends up the same."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.membership.billing.shop import Shop

FEW = settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def begun(shop: Shop, plan: str) -> tuple[str, str, list[Any]]:
    """A customer who has paid for the first time, their order, and the events of it, untold."""
    customer = shop.service.customer()
    order = shop.ordered(customer, plan)["order_id"]
    shop.stripe.pay(shop.page_of(order))
    return customer, order, shop.told()


def paid_once(shop: Shop, customer: str, order: str) -> None:
    """Check that an order gave one membership of a month, and one invoice."""
    (sold,) = shop.held(customer)
    assert (sold["status"], sold["reason"], sold["last_day"]) == ("active", None, "2027-04-10")
    found = shop.order(order)
    assert (found["state"], found["subscription"]) == ("completed", "active")
    assert (found["membership_id"], found["trouble"]) == (sold["id"], None)
    invoices = shop.service.get("/v1/billing/invoices", membership_id=sold["id"])["items"]
    assert [each["status"] for each in invoices] == ["paid"]


@FEW
@given(st.data())
def test_the_first_events_in_any_order_and_twice(shop: Shop, data: st.DataObject) -> None:
    customer, order, events = begun(shop, shop.gold())
    again = data.draw(st.lists(st.sampled_from(events), max_size=4))
    for number, each in enumerate(data.draw(st.permutations([*events, *again]))):
        assert shop.tell(each) == 200
        if number % 3 == 0:
            shop.work_off()
    shop.work_off()
    paid_once(shop, customer, order)


@pytest.mark.parametrize("hours", [0, 7 * 24])
def test_one_event_is_enough_whichever_and_whenever(shop: Shop, hours: int) -> None:
    plan = shop.gold()
    waiting = [begun(shop, plan) for _ in range(3)]
    kinds = ("checkout.session.completed", "customer.subscription.created", "invoice.paid")
    shop.go_on(hours=hours)
    for (_, _, events), kind in zip(waiting, kinds, strict=True):
        (event,) = [each for each in events if each["type"] == kind]
        assert shop.tell(event) == 200
    shop.work_off()
    for customer, order, _ in waiting:
        paid_once(shop, customer, order)
        (sold,) = shop.held(customer)
        assert sold["starts_at"][:10] == "2027-03-10"


def test_no_event_at_all(shop: Shop) -> None:
    customer, order, _ = begun(shop, shop.gold())
    shop.work_off()
    assert shop.held(customer) == []
    shop.go_on(minutes=16)
    shop.work_off()
    paid_once(shop, customer, order)
    # Renewals are found in the same way, a day later at most.
    shop.go_to(shop.service.clock() + timedelta(days=32))
    shop.work_off()
    (sold,) = shop.held(customer)
    assert (sold["status"], sold["last_day"]) == ("active", "2027-05-10")


@FEW
@given(st.data())
def test_a_renewal_that_fails_and_is_paid_in_any_order(shop: Shop, data: st.DataObject) -> None:
    start = shop.service.clock()
    customer, _, events = begun(shop, shop.gold())
    subscription = shop.stripe.get(shop.subscription())
    shop.stripe.set_card(subscription["customer"], "declines")
    shop.go_to(start + timedelta(days=32))
    (invoice,) = [
        each["id"]
        for each in shop.stripe.ledger.all("invoice", customer=subscription["customer"])
        if each["status"] == "open"
    ]
    shop.stripe.pay_invoice(invoice)
    of_others = {"customer.updated"}
    later = [each for each in shop.told() if each["type"] not in of_others]
    for each in data.draw(st.permutations([*events, *later])):
        assert shop.tell(each) == 200
    shop.work_off()
    (sold,) = shop.held(customer)
    assert (sold["status"], sold["reason"]) == ("active", None)
    (again,) = shop.customer_call(customer, "GET", "/me/subscriptions").json()["items"]
    assert again["paid_until"][:10] == sold["last_day"]
    assert again["renews"] is True
    assert len(shop.service.get("/v1/billing/invoices", membership_id=sold["id"])["items"]) == 2
