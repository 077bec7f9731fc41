"""Events may come twice, in any order, a week late or never: what is stored ends up the same."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from membership.billing.stripe.event_types import PROCESSED_EVENTS
from tests.membership.billing.billing_club import Shop, new_shop

FEW = settings(
    max_examples=5,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def heard(shop: Shop) -> list[Any]:
    """What is told of new, as far as the service listens."""
    return [each for each in shop.told() if each["type"] in PROCESSED_EVENTS]


def begun(shop: Shop, plan: str) -> tuple[str, str, list[Any]]:
    """A customer who has paid for the first time, their order, and the events of it, untold."""
    customer = shop.service.customer()
    order = shop.ordered(customer, plan)["order_id"]
    shop.stripe.pay(shop.page_of(order))
    return customer, order, heard(shop)


def told_so(shop: Shop, events: list[Any], order: list[int]) -> None:
    """Deliver events by their numbers, working some off in between."""
    for number, at in enumerate(order):
        assert shop.tell(events[at % len(events)]) == 200
        if number % 3 == 0:
            shop.work_off()
    shop.work_off()


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
@given(st.permutations(range(4)), st.lists(st.integers(0, 3), max_size=4))
def test_the_first_events_in_any_order_and_twice(
    shop: Shop, order: list[int], twice: list[int]
) -> None:
    customer, ordered, events = begun(shop, shop.gold())
    assert len(events) == 4
    told_so(shop, events, [*twice, *order])
    paid_once(shop, customer, ordered)


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


@settings(FEW, max_examples=3)
@given(st.permutations(range(12)))
def test_a_renewal_that_fails_and_is_paid_in_any_order(shop: Shop, order: list[int]) -> None:
    club = new_shop(shop.service, shop.stripe)
    start = club.service.clock()
    customer, _, events = begun(club, club.gold())
    club.stripe.set_card(club.stripe.get(club.subscription())["customer"], "declines")
    club.go_to(start + timedelta(days=32))
    (invoice,) = club.stripe.ledger.all("invoice", status="open")
    club.stripe.pay_invoice(invoice["id"])
    events += heard(club)
    assert len(events) <= 12
    told_so(club, events, order)
    (sold,) = club.held(customer)
    assert (sold["status"], sold["reason"], sold["last_day"]) == ("active", None, "2027-05-10")
    (again,) = club.customer_call(customer, "GET", "/me/subscriptions").json()["items"]
    assert (again["status"], again["paid_until"][:10]) == ("active", "2027-05-10")
    assert (again["renews"], again["can_cancel"]) == (True, True)
    assert len(club.service.get("/v1/billing/invoices", membership_id=sold["id"])["items"]) == 2
