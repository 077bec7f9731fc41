"""The schedule of attempts."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from membership.events.webhooks.retry_policy import BACKOFF, MAX_ATTEMPTS, next_pause

HOUR = timedelta(hours=1)


def test_the_schedule() -> None:
    pauses = [next_pause(failures, None, 0.0) for failures in range(1, MAX_ATTEMPTS)]
    assert pauses[0] == timedelta(minutes=1)
    assert pauses[-1] == 12 * HOUR
    assert pauses == sorted(BACKOFF.pauses)
    assert sum(BACKOFF.pauses, timedelta(0)) == timedelta(hours=34, minutes=21)
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
    assert plain <= spread <= plain * 1.1 <= BACKOFF.longest
