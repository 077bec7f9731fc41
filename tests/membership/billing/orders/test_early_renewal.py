"""Whatever pays for a plan before it is over continues from its end: no paid day is lost.

Each way of paying is tried on each kind of membership that may run when it is paid.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.membership.billing.billing_club import MONTHLY, BillingClub
from tests.membership.billing.members import change_as_customer, day_at
from tests.membership.support import NOON

YEAR = {"unit": "year"}
ONCE: dict[str, Any] = {"billing": None, "length": YEAR}
INSTALMENTS: dict[str, Any] = {"billing": MONTHLY, "length": {"unit": "month", "count": 3}}
SUBSCRIBED: dict[str, Any] = {"billing": MONTHLY, "length": MONTHLY}

Terms = dict[str, Any]


def left(club: BillingClub, customer: str) -> list[tuple[str, str]]:
    """Return first and last day of every period of the customer, oldest first."""
    found = [period for each in club.memberships(customer) for period in each["periods"]]
    return sorted((each["first_day"], each["last_day"]) for each in found)


def order(club: BillingClub, how: str, customer: str, plan: str) -> str:
    """Order as the customer or as staff; returns the order's id."""
    if how == "customer":
        return str(club.order_as_customer(customer, plan)["order_id"])
    answer = club.order_as_staff(plan, customer_id=customer)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["order_id"])


def pay(club: BillingClub, order_id: str) -> Any:
    """Pay an order and process its events; returns the order."""
    club.stripe.pay(club.checkout_of(order_id))
    club.deliver_and_process()
    return club.get_order(order_id)


def at_desk(club: BillingClub, customer: str, plan: str) -> None:
    """Sell at the desk."""
    club.service.member(plan, customer_id=customer)


def online(club: BillingClub, customer: str, plan: str) -> None:
    """Sell through the provider."""
    pay(club, order(club, "staff", customer, plan))


@pytest.mark.parametrize("how", ["customer", "staff"])
@pytest.mark.parametrize("before", [at_desk, online], ids=["desk", "online"])
def test_the_next_year_is_paid_sixteen_days_early(
    club: BillingClub, how: str, before: Callable[[BillingClub, str, str], None]
) -> None:
    customer, plan = club.service.customer(), club.gold_plan(**ONCE)
    before(club, customer, plan)
    club.advance_to(day_at(22, 2).replace(year=2028))
    link = club.order_as_customer(customer, plan)
    assert link["continues_after"] == "2028-03-09"
    paid = pay(club, order(club, how, customer, plan))
    (sold,) = club.memberships(customer)
    assert (paid["membership_id"], sold["last_day"]) == (sold["id"], "2029-03-09")
    assert sold["member_since"] == sold["starts_at"] == "2027-03-10T11:00:00Z"
    assert left(club, customer) == [("2027-03-10", "2028-03-09"), ("2028-03-10", "2029-03-09")]
    # Paid ahead once, it is not sold ahead again before the new year has begun.
    again = club.customer_call(customer, "POST", "/orders", json={"plan_id": plan})
    assert (again.status_code, again.json()["code"]) == (409, "already_member")
    # As at the desk, an online renewal and one at the desk follow each other.
    club.service.post(f"/v1/memberships/{sold['id']}/renew", {}, status=200)
    assert left(club, customer)[-1] == ("2029-03-10", "2030-03-09")


@pytest.mark.parametrize(
    ("terms", "last_day"),
    [
        pytest.param(ONCE, "2028-03-25", id="single payment"),
        pytest.param(SUBSCRIBED, "2027-04-25", id="subscription"),
        pytest.param(INSTALMENTS, "2027-04-25", id="instalments"),
    ],
)
@pytest.mark.parametrize("how", ["customer", "staff"])
def test_what_starts_while_a_sold_term_runs_counts_from_its_end(
    club: BillingClub, how: str, terms: Terms, last_day: str
) -> None:
    customer, plan = club.service.customer(), club.gold_plan(**terms)
    club.service.post(
        "/v1/memberships",
        {"plan_id": plan, "customer_id": customer, "last_day": "2027-03-25"},
    )
    pay(club, order(club, how, customer, plan))
    assert left(club, customer)[-1] == ("2027-03-26", last_day)
    card = club.service.card(customer)["code"]
    for day, granted in ((25, "active"), (26, "active")):
        club.service.clock.now = day_at(day, 3)
        assert club.service.scan(card)["outcome"] == granted


def test_the_periods_of_a_carried_subscription_follow_each_other(club: BillingClub) -> None:
    customer, plan = club.service.customer(), club.gold_plan(**SUBSCRIBED)
    body = {"plan_id": plan, "customer_id": customer, "last_day": "2027-03-25"}
    club.service.post("/v1/memberships", body)
    sold = pay(club, order(club, "customer", customer, plan))["membership_id"]
    for month, last_day in ((4, "2027-05-25"), (5, "2027-06-25")):
        club.advance_to(day_at(12, month))
        club.deliver_and_process()
        assert club.service.get(f"/v1/memberships/{sold}")["last_day"] == last_day
    assert change_as_customer(club, customer, sold, "cancel")[0] == 200
    club.advance_to(day_at(12, 6))
    club.deliver_and_process()
    shown = club.service.get(f"/v1/memberships/{sold}")
    assert (shown["status"], shown["last_day"]) == ("active", "2027-06-25")
    club.advance_to(day_at(26, 6))
    assert club.service.get(f"/v1/memberships/{sold}")["status"] == "expired"


