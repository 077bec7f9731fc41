"""Changes of the plan that a subscription is charged for, asked for by a member or by staff.

At once, after what it costs was shown, or from the next period on. The change is made at the
provider, and ``followed_plan`` stores what came of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api_client.messages.billing import PlanChangePreview, PlanChoice
from membership.base.actors import Actor
from membership.billing.orders.existing_orders import (
    charging_beside,
    is_to_be_cancelled,
    owned_by,
)
from membership.billing.orders.flags import lock_owner
from membership.billing.orders.payers import refuse_banned
from membership.billing.orders.sync import sync_in_request
from membership.billing.orders.terms import billing_terms
from membership.billing.orders.views import is_changeable
from membership.billing.schemas import SubscriptionPlanChange
from membership.billing.stripe.accounts import Keys, required_keys
from membership.billing.stripe.gateway import (
    ChangePreview,
    Gateway,
    PriceTerms,
    SubscriptionFacts,
)
from membership.billing.stripe.provider_calls import call_provider
from membership.billing.stripe.stripe_money import to_stripe
from membership.events.audit.recorder import record
from membership.members.memberships.service import (
    Owner,
    billing_of,
    length_of,
    required_owner,
)
from membership.members.payers.subscriptions import refuse_changing
from membership.rules.periods import is_in_instalments
from membership.store.models import BillingOrder, Plan
from membership.web.access import Tenant
from membership.web.errors import Conflict, NotFound
from membership.web.transactions import RequestTransactions

_PREVIEW_HOLDS = timedelta(minutes=30)
"""How long what was shown can be confirmed."""

FindOrder = Callable[[Session], BillingOrder]
"""Returns the order to be changed. Raises NotFound."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A change that was checked: the order, and the prices of before and after."""

    keys: Keys
    order_id: UUID
    subscription_id: str
    membership_id: UUID | None
    present: PriceTerms
    wanted: PriceTerms
    once: str


def choices(session: Session, tenant: Tenant, order: BillingOrder) -> tuple[Plan, ...]:
    """Return the plans that the subscription of an order can change to, cheapest first."""
    if not is_changeable(order):
        return ()
    plans = session.scalars(
        select(Plan)
        .where(
            Plan.organization_id == tenant.id,
            Plan.archived_at.is_(None),
            Plan.currency == order.currency,
            Plan.id != order.plan_id,
        )
        .order_by(Plan.price_minor, Plan.name, Plan.id)
    )
    charging = charging_beside(session, order)
    return tuple(each for each in plans if _renews(each) and each.id not in charging)


def choice_of(plan: Plan) -> PlanChoice:
    """Return a plan as one to change to."""
    return PlanChoice(
        plan_id=plan.id,
        plan=plan.name,
        amount_minor=plan.price_minor,
        currency=plan.currency,
        next_period=True,
    )


def _renews(plan: Plan) -> bool:
    """Whether a plan is paid by a subscription that renews itself, at a price that can be paid."""
    billing = billing_of(plan)
    if billing is None or plan.price_minor == 0 or is_in_instalments(billing, length_of(plan)):
        return False
    try:
        to_stripe(plan.price_minor, plan.currency)
    except ValueError:
        return False
    return True


async def preview(
    transactions: RequestTransactions,
    tenant: Tenant,
    find: FindOrder,
    plan_id: UUID,
) -> PlanChangePreview:
    """Return what a change at once costs. Raises as ``change``."""

    def check(session: Session, now: datetime) -> tuple[_Prepared, datetime]:
        order = find(session)
        return _prepared(session, transactions, tenant, order, plan_id), now

    prepared, now = await transactions.read(check)
    shown = await call_provider(
        transactions, prepared.keys, lambda gateway: _reckoned(gateway, prepared, now)
    )
    return PlanChangePreview(
        plan_id=prepared.wanted.plan_id,
        plan=prepared.wanted.plan_name,
        amount_minor=shown.amount_minor,
        currency=shown.currency,
        prorated_at=shown.prorated_at,
        next_amount_minor=prepared.wanted.amount_minor,
    )


