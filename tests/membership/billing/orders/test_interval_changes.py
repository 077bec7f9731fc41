"""Changes of plan to another interval with the next period: planned, made, undone, disturbed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.membership.billing.billing_club import MONTHLY, BillingClub
from tests.membership.billing.members import (
    audit_count,
    day_at,
    membership_state,
    own_subscription,
)
from tests.membership.billing.orders.test_plan_changes import (
    YEAR,
    change,
    change_now,
    grants,
    own,
    paid,
    platinum,
    shown,
    subscriber,
    subscriptions,
)
from tests.membership.billing.outbox.test_bans import ban
from tests.membership.billing.outbox.test_merges import merge

SCHEDULES = "/v1/subscription_schedules"


def yearly(club: BillingClub, **terms: Any) -> str:
    """Return a plan of 990.00 a year."""
    return platinum(club, **{"price_minor": 99000, "billing": YEAR, "length": YEAR, **terms})


def planned(club: BillingClub) -> tuple[str, str, str]:
    """Return a monthly subscriber to Gold, their order, and the yearly plan it changes to."""
    customer, order = subscriber(club)
    plan = yearly(club)
    answer = change(club, order, plan)
    assert answer.status_code == 200, answer.text
    return customer, order, plan


def pending(club: BillingClub, order: str) -> tuple[Any, Any, Any]:
    """Return what an order changes to, for how much, and when."""
    found = club.get_order(order)
    return found["next_plan"], found["next_amount_minor"], found["changes_at"]


NOTHING = (None, None, None)
PLANNED = ("Platinum", 99000, "2027-04-10T11:00:00Z")


def schedules(club: BillingClub) -> list[str]:
    """Return the status of each schedule at Stripe."""
    return [each["status"] for each in club.stripe.ledger.all("subscription_schedule")]


def turned(club: BillingClub) -> None:
    """Let the period of the monthly subscription end, and the service learn what came of it."""
    club.advance_to(day_at(12, 4))
    club.deliver_and_process()


@pytest.mark.parametrize(
    ("before", "after", "turn", "last_days"),
    [
        pytest.param(MONTHLY, YEAR, (10, 4), ("2028-04-10", "2029-04-10"), id="month to year"),
        pytest.param(
            {"unit": "week"}, MONTHLY, (17, 3), ("2027-04-17", "2027-05-17"), id="week to month"
        ),
        pytest.param(
            {"unit": "month", "count": 3},
            {"unit": "week", "count": 2},
            (10, 6),
            ("2027-06-24", "2027-07-08"),
            id="quarter to fortnight",
        ),
    ],
)
def test_another_interval_begins_with_the_next_period(
    club: BillingClub,
    before: Any,
    after: Any,
    turn: tuple[int, int],
    last_days: tuple[str, str],
) -> None:
    last_day, following = last_days
    customer, order = subscriber(club, billing=before, length=before)
    plan = yearly(club, billing=after, length=after)
    at = day_at(*turn, 11)
    assert change(club, order, plan).status_code == 200
    assert pending(club, order) == ("Platinum", 99000, f"{at:%Y-%m-%dT%H:%M:%SZ}")
    club.deliver_and_process()
    assert (paid(club), grants(club, customer)) == ([4900], (True, False))
    club.advance_to(at + timedelta(hours=3))
    club.deliver_and_process()
    assert (paid(club), grants(club, customer)) == ([4900, 99000], (False, True))
    gold, new = sorted(club.memberships(customer), key=lambda each: each["plan"])
    assert (gold["status"], gold["last_day"]) == ("expired", f"{at:%Y-%m-%d}")
    assert (new["previous_id"], new["last_day"]) == (gold["id"], last_day)
    assert pending(club, order) == NOTHING
    assert (schedules(club), subscriptions(club)) == (["released"], ["active"])
    club.advance_to(datetime.fromisoformat(f"{last_day}T14:00:00+00:00"))
    club.deliver_and_process()
    assert paid(club) == [4900, 99000, 99000]
    assert membership_state(club, new["id"]) == ("active", None, following)
    assert audit_count(club, "billing.plan_change_planned") == 1


def test_the_pages_of_member_and_desk_say_it(club: BillingClub) -> None:
    customer, order = subscriber(club)
    plan = yearly(club)
    (choice,) = own(club, customer, "/plans", method="GET").json()["items"]
    assert (choice["price"], choice["next_period"]) == ("€990.00 per year", True)
    shown_then = own(club, customer, "", {"plan_id": plan}).json()
    assert (shown_then["changes_to"], shown_then["changes_after"]) == ("Platinum", "2027-04-10")
    assert pending(club, order) == PLANNED
    assert own(club, customer, "/withdraw").json()["changes_to"] is None
    assert (pending(club, order), schedules(club)) == (NOTHING, ["released"])


def withdraw(club: BillingClub, order: str) -> None:
    """Undo the change."""
    club.service.post(f"/v1/billing/orders/{order}/change/withdraw", status=200)


def cancel(at: str) -> Callable[[BillingClub, str], None]:
    """Return what cancels the subscription of an order."""

    def act(club: BillingClub, order: str) -> None:
        club.service.post(f"/v1/billing/orders/{order}/cancel", {"at": at}, status=200)

    return act


def cancel_as_member(club: BillingClub, order: str) -> None:
    """Cancel on the member's own page."""
    found = club.get_order(order)
    path = f"/me/memberships/{found['membership_id']}/cancel"
    assert club.customer_call(found["customer_id"], "POST", path).status_code == 200


