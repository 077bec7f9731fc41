"""Orders: a plan that a customer or company is to pay for, and its checkout page.

Nothing is granted here: ``fulfilment`` does so once the provider confirms the payment. Ordering
the same plan again while its page is open gives the same order and page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api_client.messages.billing import CheckoutLink, OrderState
from membership.base.actors import Actor
from membership.billing.orders.existing_orders import ExistingOrders
from membership.billing.orders.payers import payer_of, refuse_banned
from membership.billing.orders.terms import billing_terms
from membership.billing.stripe.accounts import Keys, required_keys
from membership.billing.stripe.gateway import (
    CheckoutFacts,
    CheckoutRequest,
    Gateway,
    PriceTerms,
    ProviderAtWork,
    ProviderError,
    ProviderMisses,
)
from membership.billing.stripe.provider_calls import call_provider
from membership.billing.stripe.stripe_money import to_stripe
from membership.events.audit.recorder import record
from membership.members.memberships.continuation import continued, held_of_plan
from membership.members.memberships.entitlements import last_day_of
from membership.members.memberships.service import Owner, required_owner
from membership.members.payers.provider_queue import ask_provider, withdraw_tasks
from membership.store.models import BillingOrder, Plan, ProviderTaskKind
from membership.web.access import Tenant
from membership.web.errors import ApiError, Busy, Conflict
from membership.web.transactions import RequestTransactions

CHECKOUT_LIFETIME = timedelta(hours=2)
"""How long a checkout page can be paid; Stripe allows half an hour to 24 hours."""
_FIRST_CHECK = timedelta(minutes=15)
"""When the provider is first asked for the state of an order, if no event has arrived."""


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """A plan that is to be ordered, its payer, and the actor that the order is recorded for.

    The provider redirects the payer's browser to ``paid_url`` after payment, else ``back_url``.
    ``again`` is whether it may be a second subscription.
    """

    owner: Owner
    plan: Plan
    actor: Actor
    paid_url: str
    back_url: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class _StoredOrder:
    """An order that is stored, and what is needed to open its page and close older ones."""

    tenant: Tenant
    keys: Keys
    owner: Owner
    checkout: CheckoutRequest
    checkout_id: str | None
    older_checkouts: tuple[str, ...]
    continues_after: date | None


async def start_order(
    transactions: RequestTransactions,
    tenant: Tenant,
    choose: Callable[[Session, datetime], OrderRequest],
    actor: Actor,
) -> CheckoutLink:
    """Store an order and open its checkout page; returns the page's URL and when it expires (UTC).

    ``choose`` locks the owner and checks that the plan may be ordered; its errors pass through.
    Raises Conflict if payments are not set up, the plan is free, it was paid already or a
    subscription runs; Busy and Conflict of ``call_provider``.
    """

    def store(session: Session, now: datetime) -> _StoredOrder:
        request = choose(session, now)
        keys = required_keys(session, transactions.vault, tenant)
        return _store_order(session, tenant, keys, request, now)

    stored = await transactions.write(store, actor)

    def open_page(gateway: Gateway) -> CheckoutFacts:
        # Pages of older orders of this plan may be open still: only one can be left to be paid.
        for checkout_id in stored.older_checkouts:
            if not _is_closed(gateway, checkout_id):
                raise _order_closed()
        if stored.checkout_id is None:
            return gateway.open_checkout(stored.checkout)
        return gateway.checkout(stored.checkout_id)

    try:
        facts = await call_provider(transactions, stored.keys, open_page)
    except (Busy, Conflict) as error:
        if _is_failed_attempt(error):
            await transactions.write(lambda session, _: _count_failure(session, stored), actor)
        raise
    recorded = await transactions.write(
        lambda session, now: _record_checkout(session, stored, facts, now), actor
    )
    if isinstance(recorded, ApiError):
        raise recorded
    if recorded != facts.checkout_id:
        facts = await call_provider(
            transactions, stored.keys, lambda gateway: gateway.checkout(recorded)
        )
    if facts.url is None or facts.state is not OrderState.OPEN:
        raise _order_closed()
    order_id = stored.checkout.order_id
    return CheckoutLink(
        order_id=order_id,
        url=facts.url,
        expires_at=facts.expires_at,
        continues_after=stored.continues_after,
    )


def _is_closed(gateway: Gateway, checkout_id: str) -> bool:
    """Close an older page. Returns False if it was paid; one that is not there cannot be paid."""
    try:
        return gateway.close_checkout(checkout_id).state is OrderState.EXPIRED
    except ProviderMisses:
        return True


def _is_failed_attempt(error: ApiError) -> bool:
    """Whether a call failed, so that the order's next one has to be another attempt.

    Not if a concurrent request is opening the same page, nor if an earlier order is in the way.
    """
    if isinstance(error.__cause__, ProviderError):
        return not isinstance(error.__cause__, ProviderAtWork)
    return isinstance(error, Busy)


def _order_closed() -> Conflict:
    """The error for an order that was paid, is being paid, or has expired."""
    return Conflict("order_closed", "This order was paid or given up already; look again.")


def _store_order(
    session: Session, tenant: Tenant, keys: Keys, request: OrderRequest, now: datetime
) -> _StoredOrder:
    """Store an order, or return the unsettled one for the same plan and terms.

    Raises Conflict for a customer who is banned.
    """
    refuse_banned(session, tenant, request.owner)
    _require_payable(request.plan)
    existing = ExistingOrders(session, tenant, request.owner, request.plan)
    existing.refuse_subscribed(now)
    if not request.again:
        existing.refuse_other_subscription()
    order = existing.unsettled(now) or _new_order(session, tenant, request, now)
    terms = PriceTerms(
        order.plan_id,
        order.plan_name,
        order.price_minor,
        order.currency,
        billing_terms(order),
    )
    payer, language = payer_of(session, tenant, request.owner)
    checkout = CheckoutRequest(
        order_id=order.id,
        attempt=order.version,
        organization=tenant.slug,
        terms=terms,
        payer=payer,
        success_url=request.paid_url,
        cancel_url=request.back_url,
        expires_at=order.checkout_expires_at,
        language=language,
    )
    older = existing.other_open_checkouts(order, again=request.again)
    held = held_of_plan(session, tenant, request.owner, request.plan, now)
    before = continued(held, now)
    last_day = None if before is None else last_day_of(before)
    return _StoredOrder(tenant, keys, request.owner, checkout, order.checkout_id, older, last_day)


def _require_payable(plan: Plan) -> None:
    """Raise Conflict for a free plan, and for a price that Stripe cannot charge."""
    if plan.price_minor == 0:
        raise Conflict("plan_is_free", f"The plan {plan.name} costs nothing.")
    try:
        to_stripe(plan.price_minor, plan.currency)
    except ValueError as error:
        raise Conflict("amount_not_payable", str(error)) from error


def _new_order(
    session: Session, tenant: Tenant, request: OrderRequest, now: datetime
) -> BillingOrder:
    """Store an order on the plan's current terms."""
    plan, owner, expires_at = request.plan, request.owner, now + CHECKOUT_LIFETIME
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
        next_check_at=now + _FIRST_CHECK,
        actor_kind=request.actor.kind,
        actor_id=request.actor.id,
        actor_name=request.actor.name,
        created_at=now,
    )
    session.add(order)
    session.flush()
    after = {"plan": plan.name, "price_minor": plan.price_minor, "currency": plan.currency}
    record(session, tenant.id, "billing.ordered", order.id, after=after)
    return order


