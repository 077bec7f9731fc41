"""A subscription that a schedule manages: what it refuses, and how the schedule leaves it."""

from tests.fakes.stripe.ledger import Ledger
from tests.fakes.stripe.refusals import Refused
from tests.fakes.stripe.shapes import Thing


def require_unmanaged(subscription: Thing) -> None:
    """Raise Refused for a change of the cancellation of a subscription under a schedule."""
    if subscription["schedule"] is not None:
        told = (
            f"The subscription is managed by the subscription schedule "
            f"`{subscription['schedule']}`, and updating any cancelation behavior directly is "
            "not allowed. Please update the schedule instead."
        )
        raise Refused(told)


def cancelled_with(ledger: Ledger, subscription: Thing) -> None:
    """Cancel the schedule of a subscription that ends, if it has one."""
    if subscription["schedule"] is not None:
        schedule = ledger.things[subscription["schedule"]]
        detach(ledger, schedule, "canceled", canceled_at=ledger.seconds)


def detach(ledger: Ledger, schedule: Thing, status: str, **when: int) -> None:
    """Let a schedule leave its subscription, which stays as it is."""
    subscription = ledger.things[schedule["subscription"]]
    with ledger.changing(subscription, "customer.subscription.updated"):
        subscription["schedule"] = None
    schedule.update(status=status, current_phase=None, subscription=None, **when)
    if status == "released":
        schedule["released_subscription"] = subscription["id"]
    ledger.tell(f"subscription_schedule.{status}", schedule)
