"""What a subscription gives: whole days that were paid, then grace while a payment fails."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api_client.messages.billing import SubscriptionStatus
from api_client.messages.management import IntervalUnit
from membership.rules.billing import Agreement, Carry, SubscribedTerm, subscribed_term
from membership.rules.instants import NaiveTimeError, day_end, day_start, local_day
from membership.rules.periods import Interval, nth_day
from tests.membership.rules.clocks import BERLIN, TICK, instants, utc, zones

ACTIVE, PAST_DUE = SubscriptionStatus.ACTIVE, SubscriptionStatus.PAST_DUE
MONTH, YEAR = IntervalUnit.MONTH, IntervalUnit.YEAR
UNPAID, CANCELED = SubscriptionStatus.UNPAID, SubscriptionStatus.CANCELED

PAID = utc("2027-04-10T10:00")
"""Noon in Berlin on 10 April."""
COVERED, GRACED = utc("2027-04-10T22:00"), utc("2027-04-17T22:00")
LAST = date(2027, 4, 10)


@dataclass(frozen=True)
class Case:
    """What a subscription is, and what it gives with 7 days of grace."""

    name: str
    agreement: Agreement
    given: SubscribedTerm
    grace: int = 7


def told(status: SubscriptionStatus, **values: object) -> Agreement:
    """A subscription that is paid until 10 April."""
    return replace(Agreement(status, PAID), **values)  # type: ignore[arg-type]


CASES = [
    Case(
        "active",
        told(ACTIVE),
        SubscribedTerm(GRACED, LAST, overdue_since=COVERED, renews=True),
    ),
    Case(
        "active, without grace",
        told(ACTIVE),
        SubscribedTerm(COVERED, LAST, overdue_since=COVERED, renews=True),
        grace=0,
    ),
    Case(
        "failing: overdue from the end of what was paid",
        told(PAST_DUE, failing=True),
        SubscribedTerm(GRACED, LAST, overdue_since=PAID),
    ),
    Case(
        "the provider gave up and lets it stand",
        told(UNPAID, failing=True),
        SubscribedTerm(GRACED, LAST, overdue_since=PAID),
    ),
    Case(
        "cancelled with the period: no grace",
        told(ACTIVE, cancels_at=PAID),
        SubscribedTerm(COVERED, LAST),
    ),
    Case(
        "cancelled inside what was paid",
        told(ACTIVE, cancels_at=utc("2027-04-02T10:00")),
        SubscribedTerm(utc("2027-04-02T22:00"), date(2027, 4, 2)),
    ),
    Case(
        "ends later than what was paid: renewed until then",
        told(ACTIVE, cancels_at=utc("2028-03-10T11:00")),
        SubscribedTerm(GRACED, LAST, overdue_since=COVERED, renews=True),
    ),
    Case(
        "ended at once",
        told(CANCELED, ended_at=utc("2027-03-20T12:00")),
        SubscribedTerm(COVERED, LAST, ended_early_at=utc("2027-03-20T12:00")),
    ),
    Case(
        "cancelled with the period, and ended so",
        told(CANCELED, cancels_at=PAID, ended_at=PAID),
        SubscribedTerm(COVERED, LAST),
    ),
    Case(
        "cancelled with the period, and ended some hours after it",
        told(CANCELED, cancels_at=PAID, ended_at=PAID + timedelta(hours=20)),
        SubscribedTerm(COVERED, LAST),
    ),
    Case(
        "cancelled with the period, then ended before it",
        told(CANCELED, cancels_at=PAID, ended_at=utc("2027-04-01T12:00")),
        SubscribedTerm(COVERED, LAST, ended_early_at=utc("2027-04-01T12:00")),
    ),
    Case(
        "ended while overdue",
        told(CANCELED, ended_at=utc("2027-04-13T12:00")),
        SubscribedTerm(utc("2027-04-13T12:00"), LAST, overdue_since=COVERED),
    ),
    Case(
        "ended after the grace",
        told(CANCELED, ended_at=utc("2027-04-25T12:00")),
        SubscribedTerm(GRACED, LAST, overdue_since=COVERED),
    ),
    Case(
        "ended in the evening of the last day",
        told(CANCELED, ended_at=utc("2027-04-10T20:00")),
        SubscribedTerm(COVERED, LAST),
    ),
    Case(
        "paid until midnight: the day before is the last",
        told(ACTIVE, paid_until=COVERED),
        SubscribedTerm(GRACED, LAST, overdue_since=COVERED, renews=True),
    ),
    Case(
        "paid until the end of a month, into which the grace does not fall",
        told(ACTIVE, paid_until=utc("2028-02-29T12:00")),
        SubscribedTerm(
            utc("2028-03-07T23:00"),
            date(2028, 2, 29),
            overdue_since=utc("2028-02-29T23:00"),
            renews=True,
        ),
    ),
    Case(
        "the clocks go on within the grace",
        told(ACTIVE, paid_until=utc("2027-03-25T12:00")),
        SubscribedTerm(
            utc("2027-04-01T22:00"),
            date(2027, 3, 25),
            overdue_since=utc("2027-03-25T23:00"),
            renews=True,
        ),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_a_subscription_gives(case: Case) -> None:
    assert subscribed_term(case.agreement, case.grace, BERLIN) == case.given


def test_a_day_that_begins_an_hour_late_is_a_whole_one() -> None:
    cairo = ZoneInfo("Africa/Cairo")
    # On 30 April 2027 the day begins at 01:00 there: it is what follows the last day.
    right = subscribed_term(told(ACTIVE, paid_until=utc("2027-04-29T12:00")), 0, cairo)
    assert (right.last_day, right.ends_at) == (date(2027, 4, 29), utc("2027-04-29T22:00"))


@pytest.mark.parametrize("name", ["paid_until", "cancels_at", "ended_at"])
def test_a_time_without_a_zone_is_refused(name: str) -> None:
    with pytest.raises(NaiveTimeError, match=name):
        told(ACTIVE, **{name: datetime(2027, 4, 10)})  # noqa: DTZ001 - this is the fault


paid = instants.map(lambda at: at.replace(microsecond=0))
graces = st.integers(0, 90)
near = st.timedeltas(timedelta(days=-60), timedelta(days=120)).map(
    lambda by: timedelta(seconds=int(by.total_seconds()))
)


@st.composite
def agreements(draw: st.DrawFn) -> Agreement:
    """A subscription of any kind, which may be over, or to end, near what was paid."""
    paid_until = draw(paid)
    return Agreement(
        draw(st.sampled_from(SubscriptionStatus)),
        paid_until,
        failing=draw(st.booleans()),
        cancels_at=draw(st.none() | near.map(lambda by: paid_until + by)),
        ended_at=draw(st.none() | near.map(lambda by: paid_until + by)),
    )


def covered_until(agreement: Agreement) -> datetime:
    """Up to when a subscription was paid, and is to run."""
    if agreement.cancels_at is None:
        return agreement.paid_until
    return min(agreement.paid_until, agreement.cancels_at)


@given(agreements(), graces, zones)
def test_never_less_than_what_was_paid_and_never_more_than_grace(
    agreement: Agreement, grace: int, zone: ZoneInfo
) -> None:
    right, covered = subscribed_term(agreement, grace, zone), covered_until(agreement)
    assert right.ends_at >= covered
    assert right.ends_at <= day_end(right.last_day + timedelta(days=grace), zone)
    if agreement.cancels_at is not None and agreement.cancels_at <= agreement.paid_until:
        # Somebody who cancelled is owed the days they paid, and gets none as a present.
        assert right.ends_at == day_end(right.last_day, zone)


@given(agreements(), graces, zones)
def test_the_last_day_has_no_grace_in_it(agreement: Agreement, grace: int, zone: ZoneInfo) -> None:
    right, covered = subscribed_term(agreement, grace, zone), covered_until(agreement)
    assert day_start(right.last_day, zone) < covered <= day_end(right.last_day, zone)
    assert right.last_day == subscribed_term(agreement, 0, zone).last_day


@given(agreements(), graces, zones)
def test_an_early_end_is_one_inside_what_was_paid(
    agreement: Agreement, grace: int, zone: ZoneInfo
) -> None:
    right, covered = subscribed_term(agreement, grace, zone), covered_until(agreement)
    early = agreement.ended_at is not None and agreement.ended_at < covered
    assert right.ended_early_at == (agreement.ended_at if early else None)
    if right.overdue_since is not None:
        assert covered <= right.overdue_since <= right.ends_at
    if right.renews:
        assert agreement.ended_at is None
        assert not agreement.failing


@given(agreements(), graces, zones, st.timedeltas(TICK, timedelta(days=400)))
def test_more_paid_never_gives_less(
    agreement: Agreement, grace: int, zone: ZoneInfo, more: timedelta
) -> None:
    later = replace(agreement, paid_until=agreement.paid_until + more)
    less, much = (subscribed_term(each, grace, zone) for each in (agreement, later))
    assert less.last_day <= much.last_day
    if agreement.ended_at is None and agreement.cancels_at is None:
        assert less.ends_at <= much.ends_at


@given(paid, graces, zones)
def test_more_grace_never_gives_less(paid_until: datetime, grace: int, zone: ZoneInfo) -> None:
    agreement = Agreement(PAST_DUE, paid_until.astimezone(UTC), failing=True)
    less, much = (subscribed_term(agreement, days, zone) for days in (grace, grace + 1))
    assert less.ends_at < much.ends_at


@pytest.mark.parametrize(
    ("began", "continues_on", "billing", "paid_day", "last_day"),
    [
        # Whole periods are those of the desk, however long the months are.
        ("2027-03-10", "2027-03-26", (MONTH, 1), "2027-04-10", "2027-04-25"),
        ("2027-01-25", "2027-02-10", (MONTH, 1), "2027-02-25", "2027-03-09"),
        ("2027-02-10", "2027-03-26", (MONTH, 1), "2027-03-10", "2027-04-25"),
        ("2027-01-31", "2027-02-15", (MONTH, 1), "2027-02-28", "2027-03-14"),
        ("2027-01-31", "2027-02-15", (MONTH, 1), "2027-03-31", "2027-04-14"),
        ("2027-03-10", "2027-03-26", (YEAR, 1), "2029-03-10", "2029-03-25"),
        # A part of one keeps its days.
        ("2027-03-10", "2027-03-26", (MONTH, 1), "2027-03-20", "2027-04-04"),
        ("2027-03-10", "2027-03-26", (MONTH, 1), "2027-03-10", "2027-03-25"),
    ],
    ids=["month", "long", "short", "last-day", "last-day-2", "years", "part", "nothing"],
)
def test_what_is_carried_counts_from_the_end_before(
    began: str, continues_on: str, billing: tuple[IntervalUnit, int], paid_day: str, last_day: str
) -> None:
    day = date.fromisoformat
    carry = Carry(utc(f"{began}T10:00"), day(continues_on), Interval(*billing))
    assert carry.last_day(utc(f"{paid_day}T10:00"), BERLIN) == day(last_day)


@given(
    instants,
    st.integers(0, 400),
    st.builds(Interval, st.sampled_from(list(IntervalUnit)), st.integers(1, 3)),
    st.integers(1, 14),
    zones,
)
@example(utc("2027-02-15T22:30"), 13, Interval(MONTH), 4, BERLIN)
@example(utc("2027-01-30T23:30"), 14, Interval(MONTH), 1, BERLIN)
@example(utc("2027-03-01T02:00"), 14, Interval(MONTH), 1, ZoneInfo("America/New_York"))
def test_periods_that_the_provider_counts_are_carried_whole(
    began: datetime, ahead: int, billing: Interval, number: int, zone: ZoneInfo
) -> None:
    """Stripe counts months in UTC, so a period may end on another local day than it began."""
    continues_on = local_day(began, zone) + timedelta(days=ahead)
    paid_until = datetime.combine(nth_day(began.date(), billing, number), began.timetz())
    carry = Carry(began, continues_on, billing)
    expected = nth_day(continues_on, billing, number) - timedelta(days=1)
    assert carry.last_day(paid_until, zone) == expected
