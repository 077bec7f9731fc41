"""Payments at the desk for a customer's own memberships, and their receipts."""

from uuid import UUID

from sqlalchemy import and_, select

from membership.billing.desk.service import receipt_number
from membership.portal.login.access import CustomerCall
from membership.portal.member.schemas import OwnPayment, OwnPayments
from membership.rules.money import written
from membership.store.models import Membership, Payment
from membership.web.errors import NotFound
from membership.web.paging import newest_first

_OF_MEMBERSHIP = and_(
    Membership.organization_id == Payment.organization_id,
    Membership.id == Payment.membership_id,
)


def own_payments(call: CustomerCall, limit: int, cursor: str | None, language: str) -> OwnPayments:
    """Return a page of payments for the customer's own memberships, latest first, with voided ones.

    Payments of a company are not included. Raises Invalid for a bad cursor.
    """
    wanted = _OWN.where(
        Payment.organization_id == call.tenant.id, Membership.customer_id == call.customer_id
    )
    order = (Payment.paid_at, Payment.id)
    rows, following = newest_first(call.session, wanted, order, limit, cursor)
    items = tuple(_own(payment, language) for (payment,) in rows)
    return OwnPayments(items=items, next_cursor=following)


_OWN = select(Payment).join(Membership, _OF_MEMBERSHIP)


def own_payment(call: CustomerCall, payment_id: UUID) -> Payment:
    """Load a payment for one of the customer's own memberships. Raises NotFound."""
    found = call.session.scalars(
        _OWN.where(
            Payment.organization_id == call.tenant.id,
            Payment.id == payment_id,
            Membership.customer_id == call.customer_id,
        )
    ).first()
    if found is None:
        raise NotFound("payment_not_found", "There is no such payment.")
    return found


def _own(payment: Payment, language: str) -> OwnPayment:
    """Show a payment without what staff noted beside it."""
    return OwnPayment(
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
