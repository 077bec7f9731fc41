"""The calendar of the fake's subscriptions."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.stripe.periods import period_after, period_start
from tests.fakes.stripe.shop import START

anchors = st.integers(0, 4 * 366 * 24).map(lambda hours: START + timedelta(hours=hours))
units = st.sampled_from(["day", "week", "month", "year"])


def starts(anchor: datetime, interval: str, numbers: range, count: int = 1) -> list[str]:
    seconds = int(anchor.timestamp())
    return [
        datetime.fromtimestamp(period_start(seconds, interval, count, each), UTC).isoformat()[:10]
        for each in numbers
    ]


def test_the_end_of_a_month_is_kept_by_the_anchor() -> None:
    last_of_january = datetime(2027, 1, 31, 10, tzinfo=UTC)
    assert starts(last_of_january, "month", range(5)) == [
        "2027-01-31",
        "2027-02-28",
        "2027-03-31",
        "2027-04-30",
        "2027-05-31",
    ]
    assert starts(last_of_january, "month", range(13, 14)) == ["2028-02-29"]
    assert starts(datetime(2028, 2, 29, tzinfo=UTC), "year", range(5)) == [
        "2028-02-29",
        "2029-02-28",
        "2030-02-28",
        "2031-02-28",
        "2032-02-29",
    ]
    assert starts(last_of_january, "week", range(3), 2) == [
        "2027-01-31",
        "2027-02-14",
        "2027-02-28",
    ]


@given(anchors, units, st.integers(1, 3), st.integers(0, 30))
def test_periods_follow_each_other_without_a_gap(
    anchor: datetime, interval: str, count: int, number: int
) -> None:
    seconds = int(anchor.timestamp())
    start = period_start(seconds, interval, count, number)
    following = period_start(seconds, interval, count, number + 1)
    assert start < following
    assert period_after(seconds, interval, count, start) == following
