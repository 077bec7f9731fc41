"""How long a failed delivery waits for its next attempt, and when it is given up. Pure."""

from datetime import timedelta

PAUSES = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 3 * 60, 6 * 60, 12 * 60, 12 * 60)
)
"""Pause after the first failure, the second and so on; after the last one there is no more."""

MAX_ATTEMPTS = len(PAUSES) + 1
"""How often a delivery is tried, over 34 hours and 21 minutes, before it is dead."""

FAILING_FOR = timedelta(days=3)
"""How long an endpoint may do nothing but fail, a dead delivery included, until disabled."""

_SPREAD = 0.1
LONGEST_PAUSE = PAUSES[-1] * (1 + _SPREAD)
"""No next attempt is ever further away than this."""


def next_pause(failures: int, retry_after: float | None, jitter: float) -> timedelta | None:
    """How long to wait after so many failures in a row of one delivery; None to give it up.

    ``retry_after`` is what the receiver asks for, in seconds: it lengthens the pause, up to 12
    hours. ``jitter`` from 0 to 1 adds up to a tenth, so that receivers that failed together
    are not all tried again together.
    """
    if failures >= MAX_ATTEMPTS:
        return None
    pause = PAUSES[failures - 1]
    if retry_after is not None:
        pause = max(pause, min(timedelta(seconds=retry_after), PAUSES[-1]))
    return pause * (1 + _SPREAD * jitter)
