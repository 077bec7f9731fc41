"""Orders: a plan that a customer or a company sets out to pay, and the page where they pay it.

Nothing is granted here: that is ``billing.sync``, by the provider's word. An order that is
begun twice is one order with one page, as long as the page is open.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import update
from sqlalchemy.orm import Session

from api_client.messages.billing import CheckoutLink, OrderState
from membership.base.actors import Actor
from membership.billing.orders.existing_orders import Earlier
from membership.billing.orders.payers import payer_of
from membership.billing.stripe.accounts import Keys, required_keys
from membership.billing.stripe.gateway import (
    CheckoutFacts,
    CheckoutWish,
    Gateway,
    PriceTerms,
    ProviderAtWork,
)
from membership.billing.stripe.provider_calls import ask
from membership.billing.stripe.stripe_money import to_stripe
from membership.events.audit.recorder import record
from membership.members.memberships.service import Owner, required_owner
from membership.rules.periods import Interval
from membership.store.models import BillingOrder, Plan
from membership.web.access import Tenant
from membership.web.errors import Busy, Conflict
from membership.web.transactions import Steps

CHECKOUT_LIFE = timedelta(hours=2)
"""How long a page can be paid on; Stripe takes half an hour to a day."""
_CHECK_AFTER = timedelta(minutes=15)
"""How soon the provider is asked what became of a page, should no event have told."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is ordered: who pays for which plan, and who says so.

    The provider sends the payer's browser to ``paid_url`` or ``back_url``, paid or not.
    """

    owner: Owner
    plan: Plan
    actor: Actor
    paid_url: str
    back_url: str


@dataclass(frozen=True, slots=True)
class _Begun:
    """An order that is stored, with what is needed to open its page, and pages to be closed."""

    tenant: Tenant
    keys: Keys
    owner: Owner
    wish: CheckoutWish
    checkout_id: str | None
    former: tuple[str, ...]


async def start_order(
    steps: Steps,
    tenant: Tenant,
    choose: Callable[[Session, datetime], Wanted],
    actor: Actor,
) -> CheckoutLink:
    """Begin an order, and open the page where it is paid.

    ``choose`` locks the owner and judges whether the plan may be bought; it raises what it
    finds. Raises Conflict if payments are not set up or the plan is free; Busy, Conflict of
    ``asking``.
    """

    def begin(session: Session, now: datetime) -> _Begun:
        wanted = choose(session, now)
        keys = required_keys(session, steps.vault, tenant)
        return _begin(session, tenant, keys, wanted, now)

    begun = await steps.transaction(begin, actor)

    def opened(gateway: Gateway) -> CheckoutFacts:
        # Of an older order for the same plan, the page may still be open: one is to be paid.
        for checkout_id in begun.former:
            if gateway.close_checkout(checkout_id).state is not OrderState.EXPIRED:
                raise _closed()
        if begun.checkout_id is None:
            return gateway.open_checkout(begun.wish)
        return gateway.checkout(begun.checkout_id)

    try:
        facts = await ask(steps, begun.keys, opened)
    except Busy as error:
        if isinstance(error.__cause__, ProviderAtWork):
            raise  # the other request is about to have the page
        await steps.transaction(lambda session, _: _note_failure(session, begun), actor)
        raise
    await steps.transaction(lambda session, _: _note_page(session, begun, facts), actor)
    if facts.url is None or facts.state is not OrderState.OPEN:
        raise _closed()
    return CheckoutLink(order_id=begun.wish.order_id, url=facts.url, expires_at=facts.expires_at)


def _closed() -> Conflict:
    """The error for what was paid, or is being paid, already."""
    return Conflict("order_closed", "This order was paid or given up already; look again.")


def _begin(session: Session, tenant: Tenant, keys: Keys, wanted: Wanted, now: datetime) -> _Begun:
    """Store an order, or find the one that is open still."""
    _require_payable(wanted.plan)
    earlier = Earlier(session, tenant, wanted.owner, wanted.plan)
    earlier.refuse_subscribed()
    order = earlier.unsettled(now) or _new_order(session, tenant, wanted, now)
    terms = PriceTerms(
        order.plan_id,
        order.plan_name,
        order.price_minor,
        order.currency,
        billing_terms(order),
    )
    payer, language = payer_of(session, tenant, wanted.owner)
    wish = CheckoutWish(
        order_id=order.id,
        attempt=order.version,
        organization=tenant.slug,
        terms=terms,
        payer=payer,
        success_url=wanted.paid_url,
        cancel_url=wanted.back_url,
        expires_at=order.checkout_expires_at,
        language=language,
    )
    former = earlier.pages_beside(order)
    return _Begun(tenant, keys, wanted.owner, wish, order.checkout_id, former)


def _require_payable(plan: Plan) -> None:
    """Raise Conflict for a plan that the provider cannot take a payment for."""
    if plan.price_minor == 0:
        raise Conflict("plan_is_free", f"The plan {plan.name} costs nothing.")
    try:
        to_stripe(plan.price_minor, plan.currency)
    except ValueError as error:
        raise Conflict("amount_not_payable", str(error)) from error


def _new_order(session: Session, tenant: Tenant, wanted: Wanted, now: datetime) -> BillingOrder:
    """Store an order with the plan's present terms."""
    plan, owner, expires_at = wanted.plan, wanted.owner, now + CHECKOUT_LIFE
    order = BillingOrder(
        organization_id=tenant.id,
        id=uuid4(),
        customer_id=owner.customer_id,
        company_id=owner.company_id,
        plan_id=plan.id,
        plan_name=plan.name,
        price_minor=plan.price_minor,
        currency=plan.currency,
        billing_unit=plan.billing_unit,
        billing_count=plan.billing_count,
        length_unit=plan.length_unit,
        length_count=plan.length_count,
        state=OrderState.OPEN,
        provider_customer_id=None,
        checkout_expires_at=expires_at.replace(microsecond=0),
        version=0,
        next_check_at=now + _CHECK_AFTER,
        actor_kind=wanted.actor.kind,
        actor_id=wanted.actor.id,
        actor_name=wanted.actor.name,
        created_at=now,
    )
    session.add(order)
    session.flush()
    told = {"plan": plan.name, "price_minor": plan.price_minor, "currency": plan.currency}
    record(session, tenant.id, "billing.ordered", order.id, after=told)
    return order


