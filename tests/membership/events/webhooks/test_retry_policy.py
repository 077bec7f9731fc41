"""The schedule of attempts."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from membership.events.webhooks.retry_policy import LONGEST_PAUSE, MAX_ATTEMPTS, PAUSES, next_pause

HOUR = timedelta(hours=1)


def test_the_schedule() -> None:
    assert PAUSES[0] == timedelta(minutes=1)
    assert PAUSES[-1] == 12 * HOUR
    assert all(earlier <= later for earlier, later in pairwise(PAUSES))
    assert [next_pause(failures, None, 0.0) for failures in range(1, MAX_ATTEMPTS)] == list(PAUSES)
    assert next_pause(MAX_ATTEMPTS, None, 0.0) is None
    assert next_pause(MAX_ATTEMPTS, 60.0, 0.0) is None


def test_retry_after_lengthens_up_to_twelve_hours() -> None:
    assert next_pause(1, 30.0, 0.0) == timedelta(minutes=1)
    assert next_pause(1, 1800.0, 0.0) == HOUR / 2
    assert next_pause(1, 1e9, 0.0) == 12 * HOUR


@given(
    st.integers(1, MAX_ATTEMPTS - 1),
    st.none() | st.floats(0, 10**9),
    st.floats(0, 1, exclude_max=True),
)
def test_jitter_adds_up_to_a_tenth(failures: int, retry_after: float | None, jitter: float) -> None:
    plain = next_pause(failures, retry_after, 0.0)
    spread = next_pause(failures, retry_after, jitter)
    assert plain is not None
    assert spread is not None
    assert plain <= spread <= plain * 1.1 <= LONGEST_PAUSE
