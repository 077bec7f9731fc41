"""Orders, invoices and subscriptions of the customer who is logged in."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from api_client.messages.billing import OrderState, SubscriptionStatus
from membership.billing.orders import providers
from membership.billing.orders.providers import find_order_of, provider_of
from membership.billing.orders.sync import sync_in_request
from membership.billing.orders.views import find_order, invoice_page, invoices_of
from membership.billing.schemas import (
    OwnInvoice,
    OwnInvoices,
    OwnOrder,
    OwnSubscription,
    OwnSubscriptions,
)
from membership.billing.stripe.accounts import Keys, required_keys
from membership.billing.stripe.gateway import Gateway
from membership.billing.stripe.provider_calls import call_provider
from membership.members.memberships.entitlements import term_of
from membership.members.memberships.service import get_membership, no_such_membership
from membership.portal.login.access import Visitor
from membership.rules.money import written
from membership.rules.status import standing
from membership.store.models import BillingInvoice, BillingOrder, Membership
from membership.web.access import Tenant
from membership.web.errors import Conflict, NotFound
from membership.web.transactions import RequestTransactions

_MIN_BETWEEN_SYNCS = timedelta(seconds=5)
"""A page that waits for a payment synchronizes its order no more often than this."""


async def own_order(
    transactions: RequestTransactions, visitor: Visitor, order_id: UUID
) -> OwnOrder:
    """Return an order of the customer; one that is open is synchronized first.

    Raises NotFound for somebody else's; Busy, Conflict of ``call_provider``.
    """

    def look(session: Session, now: datetime) -> tuple[OwnOrder, Keys | None]:
        order = find_order(session, visitor.tenant, order_id)
        if order.customer_id != visitor.customer_id:
            raise NotFound("order_not_found", "There is no such order.")
        shown = OwnOrder(
            id=order.id,
            state=order.state,
            plan=order.plan_name,
            membership_id=order.membership_id,
        )
        waits = order.state is OrderState.OPEN and order.checkout_id is not None
        if not waits or (
            order.checked_at is not None and now - order.checked_at < _MIN_BETWEEN_SYNCS
        ):
            return shown, None
        return shown, required_keys(session, transactions.vault, visitor.tenant)

    shown, keys = await transactions.read(look)
    if keys is None:
        return shown
    await sync_in_request(transactions, keys, order_id)
    return (await transactions.read(look))[0]


def own_invoices(
    session: Session, visitor: Visitor, language: str, limit: int, cursor: str | None
) -> OwnInvoices:
    """Return a page of the customer's invoices, newest first. Raises Invalid for a bad cursor.

    Amounts are formatted in ``language``.
    """
    wanted = invoices_of(visitor.tenant).where(BillingOrder.customer_id == visitor.customer_id)
    page = invoice_page(session, wanted, limit, cursor)
    items = tuple(
        OwnInvoice(**dict(each), amount=written(each.amount_minor, each.currency, language))
        for each in page.items
    )
    return OwnInvoices(items=items, next_cursor=page.next_cursor)


async def invoice_link(transactions: RequestTransactions, visitor: Visitor, invoice_id: str) -> str:
    """Return the URL where an invoice of the customer can be viewed, paid and downloaded.

    Raises NotFound for somebody else's; Busy, Conflict of ``call_provider``.
    """

    def find(session: Session, _now: datetime) -> Keys:
        row = session.execute(
            invoices_of(visitor.tenant).where(
                BillingOrder.customer_id == visitor.customer_id, BillingInvoice.id == invoice_id
            )
        ).first()
        if row is None:
            raise NotFound("invoice_not_found", "There is no such invoice.")
        return required_keys(session, transactions.vault, visitor.tenant)

    keys = await transactions.read(find)
    return await call_provider(transactions, keys, lambda gateway: gateway.invoice_url(invoice_id))


async def portal_link(transactions: RequestTransactions, visitor: Visitor) -> str:
    """Return the URL where the customer changes their payment method.

    Raises Conflict if they never paid through the provider; Busy, Conflict of ``call_provider``.
    """

    def find(session: Session, _now: datetime) -> tuple[Keys, str]:
        known = session.scalars(
            select(BillingOrder.provider_customer_id)
            .where(
                BillingOrder.organization_id == visitor.tenant.id,
                BillingOrder.customer_id == visitor.customer_id,
                BillingOrder.provider_customer_id.is_not(None),
                or_(
                    BillingOrder.membership_id.is_not(None),
                    BillingOrder.subscription_id.is_not(None),
                ),
            )
            .order_by(BillingOrder.created_at.desc())
            .limit(1)
        ).first()
        if known is None:
            raise Conflict("nothing_billed", "Nothing was paid through the provider yet.")
        return required_keys(session, transactions.vault, visitor.tenant), known

    keys, customer_id = await transactions.read(find)
    back = f"{(transactions.settings.public_url or '').rstrip('/')}/me/{visitor.tenant.slug}"

    def portal(gateway: Gateway) -> str:
        return gateway.portal_url(customer_id, back)

    return await call_provider(transactions, keys, portal)


def own_subscriptions(session: Session, visitor: Visitor, now: datetime) -> OwnSubscriptions:
    """Return the customer's own renewing memberships, and what they may do about each."""
    rows = session.scalars(
        select(Membership)
        .where(
            Membership.organization_id == visitor.tenant.id,
            Membership.customer_id == visitor.customer_id,
        )
        .order_by(Membership.starts_at.desc(), Membership.id)
    )
    shown = (_subscription(session, visitor.tenant, each, now) for each in rows)
    return OwnSubscriptions(items=tuple(each for each in shown if each is not None))