def is_pending(order: BillingOrder) -> bool:
    """Whether an order's page is done with, and a bank takes its time over the payment."""
    done = order.state is OrderState.COMPLETED
    return done and order.membership_id is None and order.trouble is None


def billing_terms(order: BillingOrder) -> Interval | None:
    """How often an order's price is due; None if it is due once."""
    if order.billing_unit is None or order.billing_count is None:
        return None
    return Interval(order.billing_unit, order.billing_count)


def length_terms(order: BillingOrder) -> Interval | None:
    """How long what was ordered lasts; None for as long as it is paid."""
    if order.length_unit is None or order.length_count is None:
        return None
    return Interval(order.length_unit, order.length_count)


def _note_page(session: Session, begun: _Begun, facts: CheckoutFacts) -> None:
    """Store which page an order is paid on; what became of it is for ``billing.sync``.

    Raises Conflict for somebody who was erased meanwhile: nothing of them is stored again.
    """
    required_owner(session, begun.tenant, begun.owner)
    _store(
        session,
        begun,
        checkout_id=facts.checkout_id,
        provider_customer_id=facts.customer_id,
        checkout_expires_at=facts.expires_at,
    )


def _note_failure(session: Session, begun: _Begun) -> None:
    """Count a try that failed, so that the next one is another attempt."""
    _store(session, begun)


def _store(session: Session, begun: _Begun, **values: object) -> None:
    """Store something of an order, as another version of it."""
    session.execute(
        update(BillingOrder)
        .where(
            BillingOrder.organization_id == begun.tenant.id,
            BillingOrder.id == begun.wish.order_id,
        )
        .values(**values, version=BillingOrder.version + 1)
    )
