"""Duplicate, reordered, late and missing events: the stored result is the same."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from membership.billing.stripe.event_types import PROCESSED_EVENTS
from tests.generated import examples
from tests.membership.billing.billing_club import BillingClub, new_club

FEW = settings(
    max_examples=examples(20, few=4),
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def new_processed_events(club: BillingClub) -> list[Any]:
    """Return the new events of processed types."""
    return [each for each in club.new_events() if each["type"] in PROCESSED_EVENTS]


def first_payment(club: BillingClub, plan: str) -> tuple[str, str, list[Any]]:
    """Return a customer after the first payment, their order, and its undelivered events."""
    customer = club.service.customer()
    order = club.order_as_customer(customer, plan)["order_id"]
    club.stripe.pay(club.checkout_of(order))
    return customer, order, new_processed_events(club)


def deliver_in_order(club: BillingClub, events: list[Any], order: list[int]) -> None:
    """Deliver events by their numbers, processing some in between."""
    for number, at in enumerate(order):
        assert club.deliver(events[at % len(events)]) == 200
        if number % 3 == 0:
            club.process_inbox()
    club.process_inbox()


def assert_paid_once(club: BillingClub, customer: str, order: str) -> None:
    """Check that an order gave one membership of a month, and one invoice."""
    (sold,) = club.memberships(customer)
    assert (sold["status"], sold["reason"], sold["last_day"]) == ("active", None, "2027-04-10")
    found = club.get_order(order)
    assert (found["state"], found["subscription"]) == ("completed", "active")
    assert (found["membership_id"], found["trouble"]) == (sold["id"], None)
    invoices = club.service.get("/v1/billing/invoices", membership_id=sold["id"])["items"]
    assert [each["status"] for each in invoices] == ["paid"]


@pytest.mark.both_databases(reason="events are stored in any order under locks")
@FEW
@given(st.permutations(range(4)), st.lists(st.integers(0, 3), max_size=4))
def test_the_first_events_reordered_and_duplicated(
    club: BillingClub, order: list[int], twice: list[int]
) -> None:
    customer, ordered, events = first_payment(club, club.gold_plan())
    assert len(events) == 4
    deliver_in_order(club, events, [*twice, *order])
    assert_paid_once(club, customer, ordered)


@pytest.mark.parametrize("hours", [0, 7 * 24])
def test_any_single_event_at_any_time_is_enough(club: BillingClub, hours: int) -> None:
    plan = club.gold_plan()
    waiting = [first_payment(club, plan) for _ in range(3)]
    kinds = ("checkout.session.completed", "customer.subscription.created", "invoice.paid")
    club.advance(hours=hours)
    for (_, _, events), kind in zip(waiting, kinds, strict=True):
        (event,) = [each for each in events if each["type"] == kind]
        assert club.deliver(event) == 200
    club.process_inbox()
    for customer, order, _ in waiting:
        assert_paid_once(club, customer, order)
        (sold,) = club.memberships(customer)
        assert sold["starts_at"][:10] == "2027-03-10"


def test_orders_are_synchronized_without_any_event(club: BillingClub) -> None:
    customer, order, _ = first_payment(club, club.gold_plan())
    club.process_inbox()
    assert club.memberships(customer) == []
    club.advance(minutes=16)
    club.process_inbox()
    assert_paid_once(club, customer, order)
    # Renewals are found in the same way, within a day.
    club.advance_to(club.service.clock() + timedelta(days=32))
    club.process_inbox()
    (sold,) = club.memberships(customer)
    assert (sold["status"], sold["last_day"]) == ("active", "2027-05-10")


@settings(FEW, max_examples=examples(20, few=3))
@given(st.permutations(range(12)))
def test_the_events_of_a_failed_and_paid_renewal_reordered(
    club: BillingClub, order: list[int]
) -> None:
    fresh_club = new_club(club.service, club.stripe)
    start = fresh_club.service.clock()
    customer, _, events = first_payment(fresh_club, fresh_club.gold_plan())
    fresh_club.stripe.set_card(
        fresh_club.stripe.get(fresh_club.newest_subscription())["customer"], "declines"
    )
    fresh_club.advance_to(start + timedelta(days=32))
    (invoice,) = fresh_club.stripe.ledger.all("invoice", status="open")
    fresh_club.stripe.pay_invoice(invoice["id"])
    events += new_processed_events(fresh_club)
    assert len(events) <= 12
    deliver_in_order(fresh_club, events, order)
    (sold,) = fresh_club.memberships(customer)
    assert (sold["status"], sold["reason"], sold["last_day"]) == ("active", None, "2027-05-10")
    (again,) = fresh_club.customer_call(customer, "GET", "/me/subscriptions").json()["items"]
    assert (again["status"], again["paid_until"][:10]) == ("active", "2027-05-10")
    assert (again["renews"], again["can_cancel"]) == (True, True)
    assert (
        len(fresh_club.service.get("/v1/billing/invoices", membership_id=sold["id"])["items"]) == 2
    )
