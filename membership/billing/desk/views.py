"""Payments at the desk as messages."""

from api_client.messages.management import ActorView
from api_client.messages.payments import PaymentView, RenewalOfPayment, SellerView
from membership.rules.tax import tax_within
from membership.store.models import Payment


def receipt_number(payment: Payment) -> str:
    """Return the number of a payment's receipt as printed: ``R-000001``."""
    return f"R-{payment.receipt_number:06d}"


def tax_minor(payment: Payment) -> int | None:
    """Return the tax within a payment in minor units; None without a rate."""
    rate = payment.tax_millipercent
    return None if rate is None else tax_within(payment.amount_minor, rate)


def payment_view(payment: Payment) -> PaymentView:
    """Return a payment as the API shows it."""
    tax = tax_minor(payment)
    return PaymentView(
        id=payment.id,
        receipt_number=receipt_number(payment),
        membership_id=payment.membership_id,
        plan=payment.plan_name,
        paid_by=payment.paid_by,
        method=payment.method,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        note=payment.note,
        paid_at=payment.paid_at,
        voided_at=payment.voided_at,
        voided_why=payment.voided_why,
        actor=ActorView(kind=payment.actor_kind, id=payment.actor_id, name=payment.actor_name),
        created_at=payment.created_at,
        renewal=payment.renewal or RenewalOfPayment.NOT_RECORDED,
        renewal_stays_because=payment.renewal_stays_because,
        seller=None
        if payment.seller_name is None
        else SellerView(
            name=payment.seller_name,
            address=payment.seller_address or "",
            tax_number=payment.seller_tax_number or "",
        ),
        tax_millipercent=payment.tax_millipercent,
        tax_minor=tax,
        net_minor=None if tax is None else payment.amount_minor - tax,
        period_from=payment.period_from,
        period_until=payment.period_until,
        voided_by=None
        if payment.voided_by_kind is None
        else ActorView(
            kind=payment.voided_by_kind,
            id=payment.voided_by_id,
            name=payment.voided_by_name or "",
        ),
    )
