"""Orders, invoices and renewals of a logged-in customer's own memberships."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from api_client.messages.billing import OrderState, SubscriptionStatus
from membership.billing.orders import providers
from membership.billing.orders.providers import find_order_of, provider_of
from membership.billing.orders.sync import sync_in_request
from membership.billing.orders.views import (
    find_order,
    invoice_page,
    invoices_of,
    is_changeable,
    last_days,
    next_plan,
)
from membership.billing.stripe.accounts import Keys, required_keys
from membership.billing.stripe.gateway import Gateway
from membership.billing.stripe.provider_calls import call_provider
from membership.members.memberships.entitlements import last_day_of, term_of
from membership.members.memberships.service import get_membership, no_such_membership
from membership.portal.login.access import LoggedInCustomer
from membership.portal.member.billing_schemas import (
    CustomerInvoice,
    CustomerInvoices,
    CustomerOrder,
    CustomerSubscription,
    CustomerSubscriptions,
)
from membership.portal.signup.ordering import plan_to_renew
from membership.rules.money import written
from membership.rules.status import standing
from membership.store.models import BillingInvoice, BillingOrder, Membership
from membership.web.access import Tenant
from membership.web.errors import Conflict, NotFound
from membership.web.transactions import RequestTransactions

_SYNC_INTERVAL = timedelta(seconds=5)
"""Least time between two queries of the provider while a page waits for a payment."""


async def order_status(
    transactions: RequestTransactions, customer: LoggedInCustomer, order_id: UUID
) -> CustomerOrder:
    """Return the state of an order; an open one is synchronized with the provider first.

    Raises NotFound for another customer's order; Busy, Conflict of ``call_provider``.
    """

    def load(session: Session, now: datetime) -> tuple[CustomerOrder, Keys | None]:
        order = find_order(session, customer.tenant, order_id)
        if order.customer_id != customer.customer_id:
            raise NotFound("order_not_found", "There is no such order.")
        status = CustomerOrder(
            id=order.id,
            state=order.state,
            plan=order.plan_name,
            membership_id=order.membership_id,
        )
        waits = order.state is OrderState.OPEN and order.checkout_id is not None
        if not waits or (order.checked_at is not None and now - order.checked_at < _SYNC_INTERVAL):
            return status, None
        return status, required_keys(session, transactions.vault, customer.tenant)

    status, keys = await transactions.read(load)
    if keys is None:
        return status
    await sync_in_request(transactions, keys, order_id)
    return (await transactions.read(load))[0]


def customer_invoices(
    session: Session, customer: LoggedInCustomer, language: str, limit: int, cursor: str | None
) -> CustomerInvoices:
    """Return a page of the customer's invoices, newest first. Raises Invalid for a bad cursor."""
    wanted = invoices_of(customer.tenant).where(BillingOrder.customer_id == customer.customer_id)
    page = invoice_page(session, wanted, limit, cursor)
    items = tuple(
        CustomerInvoice(**dict(each), amount=written(each.amount_minor, each.currency, language))
        for each in page.items
    )
    return CustomerInvoices(items=items, next_cursor=page.next_cursor)


async def invoice_link(
    transactions: RequestTransactions, customer: LoggedInCustomer, invoice_id: str
) -> str:
    """Return the URL where an invoice can be read, paid and downloaded.

    Raises NotFound for another customer's invoice; Busy, Conflict of ``call_provider``.
    """

    def find(session: Session, _now: datetime) -> Keys:
        row = session.execute(
            invoices_of(customer.tenant).where(
                BillingOrder.customer_id == customer.customer_id, BillingInvoice.id == invoice_id
            )
        ).first()
        if row is None:
            raise NotFound("invoice_not_found", "There is no such invoice.")
        return required_keys(session, transactions.vault, customer.tenant)

    keys = await transactions.read(find)
    return await call_provider(transactions, keys, lambda gateway: gateway.invoice_url(invoice_id))


async def portal_link(transactions: RequestTransactions, customer: LoggedInCustomer) -> str:
    """Return the URL where the customer changes the payment method and sees invoices.

    Raises Conflict for a customer who never paid through the provider; Busy, Conflict of
    ``call_provider``.
    """

    def find(session: Session, _now: datetime) -> tuple[Keys, str]:
        known = session.scalars(
            select(BillingOrder.provider_customer_id)
            .where(
                BillingOrder.organization_id == customer.tenant.id,
                BillingOrder.customer_id == customer.customer_id,
                BillingOrder.provider_customer_id.is_not(None),
                or_(
                    BillingOrder.membership_id.is_not(None),
                    BillingOrder.subscription_id.is_not(None),
                ),
            )
            # After a merge the provider may know them twice: what charges them comes first.
            .order_by(_runs().desc(), BillingOrder.created_at.desc())
            .limit(1)
        ).first()
        if known is None:
            raise Conflict("nothing_billed", "Nothing was paid through the provider yet.")
        return required_keys(session, transactions.vault, customer.tenant), known

    keys, provider_customer_id = await transactions.read(find)
    back = f"{(transactions.settings.public_url or '').rstrip('/')}/me/{customer.tenant.slug}"

    def portal(gateway: Gateway) -> str:
        return gateway.portal_url(provider_customer_id, back)

    return await call_provider(transactions, keys, portal)


