"""A payment beside another subscription, which nobody chose: granted, flagged, and not renewed."""

from collections.abc import Callable

import pytest

from tests.membership.billing.billing_club import BillingClub
from tests.membership.billing.members import buy_gold
from tests.membership.billing.outbox.test_bans import flags, tasks
from tests.membership.billing.outbox.test_merges import charged, merge, payer


def page_of(club: BillingClub, plan: str, customer: str) -> str:
    """Order a plan as a customer; returns the open page."""
    return club.checkout_of(club.order_as_customer(customer, plan)["order_id"])


def page_beside_subscription(club: BillingClub, plan: str, other: str) -> list[str]:
    """A payer of the plan is merged with somebody who has a page for the other one."""
    stays, goes = club.service.customer(), club.service.customer()
    club.buy(stays, plan)
    page = page_of(club, other, goes)
    assert merge(club, stays, goes)[0] == 200
    return [page]


def page_of_staff(club: BillingClub, plan: str, _: str) -> list[str]:
    """As above, but staff ordered what is paid late."""
    stays, goes = club.service.customer(), club.service.customer()
    club.buy(stays, plan)
    made = club.order_as_staff(plan, customer_id=goes).json()["order_id"]
    assert merge(club, stays, goes)[0] == 200
    return [club.checkout_of(made)]


def two_pages(club: BillingClub, plan: str, _: str) -> list[str]:
    """Two who have a page each become one, and pay both."""
    stays, goes = club.service.customer(), club.service.customer()
    pages = [page_of(club, plan, each) for each in (stays, goes)]
    assert merge(club, stays, goes)[0] == 200
    return pages


def page_of_who_stays(club: BillingClub, plan: str, _: str) -> list[str]:
    """The subscription comes from the one who goes, the page is that of the one who stays."""
    stays, goes = club.service.customer(), club.service.customer()
    club.buy(goes, plan)
    page = page_of(club, plan, stays)
    assert merge(club, stays, goes)[0] == 200
    return [page]


Begin = Callable[[BillingClub, str, str], list[str]]
TWICE: dict[str, tuple[Begin, bool]] = {
    # how it begins; whether it is for another plan
    "beside a subscription": (page_beside_subscription, False),
    "ordered by staff": (page_of_staff, False),
    "two pages": (two_pages, False),
    "the page of who stays": (page_of_who_stays, False),
    "of another plan": (page_beside_subscription, True),
}


@pytest.mark.parametrize("name", TWICE)
def test_what_nobody_chose_to_pay_twice_is_flagged_and_ends(club: BillingClub, name: str) -> None:
    begin, another = TWICE[name]
    plan = club.gold_plan()
    pages = begin(club, plan, club.gold_plan(price_minor=5900) if another else plan)
    for each in pages:
        club.stripe.pay(each)
    club.settle()
    assert tasks(club) == []
    assert sorted(charged(club)) == [False, True]
    (flagged,) = club.service.get("/v1/billing/orders", trouble=True)["items"]
    assert flagged["trouble_kind"] == "paid_twice"
    assert "Refund" in flagged["hint"]
    assert flagged["membership_id"], "what was paid is granted until it is refunded"
    assert flagged["cancels_at"]
    assert [(each["order_id"], each["reason"]) for each in flags(club)] == [
        (flagged["id"], "paid_twice")
    ]
    club.advance(days=40)
    club.settle()
    assert sorted(charged(club)) == [False, True], "only one goes on"
    assert len(flags(club)) == 1
    (order,) = club.service.get("/v1/billing/orders", trouble=True)["items"]
    assert club.service.post(f"/v1/billing/orders/{order['id']}/settle", status=200)["hint"] is None


def test_what_was_chosen_or_ends_is_not_flagged(club: BillingClub) -> None:
    plan, other = club.gold_plan(), club.gold_plan(price_minor=5900)
    both = club.service.customer()
    club.buy(both, plan)
    made = club.order_as_staff(other, customer_id=both).json()["order_id"]
    club.stripe.pay(club.checkout_of(made))
    club.settle()
    assert charged(club) == [True, True], "another plan, knowingly"

    stays, goes = club.service.customer(), club.service.customer()
    club.buy(stays, plan)
    page = page_of(club, plan, goes)
    (running,) = payer(club, stays)["subscriptions"]
    assert merge(club, stays, goes, cancel_orders=[running["order_id"]])[0] == 200
    club.stripe.pay(page)
    club.deliver_and_process()  # Stripe has not cancelled the other one yet
    club.settle()
    assert charged(club) == [True, True, False, True], "the other one was to end"

    ended, goes = club.service.customer(), club.service.customer()
    club.buy(ended, plan)
    club.stripe.cancel(club.newest_subscription(), at_period_end=True)
    club.deliver_and_process()
    page = page_of(club, plan, goes)
    assert merge(club, ended, goes)[0] == 200
    club.stripe.pay(page)
    club.settle()
    assert charged(club)[-2:] == [False, True]
    assert flags(club) == []


def test_the_price_paid_once_beside_a_subscription_is_flagged(club: BillingClub) -> None:
    stays, _ = buy_gold(club)
    (running,) = payer(club, stays)["subscriptions"]
    plan = club.get_order(running["order_id"])["plan_id"]
    club.service.patch(f"/v1/plans/{plan}", billing=None)
    goes = club.service.customer()
    page = page_of(club, plan, goes)
    assert merge(club, stays, goes)[0] == 200
    club.stripe.pay(page)
    club.settle()
    assert charged(club) == [True]
    assert [each["reason"] for each in flags(club)] == ["paid_twice"]


def test_a_change_to_a_plan_that_is_subscribed_to_already_is_refused(club: BillingClub) -> None:
    """Two subscriptions to one plan come from a change of plan no more than from an order."""
    customer, _ = buy_gold(club)
    (first,) = [each["order_id"] for each in payer(club, customer)["subscriptions"]]
    third = club.gold_plan(price_minor=6900)
    other = club.gold_plan(price_minor=5900)
    made = club.order_as_staff(other, customer_id=customer).json()["order_id"]
    club.stripe.pay(club.checkout_of(made))
    club.settle()
    path = f"/v1/billing/orders/{first}/change"
    offered = {each["plan_id"] for each in club.service.get(f"{path}/plans")["items"]}
    assert third in offered
    assert other not in offered
    for kind, body in (("/preview", {}), ("", {"at": "period_end"})):
        answer = club.service.call("POST", f"{path}{kind}", json={"plan_id": other, **body})
        assert (answer.status_code, answer.json()["code"]) == (409, "subscription_runs")