def _subscription(
    session: Session, tenant: Tenant, sold: Membership, now: datetime
) -> OwnSubscription | None:
    """Return what a customer may do about a membership; None if it just ends."""
    order = find_order_of(session, tenant, sold.id)
    if order is not None and order.subscription_status is not None:
        return OwnSubscription(
            membership_id=sold.id,
            plan=sold.plan_name,
            portal=True,
            status=order.subscription_status,
            paid_until=order.paid_until,
            cancels_at=order.cancels_at,
            renews=sold.renews,
            can_cancel=providers.may_cancel(order),
            can_resume=providers.may_resume(order),
        )
    can_cancel = providers.may_cancel_at_desk(sold, now)
    can_resume = providers.may_resume_at_desk(sold, now)
    if not can_cancel and not can_resume:
        return None
    runs = standing(term_of(sold), now).grants
    return OwnSubscription(
        membership_id=sold.id,
        plan=sold.plan_name,
        portal=False,
        status=SubscriptionStatus.ACTIVE if runs else SubscriptionStatus.CANCELED,
        paid_until=None,
        cancels_at=sold.ended_early_at,
        renews=can_cancel,
        can_cancel=can_cancel,
        can_resume=can_resume,
    )


async def change_renewal(
    transactions: RequestTransactions, visitor: Visitor, membership_id: UUID, *, cancelled: bool
) -> OwnSubscription:
    """Cancel a membership at the end of its period, or undo that; returns its new state.

    Raises NotFound for somebody else's or a company's; Conflict if it cannot be; Busy, Conflict
    of ``call_provider``.
    """
    tenant = visitor.tenant

    def choose(session: Session, _now: datetime) -> providers.ProviderFactory:
        sold = get_membership(session, tenant, membership_id)
        if sold.customer_id != visitor.customer_id:
            raise no_such_membership()
        return provider_of(session, tenant, membership_id)

    provider = (await transactions.read(choose))(transactions, tenant, visitor.actor)
    await (provider.cancel(membership_id) if cancelled else provider.resume(membership_id))

    def show(session: Session, now: datetime) -> OwnSubscription:
        sold = get_membership(session, tenant, membership_id)
        shown = _subscription(session, tenant, sold, now)
        if shown is None:
            raise NotFound("membership_not_found", "This membership has ended.")
        return shown

    return await transactions.read(show)
