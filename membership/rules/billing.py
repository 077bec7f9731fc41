"""The term of a membership that is paid by a subscription at a payment provider."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from api_client.messages.billing import SubscriptionStatus
from membership.rules.instants import day_after, day_end, last_day_before, local_day, require_aware
from membership.rules.periods import Interval, nth_day

_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Agreement:
    """State of a subscription at the provider, once something was paid.

    ``paid_until`` is the end of the last paid period. ``failing`` is true if a payment for the next
    period failed. ``cancels_at`` is the scheduled end, ``ended_at`` the actual one.

    Raises:
        NaiveTimeError: a time has no zone; the message names the field.
    """

    status: SubscriptionStatus
    paid_until: datetime
    failing: bool = False
    cancels_at: datetime | None = None
    ended_at: datetime | None = None

    def __post_init__(self) -> None:
        """Reject times without a zone."""
        require_aware("paid_until", self.paid_until)
        for name in ("cancels_at", "ended_at"):
            if (at := getattr(self, name)) is not None:
                require_aware(name, at)


@dataclass(frozen=True, slots=True)
class SubscribedTerm:
    """The term that a subscription pays for.

    ``ends_at`` includes any grace, ``last_day`` does not. ``overdue_since`` is when the unpaid time
    began, None if nothing is due; ``ended_early_at`` is when the subscription ended inside a paid
    period. ``renews`` is true if the provider renews it automatically.
    """

    ends_at: datetime
    last_day: date
    overdue_since: datetime | None = None
    ended_early_at: datetime | None = None
    renews: bool = False


@dataclass(frozen=True, slots=True)
class Carry:
    """A subscription that began while something paid was still running, which it continues.

    What it pays for from ``began`` on counts from the local day ``continues_on`` on instead, the
    day after the last one that was paid before; ``billing`` is the interval of its payments.

    Raises:
        NaiveTimeError: ``began`` has no zone.
    """

    began: datetime
    continues_on: date
    billing: Interval

    def __post_init__(self) -> None:
        """Reject a time without a zone."""
        require_aware("began", self.began)

    def last_day(self, paid_until: datetime, zone: ZoneInfo) -> date:
        """Return the last day that is covered, where the last paid period ends at ``paid_until``.

        Whole periods are counted from the day that it continues on, as in a renewal at the desk;
        a part of one keeps its number of days. The provider counts months in UTC (Stripe, "Set the
        billing cycle date"): what begins late in the evening ends on another local day in summer.
        """
        for calendar in (_UTC, zone):
            began, paid = local_day(self.began, calendar), local_day(paid_until, calendar)
            number = 0
            while (counted := nth_day(began, self.billing, number)) < paid:
                number += 1
            if counted == paid:
                return day_after(nth_day(self.continues_on, self.billing, number), -1)
        return day_after(self.continues_on, (paid - began).days - 1)


def subscribed_term(
    agreement: Agreement, grace_days: int, zone: ZoneInfo, carry: Carry | None = None
) -> SubscribedTerm:
    """Return the term that a subscription pays for, in whole days of ``zone``.

    The day on which a paid period ends is included. After it the membership continues, overdue, for
    ``grace_days`` days while the provider retries the payment, or until it stops. A subscription
    with a scheduled end gets no grace; one that ended inside a paid period ends there. With
    ``carry`` all of it is as much later as the days that were paid before.

    Raises:
        CalendarRangeError: the grace ends outside the years 1 to 9999.
    """
    paid_until = agreement.paid_until
    if agreement.cancels_at is not None:
        paid_until = min(paid_until, agreement.cancels_at)
    last_day = last_day_before(paid_until, zone)
    if carry is not None:
        last_day = carry.last_day(paid_until, zone)
    covered = day_end(last_day, zone)
    graced = day_end(day_after(last_day, grace_days), zone)
    if agreement.ended_at is not None and agreement.ended_at < paid_until:
        return SubscribedTerm(covered, last_day, ended_early_at=agreement.ended_at)
    if agreement.cancels_at is not None and agreement.cancels_at <= paid_until:
        return SubscribedTerm(covered, last_day)
    if agreement.ended_at is not None:
        ends_at = min(max(agreement.ended_at, covered), graced)
        return SubscribedTerm(ends_at, last_day, covered if ends_at > covered else None)
    return SubscribedTerm(
        graced,
        last_day,
        overdue_since=paid_until if agreement.failing and carry is None else covered,
        renews=agreement.status is SubscriptionStatus.ACTIVE and not agreement.failing,
    )