def resume_after_all(club: BillingClub, order: str) -> None:
    """Cancel, and take that back."""
    cancel("period_end")(club, order)
    club.service.post(f"/v1/billing/orders/{order}/resume", status=200)


def ban_with(answer: str) -> Callable[[BillingClub, str], None]:
    """Return what bans the payer of an order."""

    def act(club: BillingClub, order: str) -> None:
        customer = club.get_order(order)["customer_id"]
        assert ban(club, customer, subscriptions=answer)[0] == 200
        club.settle()

    return act


def merge_away(club: BillingClub, order: str) -> None:
    """Merge the payer into somebody else."""
    payer, stays = club.get_order(order)["customer_id"], club.service.customer("Amara Two")
    assert merge(club, stays, payer)[0] == 200
    club.settle()


def merge_cancelling(club: BillingClub, order: str) -> None:
    """Merge the payer into somebody else, and cancel what charges them."""
    payer, stays = club.get_order(order)["customer_id"], club.service.customer("Amara Two")
    assert merge(club, stays, payer, cancel_orders=[order])[0] == 200
    club.settle()


def erase(club: BillingClub, order: str) -> None:
    """Erase the payer, which needs the end of the subscription first."""
    customer = club.get_order(order)["customer_id"]
    number = club.service.get(f"/v1/customers/{customer}")["customer"]["number"]
    body = {"confirm": number, "end_memberships": True, "delete_at_provider": True}
    path = f"/v1/customers/{customer}/erase"
    assert club.service.call("POST", path, json=body).json()["code"] == "billed_by_provider"
    cancel("now")(club, order)
    club.service.post(path, body, status=200)
    club.settle()


def release_at_stripe(club: BillingClub, order: str) -> None:
    """Release the schedule in Stripe's dashboard."""
    (schedule,) = club.stripe.ledger.all("subscription_schedule", status="active")
    club.stripe.release_schedule(schedule["id"])
    club.deliver_and_process()


def delete_at_stripe(club: BillingClub, order: str) -> None:
    """Delete the customer in Stripe's dashboard."""
    club.stripe.delete_customer(club.stripe.get(club.newest_subscription())["customer"])
    club.deliver_and_process()


def replan(**terms: Any) -> Callable[[BillingClub, str], None]:
    """Return what plans a change to another plan instead, Silver."""

    def act(club: BillingClub, order: str) -> None:
        usual = {"price_minor": 2900, "billing": MONTHLY, "length": MONTHLY}
        plan = club.service.plan("Silver", "sauna", **{**usual, **terms})
        assert change(club, order, plan).status_code == 200

    return act


def nothing(_club: BillingClub, _order: str) -> None:
    """Leave it planned."""


CHARGED = {"before": [4900], "gold": [4900, 4900], "yearly": [4900, 99000]}


