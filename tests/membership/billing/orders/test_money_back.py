"""Money that is back before its payment is read grants nothing, and staff are told."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from membership.billing.stripe.event_types import PROCESSED_EVENTS
from tests.membership.billing.billing_club import MONTHLY, BillingClub
from tests.membership.billing.members import buy_gold
from tests.membership.billing.outbox.test_bans import flags, tasks
from tests.membership.billing.outbox.test_merges import charged
from tests.membership.billing.outbox.test_refunds import answer, invoices, told

BILLINGS = {"monthly": MONTHLY, "once": None}


def newest_payment(club: BillingClub) -> str:
    """Return the id of the newest successful charge."""
    return str(club.stripe.ledger.all("charge", status="succeeded")[-1]["id"])


def refund(club: BillingClub) -> None:
    """Refund the newest payment as a whole."""
    club.stripe.refund(newest_payment(club))


def refund_in_parts(club: BillingClub) -> None:
    """Refund it as a whole, in two parts."""
    club.stripe.refund(newest_payment(club), 900)
    club.stripe.refund(newest_payment(club), 4000)


def refund_a_part(club: BillingClub) -> None:
    """Refund a part of it."""
    club.stripe.refund(newest_payment(club), 4899)


def dispute(club: BillingClub) -> None:
    """The payer's bank contests it."""
    club.stripe.dispute(newest_payment(club))


def inquire(club: BillingClub) -> None:
    """The payer's bank asks about it, and takes no money."""
    club.stripe.dispute(newest_payment(club), inquiry=True)


def lose(club: BillingClub) -> None:
    """The bank contests it, and the club loses."""
    club.stripe.close_dispute(club.stripe.dispute(newest_payment(club))["id"], won=False)


def win(club: BillingClub) -> None:
    """The bank contests it, and the club wins."""
    club.stripe.close_dispute(club.stripe.dispute(newest_payment(club))["id"], won=True)


Happens = Callable[[BillingClub], None]
BACK: dict[str, tuple[Happens, str | None]] = {
    # what happens before the payment is read; the trouble, or None if it is granted
    "refunded": (refund, "refunded"),
    "refunded in parts": (refund_in_parts, "refunded"),
    "refunded a part": (refund_a_part, None),
    "disputed": (dispute, "disputed"),
    "inquired about": (inquire, None),
    "disputed and lost": (lose, "disputed"),
    "disputed and won": (win, None),
}
ARRIVALS = (
    ("monthly", "in order"),
    ("monthly", "twice and shuffled"),
    ("monthly", "never"),
    ("once", "backwards"),
    ("once", "only the last"),
)


def new_processed(club: BillingClub) -> list[Any]:
    """Return the new events of types that are processed, oldest first."""
    return [each for each in club.new_events() if each["type"] in PROCESSED_EVENTS]


def arrive(club: BillingClub, how: str, happened: list[list[Any]]) -> None:
    """Deliver the events of what happened in some order, and process them."""
    events = [each for one in happened for each in one]
    if how == "backwards":
        events.reverse()
    elif how == "twice and shuffled":
        events = [*events, *events]
        random.Random(7).shuffle(events)
    elif how == "only the last":
        events = [one[-1] for one in happened]
    elif how == "never":
        events = []
        club.advance(minutes=16)
    for number, event in enumerate(events):
        assert club.deliver(event) == 200
        if number % 9 == 0:
            club.process_inbox()
    club.process_inbox()
    club.settle()


@pytest.mark.parametrize(("billing", "arrival"), ARRIVALS)
def test_money_that_is_back_before_it_is_read_grants_nothing(
    club: BillingClub, billing: str, arrival: str
) -> None:
    plan = club.gold_plan(billing=BILLINGS[billing])
    orders, happened = {}, []
    for name, (happens, _) in BACK.items():
        order = club.order_as_customer(club.service.customer(), plan)["order_id"]
        club.stripe.pay(club.checkout_of(order))
        happens(club)
        happened.append(new_processed(club))
        orders[name] = order
    arrive(club, arrival, happened)
    for name, (_, trouble) in BACK.items():
        found = club.get_order(orders[name])
        assert (found["trouble_kind"], found["settled_at"]) == (trouble, None), name
        assert (found["membership_id"] is None) == (trouble is not None), name
        assert len(club.memberships(found["customer_id"])) == (trouble is None), name
        assert (found["hint"] is None) == (trouble is None), name
        mine = [each["reason"] for each in flags(club) if each["order_id"] == orders[name]]
        assert mine == ([trouble] if trouble else []), name
    wrong = [orders[name] for name, (_, trouble) in BACK.items() if trouble]
    assert {each["id"] for each in open_flags(club)} == set(wrong)
    assert tasks(club) == []
    if billing == "monthly":
        assert charged(club) == [trouble is None for _, trouble in BACK.values()]