def _record_checkout(
    session: Session, stored: _StoredOrder, facts: CheckoutFacts, now: datetime
) -> ApiError | str:
    """Store the checkout page of an order, whose id is returned. Its state is left to ``sync``.

    If a concurrent request, with another language or other addresses, has stored another page, its
    id is returned, and this one is to be closed: both could be paid. If the owner was erased or
    banned in the meantime, it is to be closed too, and why is returned. No data about an erased one
    is stored again. A page that a ban, lifted again, or a merge was still to close stays open.
    """
    pages = [facts.checkout_id]
    try:
        refuse_banned(session, stored.tenant, required_owner(session, stored.tenant, stored.owner))
    except ApiError as error:
        ask_provider(session, stored.tenant.id, ProviderTaskKind.CLOSE_PAGE, pages, now)
        return error
    known = session.scalar(
        select(BillingOrder.checkout_id)
        .where(
            BillingOrder.organization_id == stored.tenant.id,
            BillingOrder.id == stored.checkout.order_id,
        )
        .with_for_update()
    )
    if known is not None and known != facts.checkout_id:
        ask_provider(session, stored.tenant.id, ProviderTaskKind.CLOSE_PAGE, pages, now)
        return known
    withdraw_tasks(session, stored.tenant.id, [ProviderTaskKind.CLOSE_PAGE], facts.checkout_id)
    _update(
        session,
        stored,
        checkout_id=facts.checkout_id,
        provider_customer_id=facts.customer_id,
        checkout_expires_at=facts.expires_at,
    )
    return facts.checkout_id


def _count_failure(session: Session, stored: _StoredOrder) -> None:
    """Count a failed call, refused or not, so that the next one has another idempotency key."""
    _update(session, stored)


def _update(session: Session, stored: _StoredOrder, **values: object) -> None:
    """Update an order, and increment its version."""
    session.execute(
        update(BillingOrder)
        .where(
            BillingOrder.organization_id == stored.tenant.id,
            BillingOrder.id == stored.checkout.order_id,
        )
        .values(**values, version=BillingOrder.version + 1)
    )
