"""When a failed delivery is tried again, set aside, and given up. Pure."""

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

ATTEMPTS_IN_LINE = 3
"""Attempts, over 6 minutes, for which the deliveries behind a failing one wait."""

OUTAGE_AFTER = 5
"""Deliveries set aside with no success between them: the receiver is down, not one event bad."""

OUTAGE_BACKOFF = Backoff(tuple(timedelta(minutes=each) for each in (1, 5, 15, 60)), spread=0.1)
"""Pauses of an endpoint during an outage, between trying one more event and the next."""

RECOVERED_AFTER = timedelta(hours=1)
"""After so long without a success, the next one has all that was set aside tried again at once."""

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


def attempts_in_line(*, others_aside: bool) -> int:
    """Attempts at a delivery before it is set aside.

    One only if others are set aside already: many bad events do not add up their pauses.
    """
    return 1 if others_aside else ATTEMPTS_IN_LINE


def refuses_event(status: int | None) -> bool:
    """Whether an answer is about the event: the receiver is up, and read and refused it.

    The statuses left out are about the receiver or the sender: address, rights, limits.
    """
    return status is not None and 400 <= status < 500 and status not in _ABOUT_NO_EVENT


_ABOUT_NO_EVENT = frozenset((401, 403, 404, 405, 407, 408, 421, 425, 426, 429))


def outage_pause(set_aside: int, jitter: float) -> timedelta | None:
    """The pause of an endpoint after so many deliveries were set aside without a success.

    None if the next is to be tried at once.
    """
    if set_aside < OUTAGE_AFTER:
        return None
    return OUTAGE_BACKOFF.pause(set_aside - OUTAGE_AFTER + 1, jitter=jitter)