def test_the_next_instalments_are_bought_once_all_are_paid(club: BillingClub) -> None:
    customer, plan = club.service.customer(), club.gold_plan(**INSTALMENTS)
    club.buy(customer, plan)
    refused = club.order_as_staff(plan, customer_id=customer)
    assert (refused.status_code, refused.json()["code"]) == (409, "subscription_runs")
    club.advance_to(day_at(25, 5))
    club.deliver_and_process()
    pay(club, order(club, "customer", customer, plan))
    assert left(club, customer)[-1] == ("2027-06-11", "2027-07-10")
    assert left(club, customer)[-2][1] == "2027-06-10"


def test_a_repriced_plan_is_a_membership_of_its_own_after_the_first(club: BillingClub) -> None:
    customer, plan = club.service.customer(), club.gold_plan(**ONCE)
    at_desk(club, customer, plan)
    club.service.patch(f"/v1/plans/{plan}", price_minor=5900)
    pay(club, order(club, "customer", customer, plan))
    sold = {each["price_minor"]: each for each in club.memberships(customer)}
    assert (sold[4900]["last_day"], sold[5900]["last_day"]) == ("2028-03-09", "2029-03-09")
    assert (sold[5900]["starts_at"], sold[5900]["reason"]) == (sold[4900]["ends_at"], "scheduled")


def test_a_payment_that_arrives_after_the_old_end_starts_there(club: BillingClub) -> None:
    customer, plan = club.service.customer(), club.gold_plan(**{**ONCE, "length": MONTHLY})
    at_desk(club, customer, plan)
    club.advance_to(day_at(7, 4))
    page = club.checkout_of(order(club, "customer", customer, plan))
    club.stripe.pay(page, "processing")
    club.deliver_and_process()
    club.advance_to(day_at(12, 4))
    club.stripe.settle(page, ok=True)
    club.deliver_and_process()
    (sold,) = club.memberships(customer)
    assert left(club, customer) == [("2027-03-10", "2027-04-09"), ("2027-04-12", "2027-05-11")]
    assert sold["member_since"] == "2027-03-10T11:00:00Z"


def test_a_subscription_whose_first_payment_arrives_after_the_old_end_continues(
    club: BillingClub,
) -> None:
    """Its periods are counted from its begin, when the old one ran: none of its days is lost."""
    customer, plan = club.service.customer(), club.gold_plan(**SUBSCRIBED)
    body = {"plan_id": plan, "customer_id": customer, "last_day": "2027-03-12"}
    club.service.post("/v1/memberships", body)
    page = club.checkout_of(order(club, "customer", customer, plan))
    club.stripe.pay(page, "processing")
    club.deliver_and_process()
    club.advance_to(day_at(15, 3))
    club.stripe.settle(page, ok=True)
    club.deliver_and_process()
    assert left(club, customer) == [("2027-03-10", "2027-03-12"), ("2027-03-13", "2027-04-12")]


def test_a_payment_before_the_old_end_whose_event_comes_after_continues(club: BillingClub) -> None:
    customer, plan = club.service.customer(), club.gold_plan(**{**ONCE, "length": MONTHLY})
    at_desk(club, customer, plan)
    club.advance_to(day_at(9, 4))
    club.stripe.pay(club.checkout_of(order(club, "customer", customer, plan)))
    club.advance_to(day_at(11, 4))
    club.deliver_and_process()
    assert left(club, customer) == [("2027-03-10", "2027-04-09"), ("2027-04-10", "2027-05-09")]


def test_two_payments_in_either_order_are_two_periods(club: BillingClub) -> None:
    ends = []
    for first_settled in (0, 1):
        customer, plan = club.service.customer(), club.gold_plan(**ONCE)
        at_desk(club, customer, plan)
        pages = [club.checkout_of(order(club, "customer", customer, plan))]
        club.stripe.pay(pages[0], "processing")
        club.deliver_and_process()
        club.service.patch(f"/v1/plans/{plan}", price_minor=5900)
        pages.append(club.checkout_of(order(club, "staff", customer, plan)))
        club.stripe.pay(pages[1], "processing")
        for page in (pages[first_settled], pages[1 - first_settled]):
            club.stripe.settle(page, ok=True)
            club.deliver_and_process()
        ends.append(left(club, customer))
    assert ends[0] == ends[1]
    assert [last for _, last in ends[0]] == ["2028-03-09", "2029-03-09", "2030-03-09"]


