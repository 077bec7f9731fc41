"""Schedules at the fake: another interval from the next period on."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.fakes.stripe.shop import Shop, refused, shop


@pytest.fixture
def club() -> Any:
    with shop() as opened:
        yield opened


def day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:10]


def planned(club: Shop) -> tuple[Any, Any]:
    """Return a monthly subscription that is to be a yearly one, and its schedule."""
    subscription = club.subscribed()
    yearly = club.price(unit_amount=49000, recurring={"interval": "year"})
    made = club.v1.subscription_schedules.create({"from_subscription": subscription.id})
    (phase,) = made.phases
    present = {
        "items": [{"price": phase["items"][0]["price"], "quantity": 1}],
        "start_date": phase["start_date"],
        "end_date": phase["end_date"],
    }
    later = {
        "items": [{"price": yearly.id, "quantity": 1}],
        "duration": {"interval": "year"},
        "proration_behavior": "none",
        "metadata": {"changed": "yes"},
    }
    wanted = {
        "phases": [present, later],
        "end_behavior": "release",
        "proration_behavior": "none",
    }
    return subscription, club.v1.subscription_schedules.update(made.id, wanted)


def test_another_interval_begins_with_the_next_period(club: Shop) -> None:
    subscription, schedule = planned(club)
    assert club.subscription(subscription.id).schedule == schedule.id
    assert [day(each["start_date"]) for each in schedule.phases] == ["2027-01-31", "2027-02-28"]
    assert day(schedule.phases[1]["end_date"]) == "2028-02-28"
    club.server.advance(datetime(2027, 3, 1, tzinfo=UTC))
    turned = club.subscription(subscription.id)
    (item,) = turned.items.data
    assert (item.price.unit_amount, day(item.current_period_end)) == (49000, "2028-02-28")
    assert (day(turned.billing_cycle_anchor), turned.metadata["changed"]) == ("2027-02-28", "yes")
    paid = [each.amount_paid for each in club.v1.invoices.list({"subscription": subscription.id})]
    assert paid == [49000, 4900]
    club.server.advance(datetime(2028, 3, 1, tzinfo=UTC))
    after = club.subscription(subscription.id)
    assert (after.schedule, after.status) == (None, "active")
    assert day(after.items.data[0].current_period_end) == "2029-02-28"
    left = club.v1.subscription_schedules.retrieve(schedule.id)
    assert (left.status, left.released_subscription) == ("released", subscription.id)


def test_a_released_schedule_changes_nothing(club: Shop) -> None:
    subscription, schedule = planned(club)
    release = club.v1.subscription_schedules.release
    assert (release(schedule.id).status, club.subscription(subscription.id).schedule) == (
        "released",
        None,
    )
    assert refused(release, schedule.id).http_status == 400
    update = club.v1.subscription_schedules.update
    assert refused(update, schedule.id, {"proration_behavior": "none"}).http_status == 400
    club.server.advance(datetime(2027, 3, 1, tzinfo=UTC))
    assert day(club.subscription(subscription.id).items.data[0].current_period_end) == "2027-03-31"


def test_a_schedule_refuses_cancellations_and_a_second_one(club: Shop) -> None:
    subscription, schedule = planned(club)
    error = refused(club.v1.subscriptions.update, subscription.id, {"cancel_at_period_end": True})
    assert "managed by the subscription schedule" in str(error)
    create = club.v1.subscription_schedules.create
    assert refused(create, {"from_subscription": subscription.id}).param == "from_subscription"
    unknown = refused(create, {"from_subscription": "sub_none"})
    assert (unknown.code, unknown.param) == ("resource_missing", "from_subscription")
    club.v1.subscriptions.cancel(subscription.id)
    left = club.v1.subscription_schedules.retrieve(schedule.id)
    assert (left.status, left.subscription) == ("canceled", None)
    assert refused(create, {"from_subscription": subscription.id}).http_status == 400


def test_what_the_fake_lacks_of_schedules_is_an_error(club: Shop) -> None:
    subscription, schedule = planned(club)
    yearly = schedule.phases[1]["items"][0]["price"]
    item = club.subscription(subscription.id).items.data[0].id
    form = {"items": [{"id": item, "price": yearly}], "proration_behavior": "none"}
    assert refused(club.v1.subscriptions.update, subscription.id, form).http_status == 501
    other = club.subscribed()
    club.server.cancel(other.id, at_period_end=True)
    create = club.v1.subscription_schedules.create
    assert refused(create, {"from_subscription": other.id}).http_status == 501
    assert refused(create, {"customer": other.customer}).http_status == 501