def open_flags(club: BillingClub) -> list[Any]:
    """Return the orders that staff have to look at."""
    return list(club.service.get("/v1/billing/orders", trouble=True)["items"])


@pytest.mark.parametrize("billing", BILLINGS)
def test_a_dispute_that_is_won_grants_what_was_paid(club: BillingClub, billing: str) -> None:
    """Also after staff settled the flag; a single payment counts from when it was won back."""
    customer = club.service.customer()
    plan = club.gold_plan(billing=BILLINGS[billing])
    order = club.order_as_customer(customer, plan)["order_id"]
    club.stripe.pay(club.checkout_of(order))
    opened = club.stripe.dispute(newest_payment(club))
    club.settle()
    assert club.memberships(customer) == []
    club.service.post(f"/v1/billing/orders/{order}/settle", status=200)
    club.advance(days=3)
    club.settle()
    assert open_flags(club) == []
    club.stripe.close_dispute(opened["id"], won=True)
    club.advance(days=1)  # its event may be lost
    club.process_inbox()
    (sold,) = club.memberships(customer)
    assert sold["status"] == "active"
    assert sold["starts_at"][:10] == ("2027-03-10" if billing == "monthly" else "2027-03-14")
    found = club.get_order(order)
    assert (found["trouble"], found["trouble_kind"], found["hint"]) == (None, None, None)
    assert len(flags(club)) == 1


RENEWALS: dict[str, tuple[Happens, str | None]] = {
    name: BACK[name] for name in ("refunded", "refunded a part", "disputed", "disputed and won")
}


@pytest.mark.parametrize("name", RENEWALS)
def test_a_renewal_whose_money_is_back_adds_no_period(club: BillingClub, name: str) -> None:
    happens, trouble = RENEWALS[name]
    customer, sold = buy_gold(club)
    club.advance(days=32)
    happens(club)
    club.settle()
    club.settle()
    (shown,) = club.memberships(customer)
    last_day = "2027-04-10" if trouble else "2027-05-10"
    assert (shown["id"], shown["last_day"]) == (sold, last_day)
    assert [each["trouble_kind"] for each in open_flags(club)] == ([trouble] if trouble else [])
    assert charged(club) == [True], "staff decide what becomes of the subscription"
    assert len(flags(club)) == (trouble is not None)
    if trouble is not None:
        club.service.post(f"/v1/billing/orders/{open_flags(club)[0]['id']}/settle", status=200)
    club.advance(days=31)
    club.settle()
    (shown,) = club.memberships(customer)
    assert shown["last_day"] == "2027-06-10", "the next period is paid"
    assert open_flags(club) == []


def test_staff_may_grant_a_refunded_renewal_all_the_same(club: BillingClub) -> None:
    customer, _ = buy_gold(club)
    club.advance(days=32)
    refund(club)
    club.settle()
    newest = invoices(club)[0]
    assert (newest["refunded_minor"], newest["asks_end"]) == (4900, False)
    assert answer(club, newest["id"], "kept")[0] == 200
    club.process_inbox()
    (shown,) = club.memberships(customer)
    assert (shown["status"], shown["last_day"]) == ("active", "2027-05-10")
    assert open_flags(club) == []
    (_, data) = next(each for each in told(club) if each[0] == "billing.payment_refunded")
    assert data["whole"] is True


@pytest.mark.parametrize("billing", BILLINGS)
def test_a_refund_after_the_grant_asks_staff_as_before(club: BillingClub, billing: str) -> None:
    customer, sold = buy_gold(club, billing=BILLINGS[billing])
    refund(club)
    club.settle()
    club.settle()
    (shown,) = club.memberships(customer)
    assert (shown["id"], shown["status"]) == (sold, "active")
    assert invoices(club)[0]["asks_end"] is True
    assert open_flags(club) == []


def test_who_was_refunded_at_once_can_order_again(club: BillingClub) -> None:
    customer, plan = club.service.customer(), club.gold_plan()
    first = club.order_as_customer(customer, plan)["order_id"]
    club.stripe.pay(club.checkout_of(first))
    refund(club)
    club.settle()
    club.buy(customer, plan)
    club.settle()
    assert [each["status"] for each in club.memberships(customer)] == ["active"]
    assert [each["id"] for each in open_flags(club)] == [first]
