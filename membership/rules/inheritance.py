"""Entitlements of a customer: their own memberships, and those of the companies they belong to.

Inheritance is computed from the present links; no row is copied. Unlinking takes an inherited
membership away at once, and linking again returns it.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api_client.messages.scan import Reason, Status
from membership.rules.instants import require_aware
from membership.rules.status import Standing, Term, standing


@dataclass(frozen=True, slots=True)
class Company:
    """A company; ``seat_cap`` limits how many linked customers inherit, None does not."""

    id: UUID
    name: str
    seat_cap: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A customer belongs to a company from ``linked_at`` on, until it is unlinked.

    ``unlinked_at`` is when that was done. It is never in the future, so a link stays ended even
    if the clock is set back later.

    Raises:
        NaiveTimeError: a time has no zone.
    """

    customer_id: UUID
    company_id: UUID
    linked_at: datetime
    unlinked_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse times that name no instant."""
        require_aware("linked_at", self.linked_at)
        if self.unlinked_at is not None:
            require_aware("unlinked_at", self.unlinked_at)

    def holds(self, now: datetime) -> bool:
        """Return whether the customer belongs to the company at ``now``."""
        return self.unlinked_at is None and self.linked_at <= now


@dataclass(frozen=True, slots=True)
class Membership:
    """What was sold to an owner: plan name, term and permission keys."""

    id: UUID
    owner_id: UUID
    plan: str
    term: Term
    permissions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entitlement:
    """A membership as one customer holds it.

    ``company`` is the source: None for the customer's own membership, else the company it
    is inherited from. ``has_seat`` is False where that company has more people than seats.
    ``renews``: a payment provider renews it automatically.
    """

    membership_id: UUID
    plan: str
    term: Term
    permissions: tuple[str, ...] = ()
    company: Company | None = None
    has_seat: bool = True
    renews: bool = False

    def standing(self, now: datetime) -> Standing:
        """Return how it stands for this customer at ``now``.

        A membership that runs, but in which the customer has no seat, keeps its status with
        the reason ``no_seat`` and grants nothing.

        Raises:
            NaiveTimeError: ``now`` has no zone.
        """
        found = standing(self.term, now)
        if found.status is Status.ACTIVE and not self.has_seat:
            return Standing(Status.ACTIVE, Reason.NO_SEAT)
        return found


def has_seat(earlier: int | None, seat_cap: int | None) -> bool:
    """Return whether a customer has a seat, with ``earlier`` others before them who take one.

    ``earlier`` is None for a customer who takes none. For callers that count in the database; the
    order is that of ``seat_order``.
    """
    return seat_cap is None or (earlier is not None and earlier < seat_cap)


def seat_order(
    links: Iterable[Link], company_id: UUID, now: datetime, seatless: Container[UUID] = ()
) -> tuple[UUID, ...]:
    """Return the customers linked to a company now, in the order in which they take seats.

    ``seatless`` customers take none: those who may not come in, unless the club sets otherwise.

    Earliest link first, the customer id deciding between links of the same instant. Somebody
    linked twice at once takes one seat, by the earlier link; a new link after an unlinking
    goes to the back.

    Raises:
        NaiveTimeError: ``now`` has no zone.
    """
    require_aware("now", now)
    standing_links = [
        link
        for link in links
        if link.company_id == company_id and link.holds(now) and link.customer_id not in seatless
    ]
    standing_links.sort(key=lambda link: (link.linked_at, link.customer_id))
    return tuple(dict.fromkeys(link.customer_id for link in standing_links))


def entitlements(
    customer_id: UUID,
    memberships: Iterable[Membership],
    companies: Mapping[UUID, Company],
    links: Iterable[Link],
    now: datetime,
    *,
    seatless: Container[UUID] = (),
) -> tuple[Entitlement, ...]:
    """Return all memberships that a customer has or inherits at ``now``, each with its source.

    ``memberships`` may hold any owners; ``links`` must be complete for the companies in
    ``companies``, or seats come out wrong. A link to a company that is not among
    ``companies`` gives nothing. ``seatless`` customers take no seat, and have none where a company
    limits them.

    Raises:
        NaiveTimeError: ``now`` has no zone.
    """
    links = tuple(links)
    order = {company_id: seat_order(links, company_id, now, seatless) for company_id in companies}
    linked = {company_id: seat_order(links, company_id, now) for company_id in companies}
    found = []
    for sold in memberships:
        if sold.owner_id == customer_id:
            found.append(_held(sold, None, True))
        elif customer_id in linked.get(sold.owner_id, ()):
            company, queue = companies[sold.owner_id], order[sold.owner_id]
            earlier = queue.index(customer_id) if customer_id in queue else None
            seated = has_seat(earlier, company.seat_cap)
            found.append(_held(sold, company, seated))
    return tuple(found)


def _held(sold: Membership, company: Company | None, seated: bool) -> Entitlement:
    """Return ``sold`` as an entitlement through ``company``, or a direct one."""
    return Entitlement(sold.id, sold.plan, sold.term, sold.permissions, company, seated)
