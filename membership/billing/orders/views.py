"""Orders and invoices, as the API shows and lists them."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from api_client.messages.billing import (
    InvoicePage,
    InvoiceView,
    OrderPage,
    OrderView,
    SubscriptionStatus,
)
from membership.billing.orders.flags import hint_of
from membership.billing.orders.refunds import asks_end, refunded_invoice
from membership.billing.orders.terms import billing_terms, length_terms
from membership.members.memberships.entitlements import last_day_of
from membership.rules.instants import day_after, last_day_before
from membership.rules.periods import is_in_instalments, nth_day
from membership.store.models import BillingInvoice, BillingOrder, Membership, Plan
from membership.web.access import Tenant
from membership.web.errors import NotFound
from membership.web.paging import newest_first


def find_order(session: Session, tenant: Tenant, order_id: UUID) -> BillingOrder:
    """Return an order. Raises NotFound."""
    order = session.get(BillingOrder, (tenant.id, order_id))
    if order is None:
        raise NotFound("order_not_found", "There is no such order.")
    return order


def last_days(session: Session, order: BillingOrder) -> tuple[date | None, date | None]:
    """Return the last day that an order paid for, and the last day if it is not renewed.

    Both are days of its membership, the ones that cards, profiles and the desk show.
    """
    if order.membership_id is None:
        return None, None
    sold = session.get_one(Membership, (order.organization_id, order.membership_id))
    paid = last_day_of(sold)
    if order.cancels_at is None:
        ended = order.subscription_status is SubscriptionStatus.CANCELED
        return paid, paid if ended else None
    length = length_terms(order)
    if not is_in_instalments(billing_terms(order), length) or length is None:
        return paid, paid
    if order.continues_on is not None:
        return paid, day_after(nth_day(order.continues_on, length, 1), -1)
    return paid, last_day_before(order.cancels_at, ZoneInfo(sold.time_zone))


def order_view(session: Session, order: BillingOrder) -> OrderView:
    """Return an order as the API shows it."""
    last_day, ends_on = last_days(session, order)
    refunded = refunded_invoice(session, order)
    return OrderView(
        id=order.id,
        customer_id=order.customer_id,
        company_id=order.company_id,
        plan_id=order.plan_id,
        plan=order.plan_name,
        amount_minor=order.price_minor,
        currency=order.currency,
        state=order.state,
        membership_id=order.membership_id,
        subscription=order.subscription_status,
        paid_until=order.paid_until,
        cancels_at=order.cancels_at,
        last_day=last_day,
        ends_on=ends_on,
        next_plan=next_plan(session, order),
        next_amount_minor=order.next_price_minor,
        changes_at=order.changes_at,
        can_change=is_changeable(order),
        trouble=order.trouble,
        trouble_kind=order.trouble_kind,
        hint=hint_of(order),
        settled_at=order.settled_at,
        refunded_invoice=None if refunded is None else refunded.id,
        created_at=order.created_at,
        checked_at=order.checked_at,
    )


def next_plan(session: Session, order: BillingOrder) -> str | None:
    """Return the name of the plan that an order changes to, or None."""
    if order.next_plan_id is None:
        return None
    return session.get_one(Plan, (order.organization_id, order.next_plan_id)).name


def is_changeable(order: BillingOrder) -> bool:
    """Whether a subscription can change its plan: it is paid, renews, and is no fixed term."""
    fixed = is_in_instalments(billing_terms(order), length_terms(order))
    active = order.subscription_status is SubscriptionStatus.ACTIVE
    return active and order.membership_id is not None and order.cancels_at is None and not fixed


def invoice_view(session: Session, invoice: BillingInvoice, order: BillingOrder) -> InvoiceView:
    """Return an invoice as the API shows it."""
    key = (order.organization_id, order.membership_id)
    sold = None if order.membership_id is None else session.get(Membership, key)
    return InvoiceView(
        id=invoice.id,
        number=invoice.number,
        membership_id=order.membership_id,
        plan=invoice.plan_name or order.plan_name,
        amount_minor=invoice.amount_minor,
        currency=invoice.currency,
        status=invoice.status,
        created_at=invoice.created_at,
        period_start=invoice.period_start,
        period_end=invoice.period_end,
        refunded_minor=invoice.refunded_minor,
        disputed=invoice.disputed,
        dispute=invoice.dispute,
        asks_end=asks_end(invoice, order, sold),
        refund_answer=invoice.refund_answer,
    )


def orders_of(tenant: Tenant) -> Select[BillingOrder]:
    """Return a query for all orders of an organization, to be filtered and paged."""
    return select(BillingOrder).where(BillingOrder.organization_id == tenant.id)


def order_page(
    session: Session, query: Select[BillingOrder], limit: int, cursor: str | None
) -> OrderPage:
    """Return a page of orders, newest first. Raises Invalid for a bad cursor."""
    order = (BillingOrder.created_at, BillingOrder.id)
    rows, following = newest_first(session, query, order, limit, cursor)
    return OrderPage(
        items=tuple(order_view(session, row) for (row,) in rows), next_cursor=following
    )


def invoices_of(tenant: Tenant) -> Select[BillingInvoice, BillingOrder]:
    """Return a query for all invoices of an organization with their orders, to be filtered."""
    return (
        select(BillingInvoice, BillingOrder)
        .join(
            BillingOrder,
            (BillingOrder.organization_id == BillingInvoice.organization_id)
            & (BillingOrder.id == BillingInvoice.order_id),
        )
        .where(BillingInvoice.organization_id == tenant.id)
    )


def invoice_page(
    session: Session,
    query: Select[BillingInvoice, BillingOrder],
    limit: int,
    cursor: str | None,
) -> InvoicePage:
    """Return a page of invoices, newest first. Raises Invalid for a bad cursor."""
    order = (BillingInvoice.created_at, BillingInvoice.id)
    rows, following = newest_first(session, query, order, limit, cursor)
    return InvoicePage(
        items=tuple(invoice_view(session, *row) for row in rows), next_cursor=following
    )