@pytest.mark.parametrize(
    ("act", "left", "charged", "outcome"),
    [
        pytest.param(nothing, PLANNED, "yearly", ("Platinum", "active"), id="left"),
        pytest.param(withdraw, NOTHING, "gold", ("Gold", "active"), id="withdrawn"),
        pytest.param(cancel("period_end"), NOTHING, "before", ("Gold", "canceled"), id="cancelled"),
        pytest.param(cancel("now"), NOTHING, "before", ("Gold", "canceled"), id="ended"),
        pytest.param(cancel_as_member, NOTHING, "before", ("Gold", "canceled"), id="by member"),
        pytest.param(resume_after_all, NOTHING, "gold", ("Gold", "active"), id="resumed"),
        pytest.param(ban_with("cancel_now"), NOTHING, "before", ("Gold", "canceled"), id="ban now"),
        pytest.param(
            ban_with("cancel_at_period_end"),
            NOTHING,
            "before",
            ("Gold", "canceled"),
            id="ban later",
        ),
        pytest.param(ban_with("keep"), PLANNED, "yearly", ("Platinum", "active"), id="ban kept"),
        pytest.param(merge_away, PLANNED, "yearly", ("Platinum", "active"), id="merged"),
        pytest.param(merge_cancelling, NOTHING, "before", ("Gold", "canceled"), id="merge ends it"),
        pytest.param(erase, NOTHING, "before", ("Gold", "canceled"), id="erased"),
        pytest.param(release_at_stripe, NOTHING, "gold", ("Gold", "active"), id="released there"),
        pytest.param(delete_at_stripe, NOTHING, "before", ("Gold", "canceled"), id="deleted there"),
        pytest.param(
            replan(),
            ("Silver", 2900, PLANNED[2]),
            [4900, 2900],
            ("Silver", "active"),
            id="same interval instead",
        ),
        pytest.param(
            replan(billing={"unit": "week"}, length={"unit": "week"}),
            ("Silver", 2900, PLANNED[2]),
            [4900, 2900],
            ("Silver", "active"),
            id="third interval instead",
        ),
    ],
)
def test_what_becomes_of_a_planned_change(
    club: BillingClub, act: Any, left: Any, charged: Any, outcome: tuple[str, str]
) -> None:
    _, order, _ = planned(club)
    act(club, order)
    assert pending(club, order) == left
    turned(club)
    assert paid(club) == (CHARGED[charged] if isinstance(charged, str) else charged)
    found = club.get_order(order)
    assert (found["plan"], found["subscription"], found["next_plan"]) == (*outcome, None)
    assert schedules(club) == [
        "canceled" if each == "canceled" else "released" for each in schedules(club)
    ]


def test_another_interval_instead_of_another_price(club: BillingClub) -> None:
    customer, order = subscriber(club)
    change(club, order, platinum(club))
    assert change(club, order, yearly(club, price_minor=5000)).status_code == 200
    assert pending(club, order) == ("Platinum", 5000, PLANNED[2])
    item = club.stripe.get(club.newest_subscription())["items"]["data"][0]
    assert item["price"]["unit_amount"] == 4900
    turned(club)
    assert (paid(club), grants(club, customer)) == ([4900, 5000], (False, True))


def test_once_changed_it_is_cancelled_and_changed_like_any_other(club: BillingClub) -> None:
    _, order, _ = planned(club)
    turned(club)
    back = club.service.plan("Silver", "sauna", price_minor=900, billing=MONTHLY, length=MONTHLY)
    club.advance_to(day_at(1, 5))
    assert shown(club, order, back)["amount_minor"] < 0
    cancel("period_end")(club, order)
    assert club.get_order(order)["ends_on"] == "2028-04-10"
    club.service.post(f"/v1/billing/orders/{order}/resume", status=200)
    assert change_now(club, order, back).status_code == 200
    club.deliver_and_process()
    assert (club.get_order(order)["plan"], club.get_order(order)["last_day"]) == (
        "Silver",
        "2027-06-01",
    )


def test_a_change_of_before_the_schedule_left_is_cancelled(club: BillingClub) -> None:
    """Nobody tells the service of the new period: the schedule is there when it is cancelled."""
    customer, order, _ = planned(club)
    club.advance_to(day_at(12, 4))
    assert schedules(club) == ["active"]
    shown_then = own_subscription(club, customer)
    path = f"/me/memberships/{shown_then['membership_id']}/cancel"
    assert club.customer_call(customer, "POST", path).status_code == 200
    assert (schedules(club), paid(club)) == (["released"], [4900, 99000])
    found = club.get_order(order)
    assert (found["plan"], found["ends_on"]) == ("Platinum", "2028-04-10")


@pytest.mark.parametrize("interval", ["month", "year"])
def test_a_change_at_stripe_after_a_planned_one_counts_from_when_it_was_made(
    club: BillingClub, interval: str
) -> None:
    customer, order = subscriber(club)
    every = {"unit": interval}
    change(club, order, platinum(club, billing=every, length=every))
    turned(club)
    silver = club.service.plan("Silver", "sauna", price_minor=900, billing=every, length=every)
    club.advance_to(day_at(20, 4))
    assert change_now(club, order, silver).status_code == 200
    club.deliver_and_process()
    sold = {each["plan"]: each for each in club.memberships(customer)}
    assert sold["Platinum"]["last_day"] == "2027-04-20"
    assert (sold["Silver"]["starts_at"], sold["Silver"]["status"]) == (
        "2027-04-20T13:00:00Z",
        "active",
    )
