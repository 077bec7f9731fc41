"""Payments at the desk: recorded, listed and voided. A recorded payment is never changed."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api_client.messages.payments import PaymentPage, RenewalOfPayment
from membership.billing.desk.views import payment_view
from membership.billing.schemas import NewPayment
from membership.events.audit.recorder import plain
from membership.members.customers.service import get_customer
from membership.members.customers.views import display_name
from membership.members.memberships.changes import locked, set_payment_overdue
from membership.members.memberships.past_periods import periods_of
from membership.members.memberships.renewal_undo import (
    Granted,
    make_overdue_again,
    take_back_renewal,
    terms_of,
)
from membership.members.memberships.renewals import renew
from membership.members.memberships.schemas import Renewal
from membership.members.memberships.service import Owner, get_membership, required_owner
from membership.members.memberships.undo import note_payment
from membership.store.models import (
    BillingState,
    Company,
    Customer,
    Membership,
    Organization,
    Payment,
    Plan,
)
from membership.store.upsert import insert_into
from membership.web.access import Call, Tenant
from membership.web.errors import Conflict, Invalid, NotFound
from membership.web.paging import newest_first


def record_payment(call: Call, membership_id: UUID, new: NewPayment) -> Payment:
    """Record a payment for a membership; with ``renew``, also renew it in the same transaction.

    The membership is no longer overdue; the payment gets the organization's next receipt number.
    The amount is in minor units and defaults to the price at which the membership was sold.

    Raises NotFound; Conflict for an owner who is erased or archived, and for a membership that
    cannot be renewed; Invalid for a currency other than that of the sale, a future date, and an
    amount of 0: where nothing is paid there is no payment.
    """
    session, tenant, now = call.session, call.tenant, call.now
    # Locks are taken in the order owner, membership, as in a merge and an erasure.
    sold = get_membership(session, tenant, membership_id)
    required_owner(session, tenant, Owner(sold.customer_id, sold.company_id))
    sold = locked(session, tenant, membership_id)
    if new.currency not in {None, sold.currency}:
        message = f"must be {sold.currency}, in which the membership was sold"
        raise Invalid("currency_wrong", "body.currency", message)
    paid_at = new.paid_at or now
    if paid_at > now:
        raise Invalid("payment_to_come", "body.paid_at", "is in the future")
    amount = sold.price_minor if new.amount_minor is None else new.amount_minor
    if amount == 0:
        message = "is 0: nothing was paid, so there is no payment; renew or settle without one"
        raise Invalid("amount_zero", "body.amount_minor", message)
    granted = _grant(call, sold, new, paid_at)
    set_payment_overdue(session, tenant, membership_id, None, now)
    payment = Payment(
        organization_id=tenant.id,
        id=uuid4(),
        membership_id=sold.id,
        receipt_number=_next_number(session, tenant.id),
        method=new.method,
        amount_minor=amount,
        currency=sold.currency,
        plan_name=sold.plan_name,
        paid_by=_owner_name(session, sold),
        **_on_receipt(session, tenant, sold),
        note=new.note,
        paid_at=paid_at,
        actor_kind=call.actor.kind,
        actor_id=call.actor.id,
        actor_name=call.actor.name,
        created_at=now,
        granted=granted,
        renewal=RenewalOfPayment.MADE if new.renew else RenewalOfPayment.NONE,
    )
    session.add(payment)
    note_payment(sold, payment.receipt_number)
    session.flush()
    return payment


def _on_receipt(session: Session, tenant: Tenant, sold: Membership) -> dict[str, Any]:
    """Return what is copied for the receipt: the club, the tax rate, and the latest period."""
    club = session.get_one(Organization, tenant.id)
    period = (periods_of(sold) or (None,))[-1]
    return {
        "seller_name": club.name,
        "seller_address": club.address,
        "seller_tax_number": club.tax_number,
        "tax_millipercent": tax_rate(session, tenant, sold),
        "period_from": None if period is None else period.first_day,
        "period_until": None if period is None else period.last_day,
    }


def tax_rate(session: Session, tenant: Tenant, sold: Membership) -> int | None:
    """Return the rate of the tax that the price of a membership includes; None for no tax."""
    own = session.get_one(Plan, (tenant.id, sold.plan_id)).tax_millipercent
    return session.get_one(Organization, tenant.id).tax_millipercent if own is None else own


def _grant(call: Call, sold: Membership, new: NewPayment, paid_at: datetime) -> Granted:
    """Renew a locked membership if ``new`` says so; returns what the payment changes of it.

    Raises Conflict, Invalid.
    """
    since = sold.payment_overdue_since
    granted = Granted(before=None, after=None, expired=False, overdue_since=plain(since))
    if new.renew:
        granted["before"] = terms_of(sold)
        granted["former_periods"] = sold.former_periods
        granted["expired"] = sold.ends_at is not None and sold.ends_at <= call.now
        renewal = Renewal(paid_at=paid_at, again=new.again)
        renew(call.session, call.tenant, sold.id, renewal, call.now)
        granted["after"] = terms_of(sold)
    return granted


def _next_number(session: Session, organization_id: int) -> int:
    """Return the organization's next receipt number, locked until the transaction ends.

    A rolled back transaction returns its number: there are no gaps.
    """
    connection = session.connection()
    first = insert_into(connection, BillingState).values(
        organization_id=organization_id, next_receipt_number=1
    )
    connection.execute(first.on_conflict_do_nothing(index_elements=["organization_id"]))
    following: int = connection.execute(
        update(BillingState)
        .where(BillingState.organization_id == organization_id)
        .values(next_receipt_number=BillingState.next_receipt_number + 1)
        .returning(BillingState.next_receipt_number)
    ).scalar_one()
    return following - 1


def _owner_name(session: Session, sold: Membership) -> str:
    """Return the name of the customer or company that the membership belongs to."""
    here = sold.organization_id
    if sold.company_id is not None:
        return session.get_one(Company, (here, sold.company_id)).name
    return display_name(session.get_one(Customer, (here, sold.customer_id)))


def void_payment(call: Call, payment_id: UUID, why: str) -> Payment:
    """Void a payment that was recorded in error, and take back what it granted. It keeps its
    number.

    A renewal is taken back unless the membership was changed since; the payment says which. The
    membership is overdue again if it was, unless another payment was recorded after this one.

    Raises NotFound; Conflict for one that is void already.
    """
    session, tenant, now = call.session, call.tenant, call.now
    # Locks are taken in the order membership, payment, as when one is recorded.
    membership = locked(session, tenant, get_payment(session, tenant, payment_id).membership_id)
    payment = session.get_one(
        Payment, (tenant.id, payment_id), with_for_update=True, populate_existing=True
    )
    if payment.voided_at is not None:
        raise Conflict("payment_voided", "This payment was voided already.")
    payment.voided_at, payment.voided_why = now, why
    payment.voided_by_kind, payment.voided_by_id = call.actor.kind, call.actor.id
    payment.voided_by_name = call.actor.name
    if payment.granted is not None:
        granted = cast(Granted, payment.granted)
        if payment.renewal is RenewalOfPayment.MADE:
            stays = take_back_renewal(session, tenant, membership.id, granted, now)
            payment.renewal_stays_because = stays
            taken_back, kept = RenewalOfPayment.TAKEN_BACK, RenewalOfPayment.STAYS
            payment.renewal = taken_back if stays is None else kept
        if not _is_paid_since(session, payment):
            make_overdue_again(session, tenant, membership.id, granted, now)
    session.flush()
    return payment


def _is_paid_since(session: Session, payment: Payment) -> bool:
    """Whether another payment for the same membership was recorded after this one and counts."""
    later = select(Payment.id).where(
        Payment.organization_id == payment.organization_id,
        Payment.membership_id == payment.membership_id,
        Payment.id != payment.id,
        Payment.receipt_number > payment.receipt_number,
        Payment.voided_at.is_(None),
    )
    return session.scalars(later.limit(1)).first() is not None


def get_payment(session: Session, tenant: Tenant, payment_id: UUID) -> Payment:
    """Return a payment. Raises NotFound."""
    payment = session.get(Payment, (tenant.id, payment_id))
    if payment is None:
        raise _no_such_payment()
    return payment


def _no_such_payment() -> NotFound:
    """The error for a payment that the organization does not have."""
    return NotFound("payment_not_found", "There is no such payment.")


def list_payments(
    call: Call,
    limit: int,
    cursor: str | None,
    *,
    membership_id: UUID | None = None,
    customer_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> PaymentPage:
    """Return a page of payments, latest first, filtered by membership or ``[since, until)``.

    Those of a customer are for memberships that were sold to them; a former id leads to them.
    Raises NotFound for an unknown membership or customer; Invalid for a bad cursor.
    """
    query = select(Payment).where(Payment.organization_id == call.tenant.id)
    if membership_id is not None:
        get_membership(call.session, call.tenant, membership_id)
        query = query.where(Payment.membership_id == membership_id)
    if customer_id is not None:
        customer = get_customer(call.session, call.tenant, customer_id)
        sold = select(Membership.id).where(
            Membership.organization_id == call.tenant.id, Membership.customer_id == customer.id
        )
        query = query.where(Payment.membership_id.in_(sold))
    if since is not None:
        query = query.where(Payment.paid_at >= since)
    if until is not None:
        query = query.where(Payment.paid_at < until)
    order = (Payment.paid_at, Payment.id)
    rows, following = newest_first(call.session, query, order, limit, cursor)
    return PaymentPage(items=tuple(payment_view(row) for (row,) in rows), next_cursor=following)
