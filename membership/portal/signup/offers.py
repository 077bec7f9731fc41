"""What the public sees of an organization: its open signup, and the plans on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api_client.messages.management import IntervalUnit
from membership.accounts.organizations import tenant_by_slug
from membership.billing.stripe.accounts import find_account
from membership.members.plans.permissions import permissions_of
from membership.portal.signup.logo import Logo, logo_of
from membership.rules.periods import Interval
from membership.store.models import Plan, SignupSettings
from membership.web.access import Tenant
from membership.web.errors import NotFound


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan as it is offered: the price in minor units, permissions by their labels."""

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
        """Whether it costs nothing, and so can be had without a payment."""
        return self.price_minor == 0


@dataclass(frozen=True, slots=True)
class Looks:
    """How the page looks, who may frame it, and what it links to."""

    accent: str
    background: str
    allowed_origins: tuple[str, ...]
    terms_url: str | None
    privacy_url: str | None


PLAIN = Looks("#00695c", "#ffffff", (), None, None)
"""How pages look that are of no organization, or of one that chose nothing."""


@dataclass(frozen=True, slots=True)
class Shop:
    """An organization that is open for signup, with what it offers.

    ``pays_online`` tells that what costs something can be paid through a payment provider.
    """

    slug: str
    name: str
    looks: Looks
    logo: Logo | None
    pays_online: bool
    offers: tuple[Offer, ...]


def no_such_page() -> NotFound:
    """The one error for all that the public cannot see, whyever."""
    return NotFound("page_not_found", "There is no such page.")


def open_shop(session: Session, slug: str, plan_id: str | None = None) -> Shop:
    """Load an organization's offers, or one of them. Raises NotFound, always the same, unless
    the organization is there, its signup is open, and the plan is offered.
    """
    tenant, settings = open_club(session, slug)
    offers = _offers(session, tenant, None if plan_id is None else _uuid(plan_id))
    if plan_id is not None and not offers:
        raise no_such_page()
    pays_online = find_account(session, tenant) is not None
    logo = logo_of(session, tenant)
    return Shop(tenant.slug, tenant.name, looks_of(settings), logo, pays_online, offers)


def looks_of(settings: SignupSettings | None) -> Looks:
    """How an organization's pages look, whether its signup is open or not."""
    if settings is None:
        return PLAIN
    return Looks(
        accent=settings.accent,
        background=settings.background,
        allowed_origins=tuple(settings.allowed_origins),
        terms_url=settings.terms_url,
        privacy_url=settings.privacy_url,
    )


def open_club(session: Session, slug: str) -> tuple[Tenant, SignupSettings]:
    """An organization whose signup is open, and its settings. Raises NotFound, always the same."""
    tenant = tenant_by_slug(session, slug)
    settings = None if tenant is None else open_signup(session, tenant)
    if tenant is None or settings is None:
        raise no_such_page()
    return tenant, settings


def open_signup(session: Session, tenant: Tenant) -> SignupSettings | None:
    """The settings of an organization's signup; None unless it is open."""
    settings = session.get(SignupSettings, tenant.id)
    return settings if settings is not None and settings.open else None


def is_offered(plan: Plan) -> bool:
    """Whether the public may see a plan."""
    return plan.public and plan.archived_at is None


def _uuid(text: str) -> UUID:
    """The id in a path. Raises NotFound."""
    try:
        return UUID(text)
    except ValueError:
        raise no_such_page() from None


def _offers(session: Session, tenant: Tenant, plan_id: UUID | None) -> tuple[Offer, ...]:
    """The plans that are offered, cheapest first, or the one of an id."""
    wanted = select(Plan).where(
        Plan.organization_id == tenant.id, Plan.public.is_(True), Plan.archived_at.is_(None)
    )
    if plan_id is not None:
        wanted = wanted.where(Plan.id == plan_id)
    plans: Sequence[Plan] = session.scalars(
        wanted.order_by(Plan.price_minor, Plan.name, Plan.id)
    ).all()
    carried = permissions_of(session, tenant.id, [plan.id for plan in plans])
    return tuple(
        Offer(
            plan_id=plan.id,
            name=plan.name,
            description=plan.description,
            price_minor=plan.price_minor,
            currency=plan.currency,
            billing=_interval(plan.billing_unit, plan.billing_count),
            length=_interval(plan.length_unit, plan.length_count),
            permissions=tuple(each.label for each in carried.get(plan.id, ())),
        )
        for plan in plans
    )


def _interval(unit: IntervalUnit | None, count: int | None) -> Interval | None:
    """An interval of two columns."""
    return None if unit is None or count is None else Interval(unit, count)
