"""Payments whose money is back before they were granted: they pay for nothing, and are flagged.

A refund or a dispute of what was granted changes no membership; staff are asked instead. One that
is already made when the payment is read would have it begin, or go on, for nothing.
"""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from api_client.messages.billing import (
    DisputeState,
    InvoiceStatus,
    OrderTrouble,
    RefundAnswer,
)
from membership.billing.orders.snapshot import ProviderState
from membership.billing.stripe.gateway import InvoiceFacts
from membership.billing.stripe.paid_periods import without_payments
from membership.store.models import BillingInvoice, BillingOrder

MONEY_BACK = frozenset({OrderTrouble.REFUNDED, OrderTrouble.DISPUTED})


def money_back(
    session: Session, order: BillingOrder, state: ProviderState
) -> dict[str, OrderTrouble]:
    """Return the payments that grant nothing, by the provider's id, with what became of each.

    Those that were granted before their money went back are left out, and those of which staff
    answered that the membership stays.
    """
    back: dict[str, OrderTrouble] = {}
    for facts in state.invoices:
        kind, row = _kind(facts), _row(session, order, facts.invoice_id)
        if kind is not None and not _is_granted(order, row):
            back[facts.invoice_id] = kind
    return back


def without_money_back(state: ProviderState, back: Mapping[str, OrderTrouble]) -> ProviderState:
    """Return the provider's state of an order for which these payments pay nothing."""
    checkout, subscription = state.checkout, state.subscription
    if checkout is not None and checkout.payment_id in back:
        checkout = replace(checkout, paid=False)
    if subscription is not None and back:
        subscription = without_payments(subscription, back)
    return ProviderState(checkout, subscription, state.invoices)


def news_of(
    session: Session, order: BillingOrder, back: Mapping[str, OrderTrouble]
) -> OrderTrouble | None:
    """Return why staff have to look at the order; None if they have seen these payments already.

    To be called before the invoices are stored. A refund of what was flagged is how staff settle
    it.
    """
    rows = {each: _row(session, order, each) for each in back}
    new = {
        kind
        for each, kind in back.items()
        if (row := rows[each]) is None or row.status is not InvoiceStatus.PAID
    }
    # A dispute asks for an answer, within a time; a refund is over.
    return OrderTrouble.DISPUTED if OrderTrouble.DISPUTED in new else next(iter(new), None)


def is_all_granted(session: Session, order: BillingOrder) -> bool:
    """Whether no payment of an order pays for nothing any more: a dispute was won."""
    withheld = select(BillingInvoice.id).where(
        BillingInvoice.organization_id == order.organization_id,
        BillingInvoice.order_id == order.id,
        BillingInvoice.withheld,
    )
    return session.scalars(withheld.limit(1)).first() is None


def _row(session: Session, order: BillingOrder, invoice_id: str) -> BillingInvoice | None:
    """Return a stored invoice, or None."""
    return session.get(BillingInvoice, (order.organization_id, invoice_id))


def _kind(facts: InvoiceFacts) -> OrderTrouble | None:
    """Return how the money of a payment went back; None if a part of it is there, or unknown."""
    if facts.status is not InvoiceStatus.PAID or facts.amount_minor <= 0:
        return None
    if facts.dispute in {DisputeState.OPEN, DisputeState.LOST} and not facts.inquiry:
        return OrderTrouble.DISPUTED
    if facts.refunded_minor is not None and facts.refunded_minor >= facts.amount_minor:
        return OrderTrouble.REFUNDED
    return None


def _is_granted(order: BillingOrder, row: BillingInvoice | None) -> bool:
    """Whether something was granted for a payment, or is to be all the same."""
    if row is None or order.membership_id is None:
        return False
    if row.refund_answer is RefundAnswer.KEPT:
        return True
    return row.status is InvoiceStatus.PAID and not row.withheld
