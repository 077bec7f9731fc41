"""Refunds and disputes: their events, and whether a refunded membership ends."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api_client.messages.billing import DisputeState, InvoiceStatus, RefundAnswer
from membership.base.logs import logger
from membership.billing.orders.flags import order_data
from membership.billing.stripe.gateway import InvoiceFacts
from membership.events.audit.recorder import record
from membership.events.outbox import emit
from membership.events.types import EventType
from membership.members.memberships.changes import locked, refuse_ended
from membership.members.memberships.schemas import EarlyEnd
from membership.members.memberships.terminations import end_early
from membership.members.payers.subscriptions import (
    SubscriptionChoice,
    carry_out,
    runs,
)
from membership.store.models import BillingInvoice, BillingOrder, Membership
from membership.web.access import Tenant
from membership.web.errors import Conflict, NotFound

_WHY = "Refunded"


def note_refund_and_dispute(
    session: Session, order: BillingOrder, row: BillingInvoice, facts: InvoiceFacts, now: datetime
) -> None:
    """Store refunds and the dispute of an invoice, with an event for each that is new.

    Does nothing where the charges behind it were not read.
    """
    if facts.refunded_minor is None or facts.disputed is None:
        return
    data = {
        **order_data(order),
        "invoice_id": row.id,
        "amount_minor": row.amount_minor,
        "currency": row.currency,
    }
    here = order.organization_id
    refunded, was_disputed, was = row.refunded_minor, row.disputed, row.dispute
    row.refunded_minor, row.disputed, row.dispute = (
        facts.refunded_minor,
        facts.disputed,
        facts.dispute,
    )
    if facts.refunded_minor > refunded:
        event_data = {**data, "refunded_minor": facts.refunded_minor, "whole": is_whole(row)}
        emit(session, here, EventType.BILLING_PAYMENT_REFUNDED, order.id, event_data, now=now)
    if facts.disputed and not was_disputed:
        logger().warning("payment_disputed", invoice=row.id, order=str(order.id))
        emit(session, here, EventType.BILLING_PAYMENT_DISPUTED, order.id, data, now=now)
    if facts.dispute in {DisputeState.WON, DisputeState.LOST} and facts.dispute is not was:
        event_data = {**data, "won": facts.dispute is DisputeState.WON}
        emit(session, here, EventType.BILLING_DISPUTE_CLOSED, order.id, event_data, now=now)


def is_whole(invoice: BillingInvoice) -> bool:
    """Whether all of an invoice that was paid was refunded."""
    paid = invoice.status is InvoiceStatus.PAID and invoice.amount_minor > 0
    return paid and invoice.refunded_minor >= invoice.amount_minor


def asks_end(invoice: BillingInvoice, order: BillingOrder, sold: Membership | None) -> bool:
    """Whether staff are asked if the membership ends: what pays for it now was refunded.

    ``sold`` is the membership that the order granted.
    """
    if sold is None or not is_whole(invoice) or invoice.refund_answer is not None:
        return False
    if sold.ended_for_good or sold.ended_early_at is not None:
        return False
    former = invoice.period_end is not None and order.paid_until is not None
    return not former or invoice.period_end == order.paid_until


def refunded_invoice(session: Session, order: BillingOrder) -> BillingInvoice | None:
    """Return the invoice of an order because of which staff are asked if its membership ends."""
    if order.membership_id is None:
        return None
    invoices = session.scalars(
        select(BillingInvoice)
        .where(
            BillingInvoice.organization_id == order.organization_id,
            BillingInvoice.order_id == order.id,
            BillingInvoice.refunded_minor > 0,
            BillingInvoice.refund_answer.is_(None),
        )
        .order_by(BillingInvoice.created_at.desc())
    ).all()
    sold = session.get(Membership, (order.organization_id, order.membership_id))
    return next((each for each in invoices if asks_end(each, order, sold)), None)


def answer_refund(
    session: Session, tenant: Tenant, invoice_id: str, answer: RefundAnswer, now: datetime
) -> tuple[BillingInvoice, BillingOrder]:
    """Store whether a refunded membership ends, and end it; its subscription is cancelled at once.

    A renewal that was refunded before it was granted is granted, if the membership is kept, when
    the job synchronizes its order. The same answer again changes nothing. Raises NotFound; Conflict
    unless the invoice was refunded as a whole and granted a membership, or if it was answered
    otherwise.
    """
    invoice = session.get(BillingInvoice, (tenant.id, invoice_id), with_for_update=True)
    if invoice is None:
        raise NotFound("invoice_not_found", "There is no such invoice.")
    order = session.get_one(BillingOrder, (tenant.id, invoice.order_id))
    if invoice.refund_answer is answer:
        return invoice, order
    if order.membership_id is None or not is_whole(invoice):
        raise Conflict("not_refunded", "This invoice was not refunded as a whole.")
    if invoice.refund_answer is RefundAnswer.ENDED:
        raise Conflict("refund_answered", "The membership was ended because of this refund.")
    invoice.refund_answer = answer
    session.flush()
    after = {"answer": answer.value}
    record(session, tenant.id, "billing.refund_answered", invoice.id, after=after)
    if answer is RefundAnswer.ENDED:
        _end(session, tenant, order, now)
    elif invoice.withheld:
        order.next_check_at = now
        session.flush()
    return invoice, order


def _end(session: Session, tenant: Tenant, order: BillingOrder, now: datetime) -> None:
    """End the membership of an order: by its subscription if one runs, else at once."""
    if order.membership_id is None:
        return
    if runs(order):
        carry_out(session, [order], SubscriptionChoice.CANCEL_NOW, now)
        return
    membership = locked(session, tenant, order.membership_id)
    try:
        refuse_ended(membership, now)
    except Conflict:
        return  # it has ended by itself
    end_early(session, tenant, order.membership_id, EarlyEnd(why=_WHY), now)
