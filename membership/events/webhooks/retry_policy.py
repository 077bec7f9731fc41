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

ASIDE_FOR = sum(BACKOFF.pauses[ATTEMPTS_IN_LINE - 1 :], timedelta(0))
"""A delivery that was set aside is not given up before, however often it was tried meanwhile."""

OUTAGE_AFTER = 5
"""Deliveries set aside with no success between them: the receiver is down, not one event bad."""

OUTAGE_BACKOFF = Backoff(tuple(timedelta(minutes=each) for each in (1, 5, 15, 60)), spread=0.1)
"""Pauses of an endpoint during an outage, between trying one more event and the next."""

RECOVERED_AFTER = timedelta(hours=1)
"""After so long without a success, the next has what was set aside in the outage tried at once."""

FAILING_FOR = timedelta(days=3)
"""An endpoint is disabled after so long without a success, a dead delivery included."""


def next_pause(
    failures: int,
    retry_after: float | None,
    jitter: float,
    *,
    aside_for: timedelta | None = None,
) -> timedelta | None:
    """The pause after so many failures in a row of one delivery; None to give it up.

    ``retry_after`` is what the receiver asks for, in seconds. ``jitter`` is a random number
    from 0 to 1. ``aside_for`` is for how long it has been set aside, None if it is in line:
    attempts that came before their time, after an outage, do not have it given up earlier.
    """
    early = aside_for is not None and timedelta(0) <= aside_for < ASIDE_FOR
    if failures >= MAX_ATTEMPTS and not early:
        return None
    return BACKOFF.pause(failures, retry_after=retry_after, jitter=jitter)


def asked_pause(status: int | None, retry_after: float | None, jitter: float) -> timedelta | None:
    """For how long a receiver asks to be sent nothing at all, up to 12 hours; None if it does not.

    An answer that is about the event asks this for no other.
    """
    if not retry_after or refuses_event(status):
        return None
    wish = min(retry_after, BACKOFF.longest_retry_after.total_seconds())
    return timedelta(seconds=wish) * (1 + BACKOFF.spread * jitter)


def attempts_in_line(
    *, others_aside: bool, status: int | None = None, retry_after: float | None = None
) -> int:
    """Attempts at a delivery before it is set aside.

    One only if others are set aside already: many bad events do not add up their pauses. What
    came too fast (429) is no bad event: it has all its attempts in line if the receiver names
    the time for the next.
    """
    if status == TOO_MANY:
        return MAX_ATTEMPTS if retry_after else ATTEMPTS_IN_LINE
    return 1 if others_aside else ATTEMPTS_IN_LINE


def refuses_event(status: int | None) -> bool:
    """Whether an answer is about the event: the receiver is up, and read and refused it.

    The statuses left out are about the receiver or the sender: address, rights, limits.
    """
    return status in REFUSALS


TOO_MANY = 429
_ABOUT_NO_EVENT = frozenset((401, 403, 404, 405, 407, 408, 421, 425, 426, TOO_MANY))
REFUSALS = frozenset(range(400, 500)) - _ABOUT_NO_EVENT
"""Statuses that are about the event."""


def outage_pause(set_aside: int, jitter: float) -> timedelta | None:
    """The pause of an endpoint after so many deliveries were set aside without a success.

    None if the next is to be tried at once.
    """
    if set_aside < OUTAGE_AFTER:
        return None
    return OUTAGE_BACKOFF.pause(set_aside - OUTAGE_AFTER + 1, jitter=jitter)
