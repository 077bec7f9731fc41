"""The plans that an organization offers to the public."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api_client.messages.management import IntervalUnit
from membership.billing.stripe.accounts import find_account
from membership.members.plans.permissions import permissions_of
from membership.portal.appearance import Appearance, appearance_of
from membership.portal.open_signup import find_open_signup, no_such_page
from membership.portal.signup.logo import Logo, logo_of
from membership.rules.periods import Interval
from membership.store.models import Plan
from membership.web.access import Tenant


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan on offer: the price in minor units, the permissions by label."""

    plan_id: UUID
    name: str
    description: str
    price_minor: int
    currency: str
    billing: Interval | None
    length: Interval | None
    permissions: tuple[str, ...]

    @property
    def free(self) -> bool:
        """Whether it costs nothing, so that no payment is needed."""
        return self.price_minor == 0


@dataclass(frozen=True, slots=True)
class SignupOffers:
    """An organization whose signup is open, with its offers, cheapest first.

    ``pays_online`` is whether plans with a price can be paid through a payment provider.
    """

    slug: str
    name: str
    appearance: Appearance
    logo: Logo | None
    pays_online: bool
    offers: tuple[Offer, ...]


def load_offers(session: Session, slug: str, plan_id: str | None = None) -> SignupOffers:
    """Load an organization's offers, or the one of a plan.

    Raises NotFound, always the same, unless the organization exists, its signup is open, and the
    plan is on offer.
    """
    tenant, settings = find_open_signup(session, slug)
    offers = _offers(session, tenant, None if plan_id is None else _uuid(plan_id))
    if plan_id is not None and not offers:
        raise no_such_page()
    pays_online = find_account(session, tenant) is not None
    logo = logo_of(session, tenant)
    return SignupOffers(
        tenant.slug, tenant.name, appearance_of(settings), logo, pays_online, offers
    )


def is_offered(plan: Plan) -> bool:
    """Whether a plan is public and not archived."""
    return plan.public and plan.archived_at is None


def _uuid(text: str) -> UUID:
    """Parse an id of a path. Raises NotFound."""
    try:
        return UUID(text)
    except ValueError:
        raise no_such_page() from None


def _offers(session: Session, tenant: Tenant, plan_id: UUID | None) -> tuple[Offer, ...]:
    """Load the public plans, cheapest first, or the one with an id."""
    query = select(Plan).where(
        Plan.organization_id == tenant.id, Plan.public.is_(True), Plan.archived_at.is_(None)
    )
    if plan_id is not None:
        query = query.where(Plan.id == plan_id)
    plans: Sequence[Plan] = session.scalars(
        query.order_by(Plan.price_minor, Plan.name, Plan.id)
    ).all()
    permissions = permissions_of(session, tenant.id, [plan.id for plan in plans])
    return tuple(
        offer_of(plan, tuple(each.label for each in permissions.get(plan.id, ()))) for plan in plans
    )


def offer_of(plan: Plan, permissions: tuple[str, ...] = ()) -> Offer:
    """Return a plan as an offer, with its permissions by label."""
    return Offer(
        plan_id=plan.id,
        name=plan.name,
        description=plan.description,
        price_minor=plan.price_minor,
        currency=plan.currency,
        billing=_interval(plan.billing_unit, plan.billing_count),
        length=_interval(plan.length_unit, plan.length_count),
        permissions=permissions,
    )


def _interval(unit: IntervalUnit | None, count: int | None) -> Interval | None:
    """Return the interval of two columns, or None."""
    return None if unit is None or count is None else Interval(unit, count)
