"""Whoever cancels while a payment is overdue is charged nothing more."""

import pytest

from tests.generated import sampled
from tests.membership.billing.billing_club import BillingClub
from tests.membership.billing.members import (
    audit_count,
    buy_gold,
    change_as_customer,
    day_at,
    membership_state,
    own_subscription,
)


def cancel(club: BillingClub, how: str, customer: str, sold: str) -> None:
    """Cancel as the member, or as staff at the period's end or now."""
    if how == "member":
        assert change_as_customer(club, customer, sold, "cancel")[0] == 200
        return
    (order,) = club.service.get("/v1/billing/orders", customer_id=customer)["items"]
    club.service.post(f"/v1/billing/orders/{order['id']}/cancel", {"at": how}, status=200)


def paid_invoices(club: BillingClub) -> int:
    """Return how many invoices were paid."""
    return len(club.stripe.ledger.all("invoice", status="paid"))


@pytest.mark.parametrize(
    ("how", "known"), sampled(["member", "period_end", "now"], ["known", "unknown"])
)
def test_who_cancels_overdue_is_not_charged_later(club: BillingClub, how: str, known: str) -> None:
    customer, sold = buy_gold(club)
    payer = club.stripe.get(club.newest_subscription())["customer"]
    club.stripe.set_card(payer, "declines")
    club.advance_to(day_at(12, 4))
    if known == "known":
        club.deliver_and_process()
    cancel(club, how, customer, sold)
    club.stripe.set_card(payer, "good")  # Stripe's next attempt would succeed
    club.advance_to(day_at(30, 5))
    club.deliver_and_process()
    assert (paid_invoices(club), club.stripe.ledger.all("invoice", status="open")) == (1, [])
    assert membership_state(club, sold)[::2] == ("expired", "2027-04-10")
    shown = own_subscription(club, customer)
    assert (shown["status"], shown["ends_on"]) == ("canceled", "2027-04-10")
    assert (shown["can_cancel"], shown["can_resume"]) == (False, False)
    statuses = {each["status"] for each in club.service.get("/v1/billing/invoices")["items"]}
    assert statuses == {"paid", "void"}
    assert audit_count(club, "billing.cancelled") == 1


def test_who_cancels_before_the_renewal_is_collected_is_not_charged(club: BillingClub) -> None:
    customer, sold = buy_gold(club)
    club.advance_to(day_at(10, 4, 11))
    club.advance(minutes=20)  # the period has begun, and its invoice is a draft for an hour
    drafts = club.stripe.ledger.all("invoice", status="draft")
    assert len(drafts) == 1
    assert change_as_customer(club, customer, sold, "cancel")[0] == 200
    club.advance(days=30)
    club.deliver_and_process()
    assert paid_invoices(club) == 1
    assert membership_state(club, sold)[::2] == ("expired", "2027-04-10")


def test_a_payment_that_arrives_before_the_cancellation_keeps_its_period(club: BillingClub) -> None:
    customer, sold = buy_gold(club)
    club.stripe.set_card(club.stripe.get(club.newest_subscription())["customer"], "declines")
    club.advance_to(day_at(12, 4))
    club.deliver_and_process()
    club.stripe.pay_invoice(club.stripe.ledger.all("invoice", status="open")[0]["id"])
    status, shown = change_as_customer(club, customer, sold, "cancel")
    assert (status, shown["ends_on"], shown["status"]) == (200, "2027-05-10", "active")


@pytest.mark.parametrize("before", [0, 2, 3, 4], ids=["plan", "invoices", "void", "cancel"])
def test_an_answer_that_is_lost_on_the_way(club: BillingClub, before: int) -> None:
    """However far it came, the member is charged nothing more, and can cancel what is left."""
    customer, sold = buy_gold(club)
    payer = club.stripe.get(club.newest_subscription())["customer"]
    club.stripe.set_card(payer, "declines")
    club.advance_to(day_at(12, 4))
    club.deliver_and_process()
    club.stripe.gate.coming.extend([None] * before)
    club.stripe.lost_answer_next()
    assert change_as_customer(club, customer, sold, "cancel")[0] == 503
    club.deliver_and_process()
    if own_subscription(club, customer)["can_cancel"]:
        assert change_as_customer(club, customer, sold, "cancel")[0] == 200
    shown = own_subscription(club, customer)
    # A voided invoice whose subscription could not be ended is a period that the club waived.
    waived = before == 3
    assert shown["ends_on"] == ("2027-05-10" if waived else "2027-04-10")
    club.stripe.set_card(payer, "good")
    club.advance_to(day_at(30, 5))
    club.deliver_and_process()
    assert (paid_invoices(club), club.stripe.ledger.all("invoice", status="open")) == (1, [])
    assert membership_state(club, sold)[0] == "expired"
