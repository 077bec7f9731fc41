"""Memberships: sold to a customer or a company, with the present terms of the plan copied.

There are four ways to come by one, and all of them end in ``assign``: by staff and by API key
(``POST /v1/memberships``), by import, and by public signup.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from api_client.messages.management import ActorKind, SoldView
from membership.base.actors import SERVICE, Actor
from membership.events.outbox import emit
from membership.events.types import EventType
from membership.members.companies.linking import hold_open
from membership.members.customers.service import lock_customer
from membership.members.memberships.entitlements import term_of
from membership.members.memberships.records import sold_data, sold_view
from membership.members.memberships.schemas import NewMembership
from membership.members.memberships.second_sale import held_meanwhile, refuse_second
from membership.members.plans.permissions import permissions_of
from membership.members.plans.service import get_plan
from membership.rules.instants import TimeError, day_start, local_day
from membership.rules.periods import Interval, Period, first_period, period_until
from membership.store.models import Membership, MembershipSource, Plan
from membership.web.access import Tenant
from membership.web.errors import Conflict, Invalid, NotFound

SOURCES: Mapping[ActorKind, MembershipSource] = {
    ActorKind.API_KEY: MembershipSource.API,
    ActorKind.STAFF: MembershipSource.STAFF,
    ActorKind.CUSTOMER: MembershipSource.SIGNUP,
    ActorKind.SERVICE: MembershipSource.IMPORT,
}
"""How a membership came to be, by who made it, unless the caller knows better."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whom a membership belongs to: a customer or a company, never both."""

    customer_id: UUID | None = None
    company_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Agreed:
    """Terms that were agreed on earlier than now, in the place of a plan's present ones."""

    plan_name: str
    price_minor: int
    currency: str
    billing: Interval | None
    length: Interval | None
    overdue_since: datetime | None = None
    renews: bool = False

    def has_terms_of(self, sold: Membership) -> bool:
        """Whether a membership was sold under this name, price, currency, interval and length."""
        price = (sold.plan_name, sold.price_minor, sold.currency)
        same_price = price == (self.plan_name, self.price_minor, self.currency)
        return same_price and (billing_of(sold), length_of(sold)) == (self.billing, self.length)


@dataclass(frozen=True, slots=True)
class Sale:
    """What is sold to whom, for when, by whom; ``previous_id`` is what it replaces."""

    plan: Plan
    owner: Owner
    period: Period
    actor: Actor
    source: MembershipSource
    previous_id: UUID | None = None
    agreed: Agreed | None = None


def get_membership(session: Session, tenant: Tenant, membership_id: UUID) -> Membership:
    """Load a membership. Raises NotFound."""
    membership = session.get(Membership, (tenant.id, membership_id))
    if membership is None:
        raise no_such_membership()
    return membership


def no_such_membership() -> NotFound:
    """The error for a membership that this organization does not have."""
    return NotFound("membership_not_found", "There is no such membership.")


def assign(
    session: Session,
    tenant: Tenant,
    new: NewMembership,
    now: datetime,
    *,
    actor: Actor = SERVICE,
    source: MembershipSource | None = None,
    overdue_since: datetime | None = None,
) -> Membership:
    """Sell a plan to a customer or a company: its present terms are copied.

    It is overdue from ``overdue_since`` on unless it is paid by then.

    This is the one entry point of every way to a membership. Routes hand on their caller as
    the ``actor``, which tells the source; an import names its source beside the actor who
    started it. Public signup calls it with the customer who signs up as the actor and
    ``MembershipSource.SIGNUP``, in the transaction that takes note of the payment: only public
    plans can be had that way, and only for oneself.

    Raises NotFound for an unknown plan or owner; Conflict for a plan that is not sold (that
    way), that the owner has already (``refuse_second``), or an owner who is archived or erased;
    Invalid for a period that cannot be.
    """
    source = source or SOURCES[actor.kind]
    plan = plan_on_sale(session, tenant, new.plan_id)
    owner = required_owner(session, tenant, Owner(new.customer_id, new.company_id))
    if source is MembershipSource.SIGNUP:
        _require_signup(plan, owner, actor)
    period = _period(new, plan, ZoneInfo(tenant.time_zone), now)
    held = held_meanwhile(
        session, tenant, (owner.customer_id, owner.company_id), plan, period, now=now
    )
    refuse_second(held, again=new.again)
    agreed = agreed_now(plan, overdue_since)
    return sell(session, tenant, Sale(plan, owner, period, actor, source, agreed=agreed), now)


def plan_on_sale(session: Session, tenant: Tenant, plan_id: UUID) -> Plan:
    """Load a plan that can be sold. Raises NotFound; Conflict if it is archived."""
    plan = get_plan(session, tenant, plan_id)
    if plan.archived_at is not None:
        raise Conflict("plan_archived", f"The plan {plan.name} is archived and not sold anymore.")
    return plan