@pytest.mark.parametrize("how", ["ended", "undone"])
def test_what_changed_between_order_and_payment_counts(club: BillingClub, how: str) -> None:
    customer, plan = club.service.customer(), club.gold_plan(**ONCE)
    sold = club.service.member(plan, customer_id=customer)
    if how == "undone":
        club.service.post(f"/v1/memberships/{sold}/renew", {}, status=200)
    made = order(club, "staff", customer, plan)
    club.advance(days=0, minutes=10)
    if how == "ended":
        club.service.post(f"/v1/memberships/{sold}/end", {"why": "moved"}, status=200)
    else:
        change = club.service.get(f"/v1/memberships/{sold}")["last_change"]["id"]
        undo = {"change_id": change}
        club.service.post(f"/v1/memberships/{sold}/undo", undo, status=200)
    pay(club, made)
    days = left(club, customer)
    if how == "ended":
        assert days == [("2027-03-10", "2027-03-10"), ("2027-03-10", "2028-03-09")]
    else:
        assert days == [("2027-03-10", "2028-03-09"), ("2028-03-10", "2029-03-09")]


def test_an_end_that_is_planned_is_continued_from(club: BillingClub) -> None:
    customer, plan = club.service.customer(), club.gold_plan(**ONCE)
    sold = club.service.member(plan, customer_id=customer)
    end = {"why": "moves", "at": "2027-03-31T22:00:00Z"}
    club.service.post(f"/v1/memberships/{sold}/end", end, status=200)
    refused = club.customer_call(customer, "POST", "/orders", json={"plan_id": plan})
    assert (refused.status_code, refused.json()["code"]) == (409, "already_member")
    pay(club, order(club, "staff", customer, plan))
    assert left(club, customer) == [("2027-03-10", "2027-03-31"), ("2027-04-01", "2028-03-31")]


def test_a_company_continues_too(club: BillingClub) -> None:
    company, plan = club.service.company(), club.gold_plan(**ONCE, public=False)
    club.service.member(plan, company_id=company)
    club.advance(days=350)
    link = club.order_as_staff(plan, company_id=company).json()
    assert link["continues_after"] == "2028-03-09"
    pay(club, link["order_id"])
    (sold,) = club.service.get("/v1/memberships", company_id=company)["items"]
    assert sold["last_day"] == "2029-03-09"


def test_another_plan_or_owner_is_not_continued(club: BillingClub) -> None:
    customer, plan = club.service.customer(), club.gold_plan(**ONCE)
    at_desk(club, club.service.customer(), plan)
    at_desk(club, customer, club.service.plan("Silver", length=YEAR))
    pay(club, order(club, "customer", customer, plan))
    assert ("2027-03-10", "2028-03-09") in left(club, customer)
    assert len(left(club, customer)) == 2


@pytest.mark.parametrize("changed", [False, True])
def test_a_free_plan_is_had_again_towards_its_end(club: BillingClub, *, changed: bool) -> None:
    customer = club.service.customer()
    plan = club.service.plan("Friends", "pool", public=True, length=MONTHLY)

    def join() -> int:
        return club.customer_call(
            customer, "POST", "/memberships", json={"plan_id": plan}
        ).status_code

    assert join() == 201
    for days, status in ((0, 409), (14, 409), (1, 201), (0, 409)):
        club.advance(days=days)
        if changed and status == 201:
            club.service.patch(f"/v1/plans/{plan}", name="Friends of the club")
        assert join() == status, days
    assert left(club, customer) == [("2027-03-10", "2027-04-09"), ("2027-04-10", "2027-05-09")]
    assert len(club.memberships(customer)) == (2 if changed else 1)


def test_late_or_early_the_desk_and_the_provider_agree(club: BillingClub) -> None:
    """A payment at each distance from the end gives what the desk gives."""
    plan = club.gold_plan(**{**ONCE, "length": MONTHLY})
    customers = [(club.service.customer(), club.service.customer()) for _ in range(4)]
    for pair in customers:
        for each in pair:
            at_desk(club, each, plan)
    for (one, other), at in zip(
        customers,
        (NOON + timedelta(hours=1), day_at(25, 3), day_at(9, 4, 21), day_at(20, 4)),
        strict=True,
    ):
        club.advance_to(at)
        (sold,) = club.memberships(one)
        club.service.post(f"/v1/memberships/{sold['id']}/renew", {}, status=200)
        pay(club, order(club, "customer", other, plan))
        assert left(club, other) == left(club, one)


def test_the_own_page_offers_the_next_period(club: BillingClub) -> None:
    customer, plan = club.service.customer(), club.gold_plan(**ONCE)
    at_desk(club, customer, plan)

    def offered() -> list[str | None]:
        items = club.customer_call(customer, "GET", "/me/subscriptions").json()["items"]
        return [each["next_plan_id"] for each in items]

    assert offered() == [plan]
    club.advance(days=300)
    pay(club, order(club, "customer", customer, plan))
    assert offered() == []  # paid ahead already
    club.advance(days=300)
    assert offered() == [plan]
    club.service.patch(f"/v1/plans/{plan}", public=False)
    assert offered() == []
