"""Life of a renewing membership: cancelled, resumed, overdue, paid, given up, ended."""

import pytest

from tests.membership.billing.billing_club import BillingClub
from tests.membership.billing.members import (
    audit_count,
    buy_gold,
    change_as_customer,
    day_at,
    desk_attention,
    membership_state,
    own_subscription,
)


def test_cancelled_and_resumed_by_the_customer(club: BillingClub) -> None:
    customer, sold = buy_gold(club)
    assert (
        own_subscription(club, customer)["can_cancel"],
        own_subscription(club, customer)["can_resume"],
    ) == (True, False)
    status, shown = change_as_customer(club, customer, sold, "cancel")
    assert (status, shown["renews"]) == (200, False)
    assert (shown["can_cancel"], shown["can_resume"]) == (False, True)
    assert shown["cancels_at"] == "2027-04-10T11:00:00Z"
    assert club.stripe.get(club.newest_subscription())["cancel_at_period_end"] is True
    assert change_as_customer(club, customer, sold, "cancel")[1]["code"] == "not_cancellable"
    status, shown = change_as_customer(club, customer, sold, "resume")
    assert (status, shown["renews"], shown["cancels_at"]) == (200, True, None)
    assert change_as_customer(club, customer, sold, "resume")[1]["code"] == "not_resumable"
    assert change_as_customer(club, customer, sold, "cancel")[0] == 200
    club.advance_to(day_at(10, 4, 20))
    club.deliver_and_process()
    # The last day of the paid period is valid, and no grace follows it.
    assert membership_state(club, sold) == ("active", None, "2027-04-10")
    club.advance_to(day_at(11, 4))
    club.deliver_and_process()
    assert membership_state(club, sold) == ("expired", None, "2027-04-10")
    assert change_as_customer(club, customer, sold, "resume")[1]["code"] == "not_resumable"
    assert [audit_count(club, f"billing.{each}") for each in ("cancelled", "resumed")] == [2, 1]


def test_cancelled_by_staff_at_period_end_and_at_once(club: BillingClub) -> None:
    customer, sold = buy_gold(club)
    (order,) = club.service.get("/v1/billing/orders")["items"]
    path = f"/v1/billing/orders/{order['id']}"
    shown = club.service.post(f"{path}/cancel", {"at": "period_end"}, status=200)
    assert shown["cancels_at"] == "2027-04-10T11:00:00Z"
    assert own_subscription(club, customer)["renews"] is False
    shown = club.service.post(f"{path}/resume", status=200)
    assert (shown["cancels_at"], own_subscription(club, customer)["renews"]) == (None, True)
    wrong = club.service.call("POST", f"{path}/cancel", json={"at": "tomorrow"})
    assert wrong.status_code == 422
    club.advance(hours=1)
    shown = club.service.post(f"{path}/cancel", {"at": "now"}, status=200)
    assert shown["subscription"] == "canceled"
    assert membership_state(club, sold) == ("expired", "ended_early", "2027-03-10")
    for what in ("cancel", "resume"):
        answer = club.service.call("POST", f"{path}/{what}", json={})
        assert (answer.status_code, answer.json()["code"]) == (409, "not_cancellable")
    club.deliver_and_process()
    assert membership_state(club, sold) == ("expired", "ended_early", "2027-03-10")


def test_a_subscription_that_ends_in_the_second_of_its_start(club: BillingClub) -> None:
    _, sold = buy_gold(club)
    club.stripe.cancel(club.newest_subscription(), at_period_end=False)
    club.deliver_and_process()
    assert membership_state(club, sold)[0] == "expired"
    customer = club.service.customer()
    order = club.order_as_customer(customer, club.gold_plan())["order_id"]
    club.stripe.pay(club.checkout_of(order))
    club.stripe.cancel(club.newest_subscription(), at_period_end=False)
    club.deliver_and_process()
    (both,) = club.memberships(customer)
    assert (both["status"], both["reason"]) == ("expired", "ended_early")