async def change(
    transactions: RequestTransactions,
    tenant: Tenant,
    find: FindOrder,
    wanted: SubscriptionPlanChange,
    actor: Actor,
) -> None:
    """Change the plan of an order's subscription, at once or from the next period on.

    Raises NotFound; Conflict if the subscription or the plan cannot be changed so, something else
    than what was shown would be charged, the payment fails (nothing is changed then), the owner is
    banned, erased or archived, or another change of theirs is not finished; Busy, Conflict of
    ``call_provider``.
    """

    def begin(session: Session, now: datetime) -> tuple[_Prepared, datetime] | None:
        order = _with_owner_locked(session, tenant, find)
        if order.plan_id == wanted.plan_id and order.next_plan_id is None:
            return None  # it has this plan already: this request was carried out before
        owner = Owner(order.customer_id, order.company_id)
        refuse_banned(session, tenant, required_owner(session, tenant, owner))
        prepared = _prepared(session, transactions, tenant, order, wanted.plan_id)
        _refuse_begun(order, now)
        _begin(session, tenant, order, now)
        return prepared, now

    begun = await transactions.write(begin, actor)
    if begun is None:
        return
    prepared, now = begun
    later = wanted.at == "period_end"

    def at_provider(gateway: Gateway) -> None:
        if later:
            gateway.change_later(
                prepared.subscription_id, prepared.present, prepared.wanted, prepared.once
            )
        else:
            _change_now(gateway, prepared, wanted, now)

    action = "billing.plan_change_planned" if later else "billing.plan_changed"
    await _carry_out(transactions, tenant, prepared, at_provider, action=action, actor=actor)


async def withdraw(
    transactions: RequestTransactions, tenant: Tenant, find: FindOrder, actor: Actor
) -> None:
    """Undo a change for the next period. Raises Conflict if none is planned, and as ``change``."""

    def begin(session: Session, now: datetime) -> _Prepared:
        order = _with_owner_locked(session, tenant, find)
        if order.next_plan_id is None or order.subscription_id is None:
            raise Conflict("no_change_planned", "No change of plan is planned.")
        _refuse_begun(order, now)
        present = _present(order)
        keys = required_keys(session, transactions.vault, tenant)
        _begin(session, tenant, order, now)
        return _Prepared(
            keys,
            order.id,
            order.subscription_id,
            order.membership_id,
            present,
            present,
            f"{order.id}-keep-{order.version}",
        )

    prepared = await transactions.write(begin, actor)

    def keep(gateway: Gateway) -> None:
        gateway.keep_price(prepared.subscription_id, prepared.present, prepared.once)

    withdrawn = "billing.plan_change_withdrawn"
    await _carry_out(transactions, tenant, prepared, keep, action=withdrawn, actor=actor)


def _prepared(
    session: Session,
    transactions: RequestTransactions,
    tenant: Tenant,
    order: BillingOrder,
    plan_id: UUID,
) -> _Prepared:
    """Check that an order's subscription can change to a plan. Raises NotFound, Conflict."""
    unchangeable = not is_changeable(order) or is_to_be_cancelled(session, order)
    if unchangeable or order.subscription_id is None:
        raise _not_changeable()
    plan = session.get(Plan, (tenant.id, plan_id))
    if plan is None:
        raise NotFound("plan_not_found", "There is no such plan.")
    if plan.archived_at is not None:
        raise Conflict("plan_archived", f"The plan {plan.name} is archived and not sold anymore.")
    if plan.currency != order.currency:
        detail = f"A subscription in {order.currency} cannot change to one in {plan.currency}."
        raise Conflict("currency_differs", detail)
    if plan.id == order.plan_id or not _renews(plan):
        detail = f"The plan {plan.name} is not another one that is paid by subscription."
        raise Conflict("plan_not_changeable", detail)
    other = charging_beside(session, order).get(plan.id)
    if other is not None:
        detail = f"Another subscription to {plan.name} runs already (order {other.id})."
        raise Conflict("subscription_runs", detail)
    wanted = PriceTerms(plan.id, plan.name, plan.price_minor, plan.currency, billing_of(plan))
    return _Prepared(
        required_keys(session, transactions.vault, tenant),
        order.id,
        order.subscription_id,
        order.membership_id,
        _present(order),
        wanted,
        f"{order.id}-change-{order.version}",
    )


def _not_changeable() -> Conflict:
    """The error for a subscription whose plan cannot be changed."""
    detail = "Its subscription is not paid, not renewed, or runs for a fixed term."
    return Conflict("plan_not_changeable", detail)


def _refuse_begun(order: BillingOrder, now: datetime) -> None:
    """Raise Conflict if a planned change has begun, and its first payment is on its way."""
    if order.changes_at is not None and order.changes_at <= now:
        raise Conflict("change_in_progress", "A change of plan has just begun; look again.")


