"""Back-off: the schedules of the service as they are documented, and what holds for any."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from membership.accounts.staff import throttles
from membership.base import failing
from membership.base.backoff import Backoff
from membership.billing.inbox import queue as inbox
from membership.events.mail import delivery as mail
from membership.events.webhooks import retry_policy
from membership.portal.login import throttles as login_throttles
from membership.portal.site_login.service import TOKENS_BY_ADDRESS
from membership.wallet.apple import push_queue
from membership.wallet.google import queue as google

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)

GOOGLE = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 720, 720)
SHORT_WAITS = (30, 60, 120, 240, 480, 900, 900)
HALF_MINUTE_TO_HOUR = (30, 60, 120, 240, 480, 960, 1920, 3600, 3600)
MINUTE_TO_HOUR = (1, 2, 4, 8, 16, 32, 60, 60)


@pytest.mark.parametrize(
    ("backoff", "unit", "pauses"),
    [
        (retry_policy.BACKOFF, MINUTE, (1, 5, 15, 60, 180, 360, 720, 720)),
        (mail.BACKOFF, MINUTE, MINUTE_TO_HOUR),
        (mail.SERVER_BACKOFF, SECOND, (10, 20, 40, 60, 60)),
        (failing.BACKOFF, MINUTE, MINUTE_TO_HOUR),
        (push_queue.BACKOFF, SECOND, (10, 20, 40, 80, 160, 320, 640, 900, 900)),
        (push_queue.REFUSED_BACKOFF, HOUR, (1, 1)),
        (google.BACKOFF, MINUTE, GOOGLE),
        (inbox.BACKOFF, SECOND, (10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600)),
        (throttles.SIGN_IN_BY_ACCOUNT.waits, SECOND, SHORT_WAITS),
        (throttles.SIGN_IN_BY_ADDRESS.waits, SECOND, SHORT_WAITS),
        (throttles.RESET_BY_ACCOUNT.waits, MINUTE, (5, 10, 20, 40, 60, 60)),
        (throttles.RESET_BY_ADDRESS.waits, MINUTE, MINUTE_TO_HOUR),
        (throttles.CONFIRM_BY_ADDRESS.waits, SECOND, SHORT_WAITS),
        (login_throttles.CODES_BY_EMAIL.waits, MINUTE, MINUTE_TO_HOUR),
        (login_throttles.CODES_BY_ADDRESS.waits, MINUTE, MINUTE_TO_HOUR),
        (login_throttles.TRIES_BY_EMAIL.waits, SECOND, HALF_MINUTE_TO_HOUR),
        (login_throttles.TRIES_BY_ADDRESS.waits, SECOND, SHORT_WAITS),
        (TOKENS_BY_ADDRESS.waits, SECOND, SHORT_WAITS),
    ],
)
def test_schedules_of_the_service(
    backoff: Backoff, unit: timedelta, pauses: Sequence[float]
) -> None:
    assert [backoff.pause(failures) / unit for failures in range(1, 1 + len(pauses))] == [*pauses]


@pytest.mark.parametrize(
    ("backoff", "longest", "with_jitter"),
    [
        (retry_policy.BACKOFF, 12 * HOUR, 13.2 * HOUR),
        (push_queue.BACKOFF, 12 * HOUR, 13.2 * HOUR),
        (push_queue.REFUSED_BACKOFF, 12 * HOUR, 13.2 * HOUR),
        (google.BACKOFF, 12 * HOUR, 12 * HOUR),
        (mail.BACKOFF, MINUTE, MINUTE),
    ],
)
def test_the_other_side_may_ask_for_a_longer_pause(
    backoff: Backoff, longest: timedelta, with_jitter: timedelta
) -> None:
    assert backoff.pause(1, retry_after=5.0) == backoff.pause(1)
    assert backoff.pause(1, retry_after=1e300) == longest
    assert backoff.pause(1, retry_after=1e300, jitter=1.0) == with_jitter
    assert backoff.pause(2, retry_after=7200.5) == max(
        backoff.pause(2), min(longest, timedelta(seconds=7200.5))
    )


def test_a_schedule_begins_above_zero_and_ends_no_earlier() -> None:
    for first, longest in ((0 * SECOND, MINUTE), (-SECOND, MINUTE), (MINUTE, SECOND)):
        with pytest.raises(ValueError, match="back-off from"):
            Backoff.doubling(first, longest)
    assert Backoff.doubling(MINUTE, MINUTE).pauses == (MINUTE,)


SECONDS = st.floats(0.001, 10**6)


@st.composite
def backoffs(draw: st.DrawFn) -> Backoff:
    """Any doubling schedule."""
    first, last = sorted((draw(SECONDS), draw(SECONDS)))
    return Backoff.doubling(
        timedelta(seconds=first),
        timedelta(seconds=last),
        spread=draw(st.floats(0, 1)),
        longest_retry_after=timedelta(seconds=draw(SECONDS)),
    )


@given(
    backoffs(),
    st.integers(1, 10**9),
    st.none() | st.floats(0, 10**12),
    st.floats(0, 1),
)
def test_a_pause_is_never_negative_and_never_longer_than_the_longest(
    backoff: Backoff, failures: int, retry_after: float | None, jitter: float
) -> None:
    pause = backoff.pause(failures, retry_after=retry_after, jitter=jitter)
    assert timedelta(0) < backoff.pause(1) <= pause <= backoff.longest
    plain = backoff.pause(failures, retry_after=retry_after)
    assert plain <= pause
    # Rounding to whole microseconds may add one.
    assert pause <= plain * (1 + backoff.spread) + timedelta(microseconds=1)


@given(backoffs())
def test_without_jitter_pauses_double_up_to_the_last(backoff: Backoff) -> None:
    pauses = [backoff.pause(failures) for failures in range(1, len(backoff.pauses) + 3)]
    assert pauses[-3:] == [backoff.pauses[-1]] * 3
    for earlier, later in pairwise(pauses):
        assert later == min(2 * earlier, backoff.pauses[-1])