@pytest.mark.parametrize("as_date", [True, False])
def test_cancelled_in_the_portal(club: BillingClub, *, as_date: bool) -> None:
    customer, sold = buy_gold(club)
    club.stripe.cancel(club.newest_subscription(), at_period_end=True, as_date=as_date)
    club.deliver_and_process()
    assert (
        own_subscription(club, customer)["renews"],
        own_subscription(club, customer)["can_resume"],
    ) == (False, True)
    assert change_as_customer(club, customer, sold, "resume")[0] == 200
    assert own_subscription(club, customer)["renews"] is True
    assert club.stripe.get(club.newest_subscription())["cancel_at"] is None


def test_overdue_within_the_grace_period_and_then_paid(club: BillingClub) -> None:
    customer, sold = buy_gold(club)
    payer = club.stripe.get(club.newest_subscription())["customer"]
    club.stripe.set_card(payer, "declines")
    club.advance_to(day_at(12, 4))
    club.deliver_and_process()
    assert membership_state(club, sold) == ("active", "payment_overdue", "2027-04-10")
    assert "payment_overdue" in desk_attention(club, customer)
    (failed,) = club.service.get("/v1/billing/invoices", membership_id=sold)["items"][:1]
    assert failed["status"] == "open"
    link = club.customer_call(customer, "POST", f"/me/invoices/{failed['id']}/link").json()
    assert link["url"] == f"{club.stripe.url}/i/{failed['id']}"
    club.stripe.pay_invoice(failed["id"])
    club.deliver_and_process()
    assert membership_state(club, sold) == ("active", None, "2027-05-10")
    assert desk_attention(club, customer) == []
    # The period that was paid is another one, from the end of the first without its grace.
    shown = club.service.get(f"/v1/memberships/{sold}")
    assert [(each["first_day"], each["last_day"]) for each in shown["periods"]] == [
        ("2027-03-10", "2027-04-10"),
        ("2027-04-11", "2027-05-10"),
    ]
    # What the provider changed is not undone by hand.
    assert shown["last_change"] is None


def test_a_failing_payment_until_stripe_gives_up(club: BillingClub) -> None:
    customer, sold = buy_gold(club)
    club.stripe.set_card(club.stripe.get(club.newest_subscription())["customer"], "declines")
    club.advance_to(day_at(17, 4))
    club.deliver_and_process()
    assert membership_state(club, sold) == ("active", "payment_overdue", "2027-04-10")
    club.advance_to(day_at(18, 4))
    club.deliver_and_process()
    assert membership_state(club, sold)[0] == "expired"
    club.advance_to(day_at(30, 4))
    club.deliver_and_process()
    assert membership_state(club, sold) == ("expired", None, "2027-04-10")
    assert own_subscription(club, customer)["status"] == "canceled"
    # An ended membership can be bought again.
    assert club.order_as_customer(customer, club.service.get(f"/v1/memberships/{sold}")["plan_id"])


def test_a_payment_after_the_grace_period_renews(club: BillingClub) -> None:
    _, sold = buy_gold(club)
    club.stripe.set_card(club.stripe.get(club.newest_subscription())["customer"], "declines")
    club.advance_to(day_at(20, 4))
    club.deliver_and_process()
    assert membership_state(club, sold)[0] == "expired"
    club.stripe.pay_invoice(club.stripe.ledger.all("invoice", status="open")[0]["id"])
    club.deliver_and_process()
    assert membership_state(club, sold) == ("active", None, "2027-05-10")


def test_without_grace_days_a_failed_payment_expires_at_once(club: BillingClub) -> None:
    club.connect_stripe(grace_days=0)
    customer, sold = buy_gold(club)
    club.stripe.set_card(club.stripe.get(club.newest_subscription())["customer"], "declines")
    club.advance_to(day_at(11, 4))
    club.deliver_and_process()
    assert membership_state(club, sold) == ("expired", None, "2027-04-10")
    assert own_subscription(club, customer)["status"] == "past_due"


def test_an_upcoming_renewal_is_not_shown_as_an_end(club: BillingClub) -> None:
    customer, sold = buy_gold(club)
    club.advance_to(day_at(9, 4))
    assert desk_attention(club, customer) == []
    assert change_as_customer(club, customer, sold, "cancel")[0] == 200
    club.deliver_and_process()
    assert desk_attention(club, customer) == ["expires_soon"]