def _present(order: BillingOrder) -> PriceTerms:
    """Return the price that an order is charged for now."""
    return PriceTerms(
        order.plan_id, order.plan_name, order.price_minor, order.currency, billing_terms(order)
    )


def _reckoned(gateway: Gateway, prepared: _Prepared, at: datetime) -> ChangePreview:
    """Return what a change at ``at`` costs. A change that is planned has to be withdrawn first.

    Raises Conflict for that, and if it was cancelled at the provider since it was read.
    """
    facts = gateway.subscription(prepared.subscription_id)
    if facts.cancels_at is not None or facts.ended_at is not None:
        raise _not_changeable()
    if facts.is_change_planned:
        detail = "Another change is planned; withdraw it first."
        raise Conflict("change_planned", detail)
    at = max(at, facts.period_start)
    return gateway.preview_change(prepared.subscription_id, prepared.wanted, at, prepared.once)


def _change_now(
    gateway: Gateway, prepared: _Prepared, wanted: SubscriptionPlanChange, now: datetime
) -> None:
    """Change at once, if it costs what was shown; the same change once more changes nothing."""
    if _is_done(gateway.subscription(prepared.subscription_id), prepared.wanted):
        return
    at = wanted.prorated_at
    if at is None or not now - _PREVIEW_HOLDS <= at <= now:
        raise _amount_changed()
    shown = _reckoned(gateway, prepared, at)
    if (shown.prorated_at, shown.amount_minor) != (at, wanted.amount_minor):
        raise _amount_changed()
    gateway.change_now(prepared.subscription_id, prepared.wanted, at, prepared.once)


def _amount_changed() -> Conflict:
    """The error if something else than what was shown would be charged."""
    return Conflict("amount_changed", "It costs something else by now; look at it again.")


def _is_done(facts: SubscriptionFacts, wanted: PriceTerms) -> bool:
    """Whether a subscription has the wanted price already."""
    price = facts.price
    return (
        not facts.is_change_planned
        and price is not None
        and (price.plan_id, price.amount_minor) == (wanted.plan_id, wanted.amount_minor)
    )


def _with_owner_locked(session: Session, tenant: Tenant, find: FindOrder) -> BillingOrder:
    """Return the order of a change as it is once its owner is locked. Raises as ``find``.

    Locks are taken in the order owner, order, as in a merge and where its state is stored.
    """
    found = find(session)
    lock_owner(session, tenant, Owner(found.customer_id, found.company_id))
    session.expire_all()
    order = find(session)
    session.refresh(order, with_for_update=True)
    return order


def _begin(session: Session, tenant: Tenant, order: BillingOrder, now: datetime) -> None:
    """Note that a change begins. Raises Conflict while one of the same owner is carried out."""
    owner = Owner(order.customer_id, order.company_id)
    refuse_changing(session, (BillingOrder.organization_id == tenant.id) & owned_by(owner), now)
    order.changing_since = now
    session.flush()


async def _carry_out(
    transactions: RequestTransactions,
    tenant: Tenant,
    prepared: _Prepared,
    at_provider: Callable[[Gateway], None],
    *,
    action: str,
    actor: Actor,
) -> None:
    """Make a change at the provider, audit it, store what came of it, and note that it has ended.

    Not before it is stored: the next change of the owner is checked against it.
    """
    try:
        await call_provider(transactions, prepared.keys, at_provider)
        await _record(transactions, tenant, prepared, action, actor)
        await sync_in_request(transactions, prepared.keys, prepared.order_id)
    finally:
        await transactions.write(lambda session, _: _end(session, tenant, prepared), actor)


def _end(session: Session, tenant: Tenant, prepared: _Prepared) -> None:
    session.execute(
        update(BillingOrder)
        .where(BillingOrder.organization_id == tenant.id, BillingOrder.id == prepared.order_id)
        .values(changing_since=None)
    )


async def _record(
    transactions: RequestTransactions,
    tenant: Tenant,
    prepared: _Prepared,
    action: str,
    actor: Actor,
) -> None:
    """Write a change into the audit."""
    subject = prepared.membership_id or prepared.order_id
    before = {"plan": prepared.present.plan_name, "price_minor": prepared.present.amount_minor}
    after = {"plan": prepared.wanted.plan_name, "price_minor": prepared.wanted.amount_minor}

    def audit(session: Session, _now: datetime) -> None:
        record(session, tenant.id, action, subject, before=before, after=after)

    await transactions.write(audit, actor)
