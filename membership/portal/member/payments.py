"""Payments at the desk for a customer's own memberships, for which there are receipts."""

from uuid import UUID

from sqlalchemy import and_, select

from membership.billing.desk.views import receipt_number
from membership.portal.login.access import CustomerCall
from membership.portal.member.schemas import CustomerPayment, CustomerPayments
from membership.rules.money import written
from membership.store.models import Membership, Payment
from membership.web.errors import NotFound
from membership.web.paging import newest_first

_OF_MEMBERSHIP = and_(
    Membership.organization_id == Payment.organization_id,
    Membership.id == Payment.membership_id,
)


def customer_payments(
    call: CustomerCall, limit: int, cursor: str | None, language: str
) -> CustomerPayments:
    """Return a page of payments for the customer's own memberships, latest first.

    Voided ones are included, payments of companies are not. Raises Invalid for a bad cursor.
    """
    wanted = _PAYMENTS.where(
        Payment.organization_id == call.tenant.id, Membership.customer_id == call.customer_id
    )
    order = (Payment.paid_at, Payment.id)
    rows, following = newest_first(call.session, wanted, order, limit, cursor)
    items = tuple(_view(payment, language) for (payment,) in rows)
    return CustomerPayments(items=items, next_cursor=following)


_PAYMENTS = select(Payment).join(Membership, _OF_MEMBERSHIP)


def customer_payment(call: CustomerCall, payment_id: UUID) -> Payment:
    """Load a payment for one of the customer's own memberships. Raises NotFound."""
    found = call.session.scalars(
        _PAYMENTS.where(
            Payment.organization_id == call.tenant.id,
            Payment.id == payment_id,
            Membership.customer_id == call.customer_id,
        )
    ).first()
    if found is None:
        raise NotFound("payment_not_found", "There is no such payment.")
    return found


def _view(payment: Payment, language: str) -> CustomerPayment:
    """Return a payment without the note of staff."""
    return CustomerPayment(
        id=payment.id,
        receipt_number=receipt_number(payment),
        plan=payment.plan_name,
        method=payment.method,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        amount=written(payment.amount_minor, payment.currency, language),
        paid_at=payment.paid_at,
        voided_at=payment.voided_at,
    )
