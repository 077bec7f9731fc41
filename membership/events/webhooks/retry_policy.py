"""When a failed delivery is tried again, and when it is given up. Pure."""

from datetime import timedelta

from membership.base.backoff import Backoff

BACKOFF = Backoff(
    tuple(timedelta(minutes=each) for each in (1, 5, 15, 60, 3 * 60, 6 * 60, 12 * 60, 12 * 60)),
    spread=0.1,
    longest_retry_after=timedelta(hours=12),
)
"""Pauses between the attempts at one delivery."""

MAX_ATTEMPTS = len(BACKOFF.pauses) + 1
"""Attempts at a delivery, over 34 hours and 21 minutes, before it is dead."""

FAILING_FOR = timedelta(days=3)
"""An endpoint is disabled after so long without a success, a dead delivery included."""


def next_pause(failures: int, retry_after: float | None, jitter: float) -> timedelta | None:
    """The pause after so many failures in a row of one delivery; None to give it up.

    ``retry_after`` is what the receiver asks for, in seconds. ``jitter`` is a random number
    from 0 to 1.
    """
    if failures >= MAX_ATTEMPTS:
        return None
    return BACKOFF.pause(failures, retry_after=retry_after, jitter=jitter)
