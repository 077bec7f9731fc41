"""Which subscriptions take a further payment: the question that a ban and a merge ask."""

from datetime import timedelta
from typing import Any

import pytest

from api_client.messages.billing import SubscriptionStatus
from membership.members.payers.subscriptions import (
    SubscriptionChoice,
    charges_again,
    require_choice,
)
from membership.store.models import BillingOrder
from membership.web.errors import Conflict
from tests.membership.support import NOON

MONTH = NOON + timedelta(days=31)
CASES: dict[str, tuple[dict[str, Any], bool]] = {
    "a single payment": ({}, False),
    "runs": ({"subscription_status": SubscriptionStatus.ACTIVE, "paid_until": MONTH}, True),
    "past due": ({"subscription_status": SubscriptionStatus.PAST_DUE, "paid_until": MONTH}, True),
    "unpaid": ({"subscription_status": SubscriptionStatus.UNPAID, "paid_until": MONTH}, True),
    "paused": ({"subscription_status": SubscriptionStatus.PAUSED, "paid_until": MONTH}, True),
    "first payment under way": ({"subscription_status": SubscriptionStatus.INCOMPLETE}, True),
    "ended": ({"subscription_status": SubscriptionStatus.CANCELED, "paid_until": MONTH}, False),
    "cancelled": (
        {
            "subscription_status": SubscriptionStatus.ACTIVE,
            "paid_until": MONTH,
            "cancels_at": MONTH,
        },
        False,
    ),
    "cancelled at the midnight after": (
        {
            "subscription_status": SubscriptionStatus.ACTIVE,
            "paid_until": MONTH,
            "cancels_at": MONTH + timedelta(hours=12),
        },
        False,
    ),
    "instalments to a later end": (
        {
            "subscription_status": SubscriptionStatus.ACTIVE,
            "paid_until": MONTH,
            "cancels_at": MONTH + timedelta(days=300),
        },
        True,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_takes_a_further_payment(name: str) -> None:
    values, charges = CASES[name]
    assert charges_again(BillingOrder(plan_name="Gold", **values)) is charges


def test_a_choice_is_needed_only_where_something_charges() -> None:
    order = BillingOrder(plan_name="Gold", subscription_status=SubscriptionStatus.ACTIVE)
    require_choice([], None, "A ban")
    for choice in SubscriptionChoice:
        require_choice([order], choice, "A ban")
    with pytest.raises(Conflict, match="Gold"):
        require_choice([order], None, "A ban")
