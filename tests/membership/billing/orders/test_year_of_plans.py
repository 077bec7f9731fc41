"""Years of one subscription that continues what was paid before, and changes its plan at random.

After each step: what Stripe was paid for last is the plan that is granted, by one membership at a
time, without a gap; it ends as much later than Stripe's period as days were carried over; and the
planned change that the service tells is the one that Stripe makes.
"""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID

import pytest

from tests.membership.billing.billing_club import MONTHLY, BillingClub
from tests.membership.billing.orders.test_plan_changes import change, change_now
from tests.membership.billing.orders.test_year import deliver

INTERVALS = ({"unit": "month"}, {"unit": "week", "count": 2}, {"unit": "month", "count": 3})
STEPS = ("later", "later", "now", "withdraw", "cancel and resume", "wait", "wait")


class Member:
    """A member of whom one subscription is charged, and the days that they brought along."""

    def __init__(self, club: BillingClub, random: Random, carried: int) -> None:
        self.club, self.random = club, random
        service = club.service
        self.plans = [
            service.plan(f"Plan {at}", "pool", price_minor=price, billing=each, length=each,
                         public=True)
            for at, (price, each) in enumerate(
                (4900 + 1000 * number, each) for number, each in enumerate((MONTHLY, *INTERVALS))
            )
        ]  # fmt: skip
        self.customer = service.customer()
        if carried:
            service.member(self.plans[0], customer_id=self.customer)
            last_day = date.fromisoformat(club.memberships(self.customer)[0]["last_day"])
            club.advance_to(datetime.combine(last_day, club.service.clock().time(), UTC)
                            - timedelta(days=carried - 1))  # fmt: skip
        club.buy(self.customer, self.plans[0])
        (found,) = service.get("/v1/billing/orders", customer_id=self.customer)["items"]
        self.order, self.carried = str(found["id"]), timedelta(days=carried)

    def do(self, what: str) -> None:
        """Let something happen; what is refused changes nothing."""
        found = self.club.get_order(self.order)
        path = f"/v1/billing/orders/{self.order}"
        others = [each for each in self.plans if each != found["plan_id"]]
        match what:
            case "later":
                assert change(self.club, self.order, self.random.choice(others)).status_code == 200
            case "now" if found["next_plan"] is None:
                answer = change_now(self.club, self.order, self.random.choice(others))
                assert answer.status_code == 200, answer.text
            case "withdraw" if found["next_plan"] is not None:
                self.club.service.post(f"{path}/change/withdraw", status=200)
            case "cancel and resume":
                self.club.service.post(f"{path}/cancel", {"at": "period_end"}, status=200)
                self.club.service.post(f"{path}/resume", status=200)

    def paid_for(self) -> tuple[UUID, datetime]:
        """Return the plan of what was paid last, and its end, by the ledger of Stripe."""
        lines = [
            line
            for each in self.club.stripe.ledger.all("invoice", status="paid")
            for line in each["lines"]["data"]
            if line["amount"] >= 0
        ]
        price = self.club.stripe.get(lines[-1]["pricing"]["price_details"]["price"])
        plan = UUID(price["product"].removeprefix("walletdesk-"))
        return plan, datetime.fromtimestamp(lines[-1]["period"]["end"], UTC)

    def check(self, why: object) -> None:
        """Compare the service with what Stripe was paid for."""
        club, now = self.club, self.club.service.clock()
        plan, until = self.paid_for()
        found = club.get_order(self.order)
        assert UUID(found["plan_id"]) == plan, why
        held = sorted(club.memberships(self.customer), key=lambda each: each["starts_at"])
        assert sum(each["status"] == "active" for each in held) == 1, (why, now, held)
        newest = next(each for each in held if each["id"] == found["membership_id"])
        late = date.fromisoformat(newest["last_day"]) - (until.date() + self.carried)
        # Months have other lengths where they are counted from another day.
        assert abs(late) <= timedelta(days=3 if self.carried else 0), (why, late, newest, until)
        for before, after in pairwise(each for each in held if has_run(each)):
            starts = datetime.fromisoformat(after["starts_at"])
            gap = starts.date() - date.fromisoformat(before["last_day"])
            assert timedelta() <= gap <= timedelta(days=1), (why, before, after)
        self._check_planned(found, why)

    def _check_planned(self, found: Any, why: object) -> None:
        """Compare what the order changes to with the price or the schedule at Stripe."""
        subscription = self.club.stripe.get(self.club.newest_subscription())
        item = subscription["items"]["data"][0]
        amount, at = item["price"]["unit_amount"], item["current_period_end"]
        if subscription["schedule"] is not None:
            phases = self.club.stripe.get(subscription["schedule"])["phases"]
            price = self.club.stripe.get(phases[-1]["items"][0]["price"])
            amount, at = price["unit_amount"], phases[-1]["start_date"]
        expected = None if amount == found["amount_minor"] else amount
        assert found["next_amount_minor"] == expected, why
        if expected is not None:
            assert datetime.fromisoformat(found["changes_at"]).timestamp() == at, why


def has_run(sold: Any) -> bool:
    """Whether a membership runs at all: one that was to begin later was maybe replaced before."""
    early = sold["ended_early_at"]
    starts = datetime.fromisoformat(sold["starts_at"])
    return early is None or datetime.fromisoformat(early) > starts


def live(club: BillingClub, seed: int, many: int) -> None:
    """Run steps at random, and check what holds after each, and some weeks later."""
    random = Random(seed)
    member = Member(club, random, carried=seed % 3 * 8)
    club.advance(hours=1)  # nobody changes in the second in which they subscribed
    for at in range(many):
        what = random.choice(STEPS)
        member.do(what)
        deliver(club, random.randrange(2**16))
        member.check((seed, at, what))
        club.advance(days=random.randrange(1, 25), hours=3)
        deliver(club, random.randrange(2**16))
        member.check((seed, at, what, "later"))


@pytest.mark.parametrize("seed", [3, 7])
def test_some_months_of_plans(club: BillingClub, seed: int) -> None:
    live(club, seed, 6)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(24))
def test_many_years_of_plans(club: BillingClub, seed: int) -> None:
    live(club, seed, 20)
