"""The last day of a membership: the earlier of what was paid and the end that counts."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membership.rules.instants import day_end, day_start
from membership.rules.last_day import true_last_day
from membership.rules.status import Term, standing

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2027, 3, 10, 11, tzinfo=UTC)
SOLD = date(2027, 6, 30)
END = day_end(SOLD, BERLIN)
GRACED = END + timedelta(days=7)


@pytest.mark.parametrize(
    ("ends_at", "sold", "early", "expected"),
    [
        (END, SOLD, None, SOLD),
        (None, None, None, None),
        (GRACED, SOLD, None, SOLD),
        (END, SOLD, datetime(2027, 4, 1, 9, 30, tzinfo=UTC), date(2027, 4, 1)),
        (END, SOLD, day_start(date(2027, 4, 1), BERLIN), date(2027, 3, 31)),
        (END, SOLD, day_end(date(2027, 4, 1), BERLIN), date(2027, 4, 1)),
        (None, None, day_end(date(2027, 4, 1), BERLIN), date(2027, 4, 1)),
        (END, SOLD, END, SOLD),
        (END, SOLD, END + timedelta(days=3), SOLD),
        (GRACED, SOLD, END + timedelta(days=3), SOLD),
        (END, SOLD, datetime(2027, 3, 1, 9, tzinfo=UTC), date(2027, 3, 1)),
    ],
)
def test_the_earlier_end_counts(
    ends_at: datetime | None, sold: date | None, early: datetime | None, expected: date | None
) -> None:
    assert true_last_day(Term(START, ends_at, early), sold, BERLIN) == expected


ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Kolkata"])
HOURS = st.integers(1, 24 * 400)


@given(ZONES, HOURS, st.integers(1, 400), st.integers(0, 30))
def test_it_is_good_on_its_last_day_and_not_on_the_next(
    key: str, early_after: int, sold_days: int, grace: int
) -> None:
    zone = ZoneInfo(key)
    sold = START.date() + timedelta(days=sold_days)
    ends_at = day_end(sold + timedelta(days=grace), zone)
    early = START + timedelta(hours=early_after)
    term = Term(START, ends_at, early)
    last = true_last_day(term, sold, zone)
    assert last is not None
    assert standing(term, max(START, day_start(last, zone))).grants
    if term.ends_early and last < sold:
        assert not standing(term, day_end(last, zone)).grants
