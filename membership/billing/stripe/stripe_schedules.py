"""Schedules of changes at Stripe: another interval from the next period on.

A schedule has the present period as its first phase, and the new price as its second one, which
notes in the metadata of the subscription from when on it counts. Every function raises the errors
of Stripe's package. Source: "Subscription schedules" in Stripe's documentation.
"""

from typing import Any

import stripe

from membership.billing.stripe.stripe_parsing import CHANGES_KEY, id_of
from membership.rules.periods import Interval


def read_schedule(api: stripe.V1Services, subscription: Any) -> Any:
    """Return the schedule of a subscription, with its prices; None without one."""
    schedule_id = id_of(subscription.get("schedule"))
    if schedule_id is None:
        return None
    params: Any = {"expand": ["phases.items.price"]}
    return api.subscription_schedules.retrieve(schedule_id, params=params).to_dict()


def schedule_change(api: stripe.V1Services, subscription: Any, price: str, every: Interval) -> None:
    """Put a subscription under a schedule that changes its price at the end of the period.

    ``price`` is due ``every`` interval.

    At Stripe a schedule of a subscription that runs is made in two steps. One that was made by half
    changes nothing, and ends with the period.
    """
    item = subscription["items"]["data"][0]
    ends = item["current_period_end"]
    made = api.subscription_schedules.create(params={"from_subscription": subscription["id"]})
    wanted: Any = {
        "end_behavior": "release",
        "proration_behavior": "none",
        "phases": [
            {
                "items": [{"price": item["price"]["id"], "quantity": 1}],
                "start_date": item["current_period_start"],
                "end_date": ends,
            },
            {
                "items": [{"price": price, "quantity": 1}],
                "duration": {"interval": every.unit.value, "interval_count": every.count},
                "proration_behavior": "none",
                "metadata": {CHANGES_KEY: str(ends)},
            },
        ],
    }
    api.subscription_schedules.update(made.id, params=wanted)


def end_schedule(api: stripe.V1Services, subscription_id: str) -> bool:
    """Release a subscription from its schedule; it stays as it is. Returns False without one."""
    schedule_id = _schedule_of(api, subscription_id)
    if schedule_id is None:
        return False
    try:
        api.subscription_schedules.release(schedule_id)
    except stripe.InvalidRequestError:
        if _schedule_of(api, subscription_id) is not None:
            raise
    return True


def _schedule_of(api: stripe.V1Services, subscription_id: str) -> str | None:
    """Return the id of the schedule that manages a subscription, or None."""
    return id_of(api.subscriptions.retrieve(subscription_id).to_dict().get("schedule"))
