"""Decides the outcome of a scan from the customer, the card and all entitlements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from api_client.messages.scan import CustomerState, Outcome, Reason, Status
from membership.rules.inheritance import Entitlement
from membership.rules.status import Standing

_FAR_FUTURE = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Judged:
    """An entitlement, and its standing at the time of the decision."""

    entitlement: Entitlement
    standing: Standing


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome, the membership that decided it (if one did), and all, that one first."""

    outcome: Outcome
    deciding: Judged | None
    memberships: tuple[Judged, ...]


def decide(
    state: CustomerState | None,
    entitlements: Iterable[Entitlement],
    now: datetime,
    *,
    card_revoked: bool = False,
) -> Decision:
    """Decide what a scan at ``now`` shows. ``state`` is None if the code led to nobody.

    The first that applies: unknown code; blocked, for a banned customer; card revoked; and
    then what the memberships say. Inactive is a filing state: what they have paid for still
    counts, so it changes no outcome by itself. That a company which limits its seats gives them
    none is in the ``entitlements``.

    Raises:
        NaiveTimeError: ``now`` has no zone.
    """
    judged = tuple(Judged(entitlement, entitlement.standing(now)) for entitlement in entitlements)
    ordered = tuple(sorted(judged, key=_order))
    if state is None:
        return Decision(Outcome.UNKNOWN_CODE, None, ())
    outcome, deciding = _by_memberships(ordered)
    if state is CustomerState.BANNED:
        outcome = Outcome.BLOCKED
    elif card_revoked:
        outcome = Outcome.CARD_REVOKED
    rest = (each for each in ordered if each is not deciding)
    return Decision(outcome, deciding, ordered if deciding is None else (deciding, *rest))


def _by_memberships(ordered: tuple[Judged, ...]) -> tuple[Outcome, Judged | None]:
    """Return the outcome by the memberships alone, and the one that decides it.

    One that grants wins. Next comes one that is about to start, even beside an expired one:
    who has already bought the next period must not be asked to renew. Then the one that
    ended last. A membership without a seat decides none of these, for it gives this customer
    nothing, but it explains why somebody whose company is a member has no membership.
    """
    seated = [each for each in ordered if each.entitlement.has_seat]
    for status, outcome in (
        (Status.ACTIVE, Outcome.ACTIVE),
        (None, Outcome.NOT_YET_STARTED),
        (Status.EXPIRED, Outcome.EXPIRED),
    ):
        first = next((each for each in seated if each.standing.status is status), None)
        if first is not None:
            return outcome, first
    no_seat = (each for each in ordered if each.standing.reason is Reason.NO_SEAT)
    return Outcome.NO_MEMBERSHIP, next(no_seat, None)


def _order(judged: Judged) -> tuple[int, bool, float, bool, str, str]:
    """Sort key: granting ones first, then scheduled, then expired, then those without a seat.

    Among active ones: paid before overdue, and longest first. Scheduled: soonest first.
    Expired: most recently ended first. Own before inherited, and at last by plan and id, so
    that the order never depends on that of the database.
    """
    entitlement, found = judged.entitlement, judged.standing
    overdue = found.reason is Reason.PAYMENT_OVERDUE
    match found.status:
        case Status.ACTIVE:
            group, when = 0, -_seconds(entitlement.term.end or _FAR_FUTURE)
        case None:
            group, when = 1, _seconds(entitlement.term.starts_at)
        case Status.EXPIRED:
            group, when = 2, -_seconds(entitlement.term.end or _FAR_FUTURE)
    if not entitlement.has_seat:
        group += 3
    inherited = entitlement.company is not None
    return group, overdue, when, inherited, entitlement.plan, str(entitlement.membership_id)


def _seconds(at: datetime) -> float:
    """Return ``at`` as a number that sorts like it."""
    return at.timestamp()
