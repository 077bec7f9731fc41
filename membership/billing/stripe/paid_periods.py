"""Until when a subscription is paid, by its invoices. Pure."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from api_client.messages.billing import InvoiceStatus, SubscriptionStatus
from membership.billing.stripe.gateway import InvoiceFacts, SubscriptionFacts


def paid_until(
    invoices: Collection[InvoiceFacts],
    status: SubscriptionStatus,
    period_end: datetime,
    anchor: datetime,
    without: Collection[str] = (),
) -> datetime | None:
    """Return the end of the last paid period (UTC), or None.

    ``invoices`` come newest first. What was paid for a period that the last change of the interval,
    at ``anchor``, cut short was credited, and counts no more; ``without`` are ids of others that
    pay for nothing.

    A period whose invoice was voided counts as paid: the club waived it. So does the period after
    a paid one while a bank debit is in progress, which may take two weeks: the subscription stays
    active until the debit fails.
    """
    since = [each for each in invoices if not _is_cut_short(each, anchor)]
    paid = [
        each.period_end
        for each in since
        if each.status is InvoiceStatus.PAID
        and each.period_end is not None
        and each.invoice_id not in without
    ]
    waived = bool(since) and since[0].status is InvoiceStatus.VOID
    if waived and status is SubscriptionStatus.ACTIVE:
        paid.append(period_end)
    elif paid and status is SubscriptionStatus.ACTIVE and _is_in_progress(since[0]):
        paid.append(since[0].period_end or period_end)
    return max(paid, default=None)


def without_payments(facts: SubscriptionFacts, ids: Collection[str]) -> SubscriptionFacts:
    """Return a subscription of which the invoices with these ids pay for nothing."""
    until = paid_until(facts.invoices, facts.status, facts.period_end, facts.anchor, ids)
    return replace(facts, paid_until=until)


def _is_cut_short(invoice: InvoiceFacts, anchor: datetime) -> bool:
    """Whether an invoice is for a period in which the interval changed."""
    if invoice.period_start is None or invoice.period_start >= anchor:
        return False
    return invoice.period_end is None or invoice.period_end > anchor


def _is_in_progress(invoice: InvoiceFacts) -> bool:
    """Whether an open invoice has a payment in progress."""
    return invoice.status is InvoiceStatus.OPEN and invoice.attempted
