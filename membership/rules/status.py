"""The status of one membership at one instant: derived from its term, never stored."""

from dataclasses import dataclass
from datetime import datetime

from api_client.messages.scan import Reason, Status
from membership.rules.instants import require_aware


@dataclass(frozen=True, slots=True)
class Term:
    """When a membership runs: half-open ``[starts_at, ends_at)``, open without an end.

    ``ended_early_at`` may lie in the future (a cancellation with notice). Payment is overdue
    from ``payment_overdue_since`` on. ``ended``: the early end had come when it was
    recorded; the membership then stays over even if the clock is set back later.

    Raises:
        NaiveTimeError: a time has no zone; the message names the field.
    """

    starts_at: datetime
    ends_at: datetime | None = None
    ended_early_at: datetime | None = None
    payment_overdue_since: datetime | None = None
    ended: bool = False

    def __post_init__(self) -> None:
        """Refuse times that name no instant."""
        require_aware("starts_at", self.starts_at)
        for name in ("ends_at", "ended_early_at", "payment_overdue_since"):
            if (at := getattr(self, name)) is not None:
                require_aware(name, at)

    @property
    def ends_early(self) -> bool:
        """Whether the early end comes before the sold one, and so is the one that counts."""
        if self.ended_early_at is None:
            return False
        return self.ends_at is None or self.ended_early_at < self.ends_at

    @property
    def end(self) -> datetime | None:
        """The instant at which it really ends: the earlier of the sold and the early end."""
        return self.ended_early_at if self.ends_early else self.ends_at

    @property
    def never_runs(self) -> bool:
        """Whether it holds no instant: ended no later than it would have started."""
        return self.end is not None and self.end <= self.starts_at

    @property
    def over_for_good(self) -> bool:
        """Whether it was ended early, and had ended when that was recorded."""
        return self.ended and self.ends_early

    @property
    def announced_end(self) -> datetime | None:
        """The end to announce when it comes; None if there is none, or it was announced already."""
        return None if self.over_for_good or self.never_runs else self.end


@dataclass(frozen=True, slots=True)
class Standing:
    """A status and the reason beside it. ``status`` is None only before the start."""

    status: Status | None
    reason: Reason | None = None

    @property
    def grants(self) -> bool:
        """Whether it gives its privileges: active, and not for want of a seat only on paper."""
        return self.status is Status.ACTIVE and self.reason is not Reason.NO_SEAT


def standing(term: Term, now: datetime) -> Standing:
    """Return how ``term`` stands at ``now``.

    Active from its start up to, not including, its end; expired from the end on; scheduled
    (no status) before the start. A term that never runs, such as one withdrawn before it
    started, is expired throughout, and so is one that is over for good. An overdue payment is
    a reason beside active only.

    Raises:
        NaiveTimeError: ``now`` has no zone.
    """
    require_aware("now", now)
    end = term.end
    if term.over_for_good or term.never_runs or (end is not None and now >= end):
        return Standing(Status.EXPIRED, Reason.ENDED_EARLY if term.ends_early else None)
    if now < term.starts_at:
        return Standing(None, Reason.SCHEDULED)
    overdue = term.payment_overdue_since
    if overdue is not None and overdue <= now:
        return Standing(Status.ACTIVE, Reason.PAYMENT_OVERDUE)
    return Standing(Status.ACTIVE)


def next_change(term: Term, now: datetime) -> datetime | None:
    """Return the next instant after ``now`` at which ``standing`` differs; None if never.

    Raises:
        NaiveTimeError: ``now`` has no zone.
    """
    current = standing(term, now)
    instants = (term.starts_at, term.end, term.payment_overdue_since)
    later = sorted(at for at in instants if at is not None and at > now)
    return next((at for at in later if standing(term, at) != current), None)
