"""A year of a subscription as a property test: access always equals that of a small model.

The model knows the paid periods (from the fake's ledger), the end of the subscription, and the days
of grace. It counts in local days and shares no code with the service.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.stripe_server import StripeServer
from tests.membership.billing.billing_club import MONTHLY, BillingClub, new_club
from tests.membership.support import Service

BERLIN = ZoneInfo("Europe/Berlin")
GRACE = 5

INCIDENTS = (
    "good_card",
    "bad_card",
    "pay_open",
    "cancel",
    "resume",
    "cancel_now",
    "refund",
    "wait",
)
Incident = tuple[int, str, int]
"""Days that pass, what happens then, and the seed that shuffles the events."""

incidents = st.lists(
    st.tuples(
        st.integers(1, 25),
        # In most years the subscription does not end early, which would leave nothing to test.
        st.sampled_from((*INCIDENTS, "good_card", "wait", "bad_card", "pay_open")),
        st.integers(0, 2**16),
    ),
    min_size=6,
    max_size=18,
)


class Books:
    """The model: the fake's ledger, and the access that follows from it."""

    def __init__(self, stripe: StripeServer, subscription_id: str) -> None:
        self.stripe, self.subscription_id = stripe, subscription_id

    @property
    def subscription(self) -> Any:
        """The current subscription."""
        return self.stripe.get(self.subscription_id)

    @property
    def invoices(self) -> list[Any]:
        """Its invoices, oldest first."""
        return [
            each
            for each in self.stripe.ledger.all("invoice")
            if each["parent"]["subscription_details"]["subscription"] == self.subscription_id
        ]

    def open_invoices(self) -> list[Any]:
        """Return the unpaid invoices."""
        return [each for each in self.invoices if each["status"] == "open"]

    def paid_until(self) -> datetime:
        """Return the end of the last paid period."""
        ends = [
            line["period"]["end"]
            for each in self.invoices
            if each["status"] == "paid"
            for line in each["lines"]["data"]
        ]
        return datetime.fromtimestamp(max(ends), UTC)

    def last_instant(self) -> datetime:
        """Return the end of access, exclusive, if nothing else happens."""
        current, paid = self.subscription, self.paid_until()
        last_day = paid.astimezone(BERLIN).date()
        whole, graced = midnight_after(last_day), midnight_after(last_day + timedelta(days=GRACE))
        ended, planned = current["ended_at"], current["cancel_at_period_end"]
        if ended is not None:
            at = datetime.fromtimestamp(ended, UTC)
            return at if at < paid else min(max(at, whole), graced)
        period_end = current["items"]["data"][0]["current_period_end"]
        if planned and datetime.fromtimestamp(period_end, UTC) <= paid:
            return whole
        return graced


def midnight_after(day: date) -> datetime:
    """Return the end of a local day."""
    return datetime.combine(day + timedelta(days=1), time(), BERLIN).astimezone(UTC)


def has_access(club: BillingClub, customer: str) -> bool:
    """Return the answer of the permission check now."""
    return bool(club.service.get("/v1/access/area.pool", customer_id=customer)["granted"])


def do(club: BillingClub, books: Books, what: str) -> None:
    """Let something happen at Stripe, if possible."""
    stripe, current = club.stripe, books.subscription
    runs = current["ended_at"] is None
    match what:
        case "good_card" | "bad_card":
            stripe.set_card(current["customer"], "good" if what == "good_card" else "declines")
        case "pay_open" if books.open_invoices():
            stripe.pay_invoice(books.open_invoices()[-1]["id"])
        case "cancel" if runs:
            stripe.cancel(books.subscription_id, at_period_end=True)
        case "cancel_now" if runs:
            stripe.cancel(books.subscription_id, at_period_end=False)
        case "resume" if runs and current["cancel_at_period_end"]:
            stripe.resume(books.subscription_id)
        case "refund":
            paid = [each for each in books.invoices if each["status"] == "paid"]
            stripe.refund(paid[-1]["id"], 100)


def deliver(club: BillingClub, seed: int) -> None:
    """Deliver the new events, shuffled and some of them twice."""
    random, new = Random(seed), club.new_events()
    again = [each for each in new if random.random() < 0.2]
    events = [*new, *again]
    random.shuffle(events)
    for event in events:
        assert club.deliver(event) == 200
    club.process_inbox()


def live(club: BillingClub, incidents: Sequence[Incident]) -> None:
    """Run the incidents of a year, and compare service and model after each."""
    service = club.service
    plan = service.plan(
        "Gold", "area.pool", price_minor=4900, billing=MONTHLY, length=MONTHLY, public=True
    )
    customer = service.customer()
    sold = club.buy(customer, plan)["id"]
    books = Books(club.stripe, club.newest_subscription())
    for days, what, seed in incidents:
        club.advance(days=days)
        if what != "refund" or seed % 5 == 0:
            do(club, books, what)
        deliver(club, seed)
        compare(club, books, customer, (what, sold))
    if books.subscription["ended_at"] is None:
        do(club, books, "cancel_now")
        deliver(club, 0)
        compare(club, books, customer, ("cancel_now", sold))


def compare(club: BillingClub, books: Books, customer: str, why: tuple[str, str]) -> None:
    """Compare access now and at the instants around its end, without further events."""
    now, end = club.service.clock(), books.last_instant()
    instants = [now, end - timedelta(seconds=1), end, end + timedelta(days=40)]
    for at in sorted(each for each in instants if each >= now):
        club.service.clock.now = at
        assert has_access(club, customer) == (at < end), (why, now, at, end, books.subscription)
    club.service.clock.now = now


@pytest.fixture(scope="module")
def year(paying_service: Service, stripe_of_module: StripeServer) -> Any:
    """A function that returns a new club."""

    def begin() -> BillingClub:
        club = new_club(paying_service, stripe_of_module)
        club.connect_stripe(grace_days=GRACE)
        return club

    return begin


@given(incidents)
@settings(max_examples=4, deadline=None)
def test_a_year_of_a_subscription(year: Any, incidents: list[Incident]) -> None:
    live(year(), incidents)


@pytest.mark.soak
@given(incidents)
@settings(max_examples=150, deadline=None)
def test_many_years_of_subscriptions(year: Any, incidents: list[Incident]) -> None:
    live(year(), incidents)
