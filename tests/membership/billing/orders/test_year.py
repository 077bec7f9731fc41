"""A year of a subscription: whatever happens at Stripe, access is what a small model says.

The model knows what was paid (from Stripe's own books), whether the subscription is to end or
has, and the days of grace. It counts in local days and shares no code with the service.
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
from tests.membership.billing.billing_club import MONTHLY, Shop, new_shop
from tests.membership.support import Service

BERLIN = ZoneInfo("Europe/Berlin")
GRACE = 5

DOINGS = ("good_card", "bad_card", "pay_open", "cancel", "resume", "cancel_now", "refund", "wait")
Happening = tuple[int, str, int]
"""Days that go by, what is done then, and how what Stripe tells is shuffled."""

happenings = st.lists(
    st.tuples(
        st.integers(1, 25),
        # Most years have no end in the middle: it would leave nothing to see.
        st.sampled_from((*DOINGS, "good_card", "wait", "bad_card", "pay_open")),
        st.integers(0, 2**16),
    ),
    min_size=6,
    max_size=18,
)


class Books:
    """What Stripe's own books say, and what follows from them."""

    def __init__(self, stripe: StripeServer, subscription_id: str) -> None:
        self.stripe, self.subscription_id = stripe, subscription_id

    @property
    def subscription(self) -> Any:
        """The subscription as it is now."""
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
        """Those that are to be paid."""
        return [each for each in self.invoices if each["status"] == "open"]

    def paid_until(self) -> datetime:
        """The end of the last period that was paid."""
        ends = [
            line["period"]["end"]
            for each in self.invoices
            if each["status"] == "paid"
            for line in each["lines"]["data"]
        ]
        return datetime.fromtimestamp(max(ends), UTC)

    def last_instant(self) -> datetime:
        """Up to when there is access, as far as can be told now."""
        told, paid = self.subscription, self.paid_until()
        last_day = paid.astimezone(BERLIN).date()
        whole, graced = midnight_after(last_day), midnight_after(last_day + timedelta(days=GRACE))
        ended, planned = told["ended_at"], told["cancel_at_period_end"]
        if ended is not None:
            at = datetime.fromtimestamp(ended, UTC)
            return at if at < paid else min(max(at, whole), graced)
        period_end = told["items"]["data"][0]["current_period_end"]
        if planned and datetime.fromtimestamp(period_end, UTC) <= paid:
            return whole
        return graced


def midnight_after(day: date) -> datetime:
    """The end of a local day."""
    return datetime.combine(day + timedelta(days=1), time(), BERLIN).astimezone(UTC)


def has_access(shop: Shop, customer: str) -> bool:
    """What another system is told at this instant."""
    return bool(shop.service.get("/v1/access/area.pool", customer_id=customer)["granted"])


def do(shop: Shop, books: Books, what: str) -> None:
    """Let something happen at Stripe, if it can."""
    stripe, told = shop.stripe, books.subscription
    runs = told["ended_at"] is None
    match what:
        case "good_card" | "bad_card":
            stripe.set_card(told["customer"], "good" if what == "good_card" else "declines")
        case "pay_open" if books.open_invoices():
            stripe.pay_invoice(books.open_invoices()[-1]["id"])
        case "cancel" if runs:
            stripe.cancel(books.subscription_id, at_period_end=True)
        case "cancel_now" if runs:
            stripe.cancel(books.subscription_id, at_period_end=False)
        case "resume" if runs and told["cancel_at_period_end"]:
            stripe.resume(books.subscription_id)
        case "refund":
            paid = [each for each in books.invoices if each["status"] == "paid"]
            stripe.refund(paid[-1]["id"], 100)


def deliver(shop: Shop, seed: int) -> None:
    """Deliver what is new: shuffled, some of it twice."""
    random, new = Random(seed), shop.told()
    again = [each for each in new if random.random() < 0.2]
    told = [*new, *again]
    random.shuffle(told)
    for event in told:
        assert shop.tell(event) == 200
    shop.work_off()


def live(shop: Shop, happenings: Sequence[Happening]) -> None:
    """Live a year, and compare after each thing that happens, for that instant and later ones."""
    service = shop.service
    plan = service.plan(
        "Gold", "area.pool", price_minor=4900, billing=MONTHLY, length=MONTHLY, public=True
    )
    customer = service.customer()
    sold = shop.bought(customer, plan)["id"]
    books = Books(shop.stripe, shop.subscription())
    for days, what, seed in happenings:
        shop.go_on(days=days)
        if what != "refund" or seed % 5 == 0:
            do(shop, books, what)
        deliver(shop, seed)
        compare(shop, books, customer, (what, sold))
    if books.subscription["ended_at"] is None:
        do(shop, books, "cancel_now")
        deliver(shop, 0)
        compare(shop, books, customer, ("cancel_now", sold))


def compare(shop: Shop, books: Books, customer: str, why: tuple[str, str]) -> None:
    """Ask now, and at the instants around the end, should nothing more be heard."""
    now, end = shop.service.clock(), books.last_instant()
    instants = [now, end - timedelta(seconds=1), end, end + timedelta(days=40)]
    for at in sorted(each for each in instants if each >= now):
        shop.service.clock.now = at
        assert has_access(shop, customer) == (at < end), (why, now, at, end, books.subscription)
    shop.service.clock.now = now


@pytest.fixture(scope="module")
def year(paying_service: Service, stripe_of_module: StripeServer) -> Any:
    """Makes a club of its own for each year."""

    def begin() -> Shop:
        shop = new_shop(paying_service, stripe_of_module)
        shop.set_up(grace_days=GRACE)
        return shop

    return begin


@given(happenings)
@settings(max_examples=4, deadline=None)
def test_a_year_of_a_subscription(year: Any, happenings: list[Happening]) -> None:
    live(year(), happenings)


@pytest.mark.soak
@given(happenings)
@settings(max_examples=150, deadline=None)
def test_many_years_of_subscriptions(year: Any, happenings: list[Happening]) -> None:
    live(year(), happenings)