def required_owner(session: Session, tenant: Tenant, owner: Owner) -> Owner:
    """Return the owner as they are known now, after any merge, and keep them from leaving.

    Raises NotFound unless they exist in this organization; Conflict for an erased customer or
    an archived company.
    """
    if owner.customer_id is not None:
        customer = lock_customer(session, tenant, owner.customer_id)
        return Owner(customer_id=customer.id)
    if owner.company_id is not None:
        hold_open(session, tenant.id, owner.company_id, to_sell=True)
    return owner


def _require_signup(plan: Plan, owner: Owner, actor: Actor) -> None:
    """Raise Conflict unless a customer signs up by themself for a plan that is public."""
    if not plan.public:
        raise Conflict("plan_not_public", f"The plan {plan.name} is not open to public signup.")
    if actor.kind is ActorKind.CUSTOMER and actor.id != owner.customer_id:
        raise Conflict("signup_for_another", "A customer can sign up only for themself.")


def sell(session: Session, tenant: Tenant, sale: Sale, now: datetime) -> Membership:
    """Store what is sold, with the plan's present terms or those agreed on, and tell it."""
    plan, period = sale.plan, sale.period
    agreed = sale.agreed or terms_of_plan(plan)
    billing, length = agreed.billing, agreed.length
    carried = permissions_of(session, tenant.id, [plan.id]).get(plan.id, ())
    membership = Membership(
        organization_id=tenant.id,
        id=uuid4(),
        customer_id=sale.owner.customer_id,
        company_id=sale.owner.company_id,
        plan_id=plan.id,
        plan_name=agreed.plan_name,
        price_minor=agreed.price_minor,
        currency=agreed.currency,
        billing_unit=None if billing is None else billing.unit,
        billing_count=None if billing is None else billing.count,
        length_unit=None if length is None else length.unit,
        length_count=None if length is None else length.count,
        permissions=[[permission.key, permission.label] for permission in carried],
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        last_day=period.last_day,
        time_zone=tenant.time_zone,
        anchor_day=local_day(period.starts_at, ZoneInfo(tenant.time_zone)),
        period_number=1,
        payment_overdue_since=agreed.overdue_since,
        renews=agreed.renews,
        ended_for_good=False,
        previous_id=sale.previous_id,
        source=sale.source,
        actor_kind=sale.actor.kind,
        actor_id=sale.actor.id,
        actor_name=sale.actor.name,
        created_at=now,
    )
    membership.expiry_due_at = term_of(membership).announced_end
    session.add(membership)
    session.flush()
    created = EventType.MEMBERSHIP_CREATED
    emit(session, tenant.id, created, membership.id, sold_data(membership), now=now)
    return membership


def terms_of_plan(plan: Plan) -> Agreed:
    """The present terms of a plan."""
    return agreed_now(plan, None)


def agreed_now(plan: Plan, overdue_since: datetime | None) -> Agreed:
    """The present terms of a plan, for a sale that is overdue from ``overdue_since`` on."""
    return Agreed(
        plan.name,
        plan.price_minor,
        plan.currency,
        billing_of(plan),
        length_of(plan),
        overdue_since=overdue_since,
    )


def _period(new: NewMembership, plan: Plan, zone: ZoneInfo, now: datetime) -> Period:
    """When the membership runs. Raises Invalid."""
    field = "body.last_day" if new.last_day is not None else "body.starts_at"
    try:
        starts_at = _start(new, zone, now)
        if new.last_day is not None:
            return period_until(starts_at, new.last_day, zone)
        return first_period(starts_at, length_of(plan), zone)
    except TimeError as error:
        raise Invalid("period_invalid", field, str(error)) from error


def length_of(sold: Plan | Membership) -> Interval | None:
    """The length that a plan gives, or that a membership was sold with; None without an end."""
    if sold.length_unit is None or sold.length_count is None:
        return None
    return Interval(sold.length_unit, sold.length_count)


def billing_of(sold: Plan | Membership) -> Interval | None:
    """How often the price is due; None if it is due once."""
    if sold.billing_unit is None or sold.billing_count is None:
        return None
    return Interval(sold.billing_unit, sold.billing_count)


def _start(new: NewMembership, zone: ZoneInfo, now: datetime) -> datetime:
    """The first instant that the request asks for."""
    if new.starts_on is not None:
        return day_start(new.starts_on, zone)
    return now if new.starts_at is None else new.starts_at


def sold_to_company(
    session: Session, tenant: Tenant, company_id: UUID, now: datetime
) -> tuple[SoldView, ...]:
    """All memberships of a company, latest start first, expired ones included."""
    rows = session.scalars(
        select(Membership)
        .where(Membership.organization_id == tenant.id, Membership.company_id == company_id)
        .order_by(Membership.starts_at.desc(), Membership.id)
    )
    return tuple(sold_view(row, now) for row in rows)
