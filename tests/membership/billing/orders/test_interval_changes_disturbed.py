"""Changes of plan to another interval, disturbed: payments, failures, races, events."""

from datetime import UTC, timedelta
from typing import Any

import pytest

from membership.billing.stripe.stripe_gateway import StripeGateway
from tests.membership.billing.billing_club import BillingClub
from tests.membership.billing.members import day_at
from tests.membership.billing.orders.test_interval_changes import (
    NOTHING,
    PLANNED,
    SCHEDULES,
    cancel,
    pending,
    planned,
    schedules,
    turned,
    withdraw,
    yearly,
)
from tests.membership.billing.orders.test_plan_changes import (
    change,
    grants,
    paid,
    platinum,
    subscriber,
    subscriptions,
)


@pytest.mark.parametrize("good", [True, False], ids=["paid later", "never paid"])
def test_the_first_payment_fails(club: BillingClub, *, good: bool) -> None:
    customer, order, plan = planned(club)
    payer = club.stripe.get(club.newest_subscription())["customer"]
    club.stripe.set_card(payer, "declines")
    turned(club)
    assert (grants(club, customer), paid(club)) == ((True, False), [4900])  # in grace
    assert pending(club, order) == PLANNED
    late = change(club, order, plan)
    assert (late.status_code, late.json()["code"]) == (409, "plan_not_changeable")
    if good:
        club.stripe.set_card(payer, "good")
    club.advance_to(day_at(30, 4))
    club.deliver_and_process()
    assert grants(club, customer) == ((False, True) if good else (False, False))
    found = club.get_order(order)
    ended = ("Platinum", "active") if good else ("Gold", "canceled")
    assert (found["plan"], found["subscription"], found["next_plan"]) == (*ended, None)
    assert paid(club) == ([4900, 99000] if good else [4900])


def test_before_the_first_payment_it_is_neither_undone_nor_changed(club: BillingClub) -> None:
    _, order, _ = planned(club)
    club.advance_to(day_at(10, 4, 11) + timedelta(minutes=10))
    club.deliver_and_process()
    for path, body in {"/withdraw": None, "": {"plan_id": platinum(club)}}.items():
        where = f"/v1/billing/orders/{order}/change{path}"
        options: dict[str, Any] = {} if body is None else {"json": body}
        answer = club.service.call("POST", where, **options)
        assert (answer.status_code, answer.json()["code"]) == (409, "change_in_progress"), path
    with StripeGateway(club.stripe.secret_key, club.stripe.url) as gateway:
        begun = gateway.subscription(club.newest_subscription())
    assert (begun.paid_until, begun.is_paid) == (day_at(10, 4, 11).astimezone(UTC), False)
    turned(club)
    assert (paid(club), club.get_order(order)["plan"]) == ([4900, 99000], "Platinum")


def disturb(club: BillingClub, order: str, plan: str, step: int, how: str) -> int:
    """Let one request of a change fail, or lose its answer; returns the status of the change.

    Whatever came of it, the same change once more is made, and withdrawn again.
    """
    club.stripe.gate.coming.extend([None] * step)
    if how == "lost":
        club.stripe.lost_answer_next()
    else:
        club.stripe.fail_next()
    status = int(change(club, order, plan).status_code)
    assert not club.stripe.gate.coming, "nothing was disturbed"
    club.deliver_and_process()
    assert pending(club, order) in {NOTHING, PLANNED}, (step, how)
    assert change(club, order, plan).status_code == 200, (step, how)
    assert pending(club, order) == PLANNED, (step, how)
    withdraw(club, order)
    assert pending(club, order) == NOTHING, (step, how)
    return status


def asked_for(club: BillingClub, order: str, plan: str) -> list[str]:
    """Return what a change asks of Stripe, and withdraw it."""
    before = len(club.stripe.requests)
    assert change(club, order, plan).status_code == 200
    asked = [f"{each.method} {each.path}" for each in club.stripe.requests[before:]]
    withdraw(club, order)
    return asked


def test_a_change_that_fails_is_made_by_the_next_try(club: BillingClub) -> None:
    _, order, plan = planned(club)
    withdraw(club, order)
    asked = asked_for(club, order, plan)
    made = asked.index(f"POST {SCHEDULES}")
    for step, how in ((made, "fails"), (made, "lost"), (made + 1, "fails"), (made + 1, "lost")):
        assert disturb(club, order, plan, step, how) == 503, (step, how)
    turned(club)
    assert (paid(club), club.get_order(order)["plan"]) == ([4900, 4900], "Gold")


@pytest.mark.soak
@pytest.mark.parametrize("how", ["fails", "lost"])
def test_a_change_that_fails_anywhere(club: BillingClub, how: str) -> None:
    _, order, plan = planned(club)
    withdraw(club, order)
    for step in range(len(asked_for(club, order, plan))):
        assert disturb(club, order, plan, step, how) == 503, step
    assert set(schedules(club)) == {"released"}
    turned(club)
    assert (paid(club), club.get_order(order)["plan"]) == ([4900, 4900], "Gold")


def test_a_cancellation_while_the_change_is_made_wins(club: BillingClub) -> None:
    _, order = subscriber(club)
    plan = yearly(club)
    with club.while_stripe_works(SCHEDULES, lambda: cancel("period_end")(club, order)):
        answer = change(club, order, plan)
    assert (answer.status_code, answer.json()["code"]) == (409, "payment_provider_refused")
    club.deliver_and_process()
    assert pending(club, order) == NOTHING
    turned(club)
    assert (paid(club), subscriptions(club)) == ([4900], ["canceled"])


def test_who_is_cancelled_at_stripe_unseen_does_not_change(club: BillingClub) -> None:
    _, order = subscriber(club)
    club.stripe.cancel(club.newest_subscription(), at_period_end=True)
    answer = change(club, order, yearly(club))
    assert (answer.status_code, answer.json()["code"]) == (409, "payment_provider_refused")
    assert schedules(club) == []


@pytest.mark.parametrize("how", ["twice and shuffled", "late", "not at all"])
def test_events_of_the_change_come_in_any_way(club: BillingClub, how: str) -> None:
    customer, order, _ = planned(club)
    club.deliver_and_process()
    club.advance_to(day_at(12, 4))
    events = club.new_events()
    if how == "late":
        club.advance(days=20)
    if how != "not at all":
        for event in [*reversed(events), *events]:
            assert club.deliver(event) == 200
    else:
        club.advance(days=2)  # the daily look at it
    club.process_inbox()
    assert (grants(club, customer), paid(club)) == ((False, True), [4900, 99000])
    assert (club.get_order(order)["plan"], pending(club, order)) == ("Platinum", NOTHING)
    assert len(club.memberships(customer)) == 2
    kinds = [each["type"] for each in club.service.get("/v1/events")["items"]]
    assert kinds.count("membership.transferred") == 1


def test_a_change_that_is_seen_two_periods_later_counts_from_its_begin(club: BillingClub) -> None:
    every = {"unit": "week"}
    customer, order = subscriber(club, billing=every, length=every)
    change(club, order, platinum(club, billing=every, length=every))
    club.deliver_and_process()
    club.advance(days=18)
    club.deliver_and_process()
    sold = {each["plan"]: each for each in club.memberships(customer)}
    assert sold["Platinum"]["starts_at"] == "2027-03-17T11:00:00Z"
    assert (sold["Gold"]["last_day"], sold["Platinum"]["last_day"]) == ("2027-03-17", "2027-03-31")