def _runs() -> ColumnElement[bool]:
    """SQL expression: whether an order has a subscription that has not ended; never null."""
    return and_(
        BillingOrder.subscription_id.is_not(None),
        func.coalesce(BillingOrder.subscription_status, SubscriptionStatus.CANCELED)
        != SubscriptionStatus.CANCELED,
    )


def customer_subscriptions(
    session: Session, customer: LoggedInCustomer, now: datetime
) -> CustomerSubscriptions:
    """Return the customer's own memberships that renew, and whether each can be cancelled."""
    rows = session.scalars(
        select(Membership)
        .where(
            Membership.organization_id == customer.tenant.id,
            Membership.customer_id == customer.customer_id,
        )
        .order_by(Membership.starts_at.desc(), Membership.id)
    )
    shown = (_subscription(session, customer.tenant, each, now) for each in rows)
    return CustomerSubscriptions(items=tuple(each for each in shown if each is not None))


def subscription_view(
    session: Session, tenant: Tenant, order_id: UUID, now: datetime
) -> CustomerSubscription:
    """Return the subscription of an order as its customer sees it. Raises NotFound."""
    granted = find_order(session, tenant, order_id).membership_id
    shown = None
    if granted is not None:
        shown = _subscription(session, tenant, get_membership(session, tenant, granted), now)
    if shown is None:
        raise NotFound("membership_not_found", "This membership has ended.")
    return shown


def _subscription(
    session: Session, tenant: Tenant, sold: Membership, now: datetime
) -> CustomerSubscription | None:
    """Return how a membership renews; None for one that only runs to its end."""
    order = find_order_of(session, tenant, sold.id)
    if order is not None and order.subscription_status is not None:
        last_day, ends_on = last_days(session, order)
        return CustomerSubscription(
            membership_id=sold.id,
            plan=sold.plan_name,
            portal=True,
            status=order.subscription_status,
            paid_until=order.paid_until,
            cancels_at=order.cancels_at,
            last_day=last_day,
            ends_on=ends_on,
            renews=sold.renews,
            can_change=is_changeable(order),
            changes_to=None if order.cancels_at is not None else next_plan(session, order),
            changes_after=None if order.changes_at is None else last_day,
            can_cancel=providers.may_cancel(order),
            can_resume=providers.may_resume(order),
        )
    can_cancel = providers.may_cancel_at_desk(sold, now)
    can_resume = providers.may_resume_at_desk(sold, now)
    next_plan_id = plan_to_renew(session, tenant, sold, now)
    if not can_cancel and not can_resume and next_plan_id is None:
        return None
    is_active = standing(term_of(sold), now).grants
    return CustomerSubscription(
        membership_id=sold.id,
        plan=sold.plan_name,
        portal=False,
        status=SubscriptionStatus.ACTIVE if is_active else SubscriptionStatus.CANCELED,
        paid_until=None,
        cancels_at=sold.ended_early_at,
        ends_on=last_day_of(sold) if sold.ended_early_at is not None else None,
        renews=can_cancel,
        can_cancel=can_cancel,
        can_resume=can_resume,
        next_plan_id=next_plan_id,
    )


async def change_renewal(
    transactions: RequestTransactions,
    customer: LoggedInCustomer,
    membership_id: UUID,
    *,
    cancelled: bool,
) -> CustomerSubscription:
    """Cancel a membership at the end of its period, or resume a cancelled one.

    Raises NotFound unless it is the customer's own; Conflict if its state forbids it; Busy,
    Conflict of ``call_provider``.
    """
    tenant = customer.tenant

    def choose(session: Session, _now: datetime) -> tuple[providers.ProviderFactory, UUID | None]:
        sold = get_membership(session, tenant, membership_id)
        if sold.customer_id != customer.customer_id:
            raise no_such_membership()
        order = find_order_of(session, tenant, membership_id)
        found = None if order is None else order.id
        return provider_of(session, tenant, membership_id), found

    factory, order_id = await transactions.read(choose)
    provider = factory(transactions, tenant, customer.actor)
    await (provider.cancel(membership_id) if cancelled else provider.resume(membership_id))

    def show(session: Session, now: datetime) -> CustomerSubscription:
        if order_id is not None:
            # It may pay for another membership since: its plan has changed meanwhile.
            return subscription_view(session, tenant, order_id, now)
        sold = get_membership(session, tenant, membership_id)
        shown = _subscription(session, tenant, sold, now)
        if shown is None:
            raise NotFound("membership_not_found", "This membership has ended.")
        return shown

    return await transactions.read(show)
