"""Permissions of a customer: the union over the memberships that are active now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from api_client.messages.scan import CustomerState, Status
from membership.rules.inheritance import Entitlement


class Refusal(StrEnum):
    """Why a permission is not granted; the first that applies."""

    CUSTOMER_BANNED = "customer_banned"
    CARD_REVOKED = "card_revoked"
    BY_NUMBER = "by_number"
    NOT_YET_STARTED = "not_yet_started"
    NO_SEAT = "no_seat"
    EXPIRED = "expired"
    NOT_HELD = "not_held"


@dataclass(frozen=True, slots=True)
class Grant:
    """A permission that a customer has now.

    ``until`` is the first instant at which they would no longer have it, as things stand;
    None if never. ``via`` names the memberships that give it now, in the order given.
    """

    key: str
    until: datetime | None
    via: tuple[UUID, ...]


def grants(
    entitlements: Iterable[Entitlement], now: datetime, state: CustomerState = CustomerState.ACTIVE
) -> tuple[Grant, ...]:
    """Return all permissions of a customer at ``now``, sorted by key.

    A banned customer has none, whatever they have bought; an inactive one keeps theirs.

    Raises:
        NaiveTimeError: ``now`` has no zone.
    """
    entitlements = tuple(entitlements)
    keys = sorted({key for entitlement in entitlements for key in entitlement.permissions})
    found = (grant(entitlements, key, now, state) for key in keys)
    return tuple(each for each in found if each is not None)


def grant(
    entitlements: Iterable[Entitlement],
    key: str,
    now: datetime,
    state: CustomerState = CustomerState.ACTIVE,
) -> Grant | None:
    """Return the grant of one permission at ``now``, or None if the customer has it not.

    Raises:
        NaiveTimeError: ``now`` has no zone.
    """
    carriers = [entitlement for entitlement in entitlements if key in entitlement.permissions]
    active = [entitlement for entitlement in carriers if entitlement.standing(now).grants]
    if not active or state is CustomerState.BANNED:
        return None
    via = tuple(dict.fromkeys(entitlement.membership_id for entitlement in active))
    return Grant(key, covered_until(carriers, now), via)


def covered_until(entitlements: Iterable[Entitlement], now: datetime) -> datetime | None:
    """Return the end of the unbroken cover that begins at ``now``; None if it never ends.

    A membership that starts no later than another ends carries the cover on, so somebody
    who renewed early is covered to the end of the renewal. Without cover it is ``now``.

    Raises:
        NaiveTimeError: ``now`` has no zone.
    """
    giving = [
        entitlement
        for entitlement in entitlements
        if entitlement.has_seat
        and not (entitlement.term.never_runs or entitlement.term.over_for_good)
    ]
    until = now
    for entitlement in sorted(giving, key=lambda entitlement: entitlement.term.starts_at):
        if entitlement.term.starts_at > until:
            break
        end = entitlement.term.end
        if end is None:
            return None
        until = max(until, end)
    return until


def next_grant(
    entitlements: Iterable[Entitlement],
    key: str,
    now: datetime,
    state: CustomerState = CustomerState.ACTIVE,
) -> datetime | None:
    """Return the instant at which a permission that is not granted at ``now`` will be.

    As things stand: the first start to come of a membership that will then give it. None if
    there is none, if the customer is banned, or if the permission is granted already.

    Raises:
        NaiveTimeError: ``now`` has no zone.
    """
    entitlements = tuple(entitlements)
    if state is CustomerState.BANNED or grant(entitlements, key, now, state) is not None:
        return None
    starts = (
        entitlement.term.starts_at
        for entitlement in entitlements
        if key in entitlement.permissions
        and entitlement.term.starts_at > now
        and entitlement.standing(entitlement.term.starts_at).grants
    )
    return min(starts, default=None)


def refusal(
    entitlements: Iterable[Entitlement],
    key: str,
    now: datetime,
    state: CustomerState = CustomerState.ACTIVE,
    *,
    card_revoked: bool = False,
) -> Refusal | None:
    """Return why a permission is not granted at ``now``; None if it is.

    ``card_revoked``: the customer was identified by a revoked card, which grants nothing.

    Raises:
        NaiveTimeError: ``now`` has no zone.
    """
    carriers = [entitlement for entitlement in entitlements if key in entitlement.permissions]
    if state is CustomerState.BANNED:
        return Refusal.CUSTOMER_BANNED
    if card_revoked:
        return Refusal.CARD_REVOKED
    if grant(carriers, key, now, state) is not None:
        return None
    if next_grant(carriers, key, now, state) is not None:
        return Refusal.NOT_YET_STARTED
    stands = [(entitlement.has_seat, entitlement.standing(now).status) for entitlement in carriers]
    if any(not seated and status is not Status.EXPIRED for seated, status in stands):
        return Refusal.NO_SEAT
    return Refusal.EXPIRED if carriers else Refusal.NOT_HELD
