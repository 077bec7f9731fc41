"""Two payers who become one: what charges them is said before, and solved or refused."""

from typing import Any

import pytest

from tests.membership.billing.billing_club import BillingClub
from tests.membership.billing.members import audit_count, buy_gold


def payer(club: BillingClub, customer: str) -> Any:
    """Return what the provider has of a customer."""
    return club.service.get(f"/v1/customers/{customer}/payer")


def merge(club: BillingClub, stays: str, goes: str, **more: Any) -> tuple[int, Any]:
    """Merge two customers; returns status code and body."""
    path = f"/v1/customers/{stays}/merge"
    answer = club.service.call("POST", path, json={"other_id": goes, **more})
    return answer.status_code, answer.json()


def two_payers(club: BillingClub) -> tuple[str, str, list[str]]:
    """Return two customers who are charged, with their orders."""
    stays, _ = buy_gold(club)
    goes, _ = buy_gold(club, price_minor=5900)
    orders = [payer(club, each)["subscriptions"][0]["order_id"] for each in (stays, goes)]
    return stays, goes, orders


def charged(club: BillingClub) -> list[bool]:
    """Whether each subscription at Stripe is charged again, oldest first."""
    return [
        each["status"] == "active" and not each["cancel_at_period_end"]
        for each in club.stripe.ledger.all("subscription")
    ]


CHOICES = {
    # which of the two are cancelled: that of who stays, that of who goes
    "the first": ([0], [False, True]),
    "the second": ([1], [True, False]),
    "both": ([0, 1], [False, False]),
    "none, knowingly": ([], [True, True]),
}


@pytest.mark.parametrize("name", CHOICES)
def test_a_merge_of_two_payers_says_what_is_cancelled(club: BillingClub, name: str) -> None:
    stays, goes, orders = two_payers(club)
    shown = payer(club, goes)["subscriptions"][0]
    assert (shown["amount_minor"], shown["charges_again"]) == (5900, True)
    status, refused = merge(club, stays, goes)
    assert (status, refused["code"]) == (409, "subscriptions_undecided")
    assert all(each in refused["detail"] for each in orders)
    assert payer(club, goes)["customer_id"] == goes, "nothing was merged"
    chosen, left = CHOICES[name]
    assert merge(club, stays, goes, cancel_orders=[orders[each] for each in chosen])[0] == 200
    club.settle()
    assert charged(club) == left
    assert audit_count(club, "billing.cancelled") == len(chosen)
    now = payer(club, stays)
    assert sorted(each["order_id"] for each in now["subscriptions"]) == sorted(orders)
    assert len(now["provider_ids"]) == 2
    names = {each["name"] for each in club.stripe.ledger.all("customer")}
    assert len(names) == 1, "both are known by the name of the one who stays"
    portal = club.customer_call(stays, "POST", "/me/portal")
    assert portal.status_code == 200


def test_what_a_merge_does_not_ask(club: BillingClub) -> None:
    stays, _ = buy_gold(club)
    plain = club.service.customer("Plain")
    once = club.service.customer("Once")
    club.buy(once, club.gold_plan(billing=None, price_minor=5900))
    over, _ = buy_gold(club, price_minor=6900)
    club.stripe.cancel(club.newest_subscription(), at_period_end=False)
    club.deliver_and_process()
    for other in (plain, once, over):
        assert merge(club, stays, other)[0] == 200
    assert merge(club, club.service.customer("New"), stays)[0] == 200
    assert charged(club) == [True, False]


def test_orders_of_others_cannot_be_cancelled_by_a_merge(club: BillingClub) -> None:
    stays, goes, _ = two_payers(club)
    _, _, others = two_payers(club)
    status, refused = merge(club, stays, goes, cancel_orders=[others[0]])
    assert (status, refused["code"]) == (422, "order_not_charging")
    assert charged(club) == [True] * 4


@pytest.mark.parametrize("banned", ["stays", "goes"])
def test_a_merge_that_bans_a_payer_asks(club: BillingClub, banned: str) -> None:
    paying, _ = buy_gold(club)
    other = club.service.customer("Ben", state="banned")
    stays, goes = (other, paying) if banned == "stays" else (paying, other)
    assert merge(club, stays, goes)[1]["code"] == "subscriptions_undecided"
    (order,) = payer(club, paying)["subscriptions"]
    assert merge(club, stays, goes, cancel_orders=[order["order_id"]])[0] == 200
    club.settle()
    assert charged(club) == [False]


def test_open_pages_of_the_duplicate_close(club: BillingClub) -> None:
    plan, stays, goes = club.gold_plan(), club.service.customer(), club.service.customer()
    kept, gone = (
        club.checkout_of(club.order_as_customer(each, plan)["order_id"]) for each in (stays, goes)
    )
    assert payer(club, goes)["open_pages"] == 1
    assert merge(club, stays, goes)[0] == 200
    club.settle()
    assert [club.stripe.get(each)["status"] for each in (kept, gone)] == ["open", "expired"]


def test_a_page_that_was_paid_before_it_could_close_is_granted(club: BillingClub) -> None:
    plan, stays, goes = club.gold_plan(), club.service.customer(), club.service.customer()
    page = club.checkout_of(club.order_as_customer(goes, plan)["order_id"])
    assert merge(club, stays, goes)[0] == 200
    club.stripe.pay(page)
    club.settle()
    assert [each["status"] for each in club.memberships(stays)] == ["active"]
