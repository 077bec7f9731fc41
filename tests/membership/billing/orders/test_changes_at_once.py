"""A change of plan beside other acts of its owner: a change, an order, a cancellation, a ban."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.membership.billing.billing_club import BillingClub
from tests.membership.billing.orders.test_plan_changes import (
    change,
    change_now,
    platinum,
    shown,
    subscriber,
)
from tests.membership.billing.outbox.test_bans import ban
from tests.membership.billing.outbox.test_merges import charged, merge

pytestmark = pytest.mark.both_databases(reason="acts of one owner happen at the same time")

Owned = tuple[str, list[str]]


def two_subscriptions(club: BillingClub) -> Owned:
    """Return a customer who has two subscriptions, knowingly, and their orders."""
    customer, first = subscriber(club)
    other = club.gold_plan(price_minor=2900)
    second = club.order_as_staff(other, customer_id=customer).json()["order_id"]
    club.stripe.pay(club.checkout_of(second))
    club.settle()
    return customer, [first, second]


def next_plans(club: BillingClub) -> list[int]:
    """Return what each subscription charges next, oldest first."""
    found = club.stripe.ledger.all("subscription")
    return [each["items"]["data"][0]["price"]["unit_amount"] for each in found]


def code_of(answer: Any) -> str:
    """Return the code of a refusal, or the status."""
    return str(answer.json()["code"]) if answer.status_code >= 400 else str(answer.status_code)


def test_two_changes_to_one_plan_while_stripe_works_on_the_first(club: BillingClub) -> None:
    _, orders = two_subscriptions(club)
    plan = platinum(club)
    inner: list[Any] = []
    first = club.stripe.ledger.all("subscription")[0]["id"]
    with club.while_stripe_works(
        f"/v1/subscriptions/{first}", lambda: inner.append(change(club, orders[1], plan))
    ):
        assert change(club, orders[0], plan).status_code == 200
    assert code_of(inner[0]) == "change_in_progress"
    assert code_of(change(club, orders[1], plan)) == "subscription_runs"
    assert next_plans(club) == [9900, 2900]


def test_two_threads_never_lead_to_two_subscriptions_to_one_plan(club: BillingClub) -> None:
    _, orders = two_subscriptions(club)
    plan = platinum(club)
    shown(club, orders[0], plan)  # makes the price at Stripe
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda order: change(club, order, plan), orders))
    codes = sorted(code_of(each) for each in answers)
    assert codes[0] == "200", codes
    assert codes[1] in {"change_in_progress", "subscription_runs"}
    assert next_plans(club).count(9900) == 1


def test_an_order_of_the_plan_that_is_changed_to(club: BillingClub) -> None:
    """Neither while the change is made nor once it is planned, also not knowingly."""
    customer, order = subscriber(club)
    plan = platinum(club)
    inner: list[Any] = []

    def buys() -> Any:
        body = {"plan_id": plan, "customer_id": customer, "again": True}
        return club.service.call("POST", "/v1/billing/orders", json=body)

    path = f"/v1/subscriptions/{club.newest_subscription()}"
    with club.while_stripe_works(path, lambda: inner.append(buys())):
        assert change(club, order, plan).status_code == 200
    assert code_of(inner[0]) == "change_in_progress"
    assert code_of(buys()) == "subscription_runs"
    club.service.post(f"/v1/billing/orders/{order}/change/withdraw", status=200)
    assert code_of(buys()) == "201"


@pytest.mark.parametrize("at", ["period_end", "now"])
def test_a_cancellation_while_the_change_is_made_ends_it(club: BillingClub, at: str) -> None:
    _, order = subscriber(club)
    plan = platinum(club)
    path = f"/v1/subscriptions/{club.newest_subscription()}"
    inner: list[Any] = []

    def cancels() -> None:
        cancel = f"/v1/billing/orders/{order}/cancel"
        inner.append(club.service.call("POST", cancel, json={"at": at}))

    with club.while_stripe_works(path, cancels):
        change(club, order, plan)
    assert code_of(inner[0]) == "200"
    club.settle()
    assert charged(club) == [False]
    club.advance(days=40)
    club.settle()
    assert len(club.stripe.ledger.all("invoice", status="paid")) == 1
    found = club.get_order(order)
    assert (found["plan"], found["next_plan"], found["subscription"]) == ("Gold", None, "canceled")


def test_a_merge_waits_for_a_change(club: BillingClub) -> None:
    plan = platinum(club)
    stays, order = subscriber(club)
    goes = club.service.customer()
    club.buy(goes, plan)
    inner: list[tuple[int, Any]] = []
    first = club.stripe.ledger.all("subscription")[0]["id"]

    def merges() -> None:
        inner.append(merge(club, stays, goes, cancel_orders=[]))

    with club.while_stripe_works(f"/v1/subscriptions/{first}", merges):
        assert change(club, order, plan).status_code == 200
    assert (inner[0][0], inner[0][1]["code"]) == (409, "change_in_progress")
    assert merge(club, stays, goes, cancel_orders=[])[0] == 200, "knowingly, once it is known"


@pytest.mark.parametrize("answer", ["cancel_now", "cancel_at_period_end", "keep"])
def test_nothing_is_changed_for_somebody_banned(club: BillingClub, answer: str) -> None:
    """Stripe has not carried out yet what the ban said."""
    customer, order = subscriber(club)
    plan = platinum(club)
    cost = shown(club, order, plan)
    assert ban(club, customer, subscriptions=answer)[0] == 200
    known = {name: cost[name] for name in ("amount_minor", "prorated_at")}
    for body in ({"at": "period_end"}, {"at": "now", **known}):
        assert code_of(change(club, order, plan, **body)) == "customer_banned"
    if answer != "keep":
        club.service.patch(f"/v1/customers/{customer}", state="active")
        assert code_of(change(club, order, plan)) == "plan_not_changeable"
    club.settle()
    assert next_plans(club) == [4900]
    assert charged(club) == [answer == "keep"]


def test_a_ban_withdraws_no_planned_change_and_staff_still_can(club: BillingClub) -> None:
    customer, order = subscriber(club)
    change(club, order, platinum(club))
    assert ban(club, customer, subscriptions="keep")[0] == 200
    club.service.post(f"/v1/billing/orders/{order}/change/withdraw", status=200)
    assert next_plans(club) == [4900]


def test_a_subscription_cancelled_at_stripe_a_moment_ago_is_not_upgraded(club: BillingClub) -> None:
    """Its event was not read yet; the proration would be for what ends."""
    _, order = subscriber(club)
    plan = platinum(club)
    cost = shown(club, order, plan)
    club.stripe.cancel(club.newest_subscription(), at_period_end=True)
    known = {name: cost[name] for name in ("amount_minor", "prorated_at")}
    assert code_of(change(club, order, plan, at="now", **known)) == "plan_not_changeable"
    path = f"/v1/billing/orders/{order}/change/preview"
    preview = club.service.call("POST", path, json={"plan_id": plan})
    assert code_of(preview) == "plan_not_changeable"
    assert next_plans(club) == [4900]


def test_changes_of_two_owners_do_not_wait_for_each_other(club: BillingClub) -> None:
    (_, first), (_, second) = subscriber(club), subscriber(club)
    plan = platinum(club)
    inner: list[Any] = []
    path = f"/v1/subscriptions/{club.stripe.ledger.all('subscription')[0]['id']}"
    with club.while_stripe_works(path, lambda: inner.append(change_now(club, second, plan))):
        assert change(club, first, plan).status_code == 200
    assert code_of(inner[0]) == "200"
