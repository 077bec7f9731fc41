"""Sales: carried out in one transaction, and previewed by carrying them out and rolling back.

So a preview says what the sale does, whatever rules either has. A sale that names what was
previewed is refused if it would be another amount or period by now.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from api_client.messages.payments import RenewalOfPayment
from api_client.messages.sales import SaleKind, SalePreview, SaleUndo, SaleUndone, SaleView
from membership.base.scopes import Scope
from membership.billing.desk.service import record_payment, tax_rate, void_payment
from membership.billing.desk.views import payment_view
from membership.billing.schemas import NewPayment
from membership.billing.selling.schemas import Sale, UndoSale
from membership.members.customers.schemas import NewCustomer
from membership.members.customers.service import create_customer
from membership.members.memberships.past_periods import periods_of
from membership.members.memberships.records import change_view, sold_view
from membership.members.memberships.renewals import renew
from membership.members.memberships.schemas import NewMembership, Renewal, Transfer
from membership.members.memberships.second_sale import held_beside
from membership.members.memberships.service import assign, get_membership
from membership.members.memberships.terminations import transfer
from membership.members.memberships.undo import undo_last_change
from membership.rules.instants import TimeError, day_after, day_start
from membership.rules.tax import tax_within
from membership.store.models import Membership, Payment
from membership.web.access import Call
from membership.web.errors import Conflict, Forbidden, Invalid

_HELD = "plan_held"
_SOMEBODY = NewCustomer(given_name="-")
"""The owner of a previewed sale that names none yet."""


@dataclass(frozen=True, slots=True)
class Made:
    """A sale that was carried out in the open transaction."""

    membership: Membership
    payment: Payment | None
    preview: SalePreview
    created_id: UUID | None


def preview(call: Call, sale: Sale) -> SalePreview:
    """Return what ``sale`` would do now; nothing is written. Raises as ``carry_out``.

    Whether the plan is held already is in the answer and refuses nothing.
    """
    try:
        return _rehearse(call, sale.model_copy(update={"again": False}))
    except Conflict as refusal:
        if refusal.code != _HELD:
            raise
    return _rehearse(call, sale.model_copy(update={"again": True})).model_copy(
        update={"held": True}
    )


def _rehearse(call: Call, sale: Sale) -> SalePreview:
    """Carry out a sale, and take everything back that it wrote."""
    attempt = call.session.begin_nested()
    try:
        return carry_out(call, sale).preview
    finally:
        attempt.rollback()


def sell(call: Call, sale: Sale) -> SaleView:
    """Carry out a sale as it was previewed.

    Raises as ``carry_out``; Conflict if it differs from what the preview said, or has no owner.
    """
    owners = (sale.customer_id, sale.company_id, sale.customer)
    if sale.kind is SaleKind.NEW and all(owner is None for owner in owners):
        raise Invalid("owner_missing", "body.customer_id", "is needed: somebody has to own it")
    if sale.kind is SaleKind.PAY and sale.payment is None:
        raise Invalid("payment_missing", "body.payment", "is needed: nothing else would be done")
    made = carry_out(call, sale)
    _require_expected(sale, made.preview)
    membership, now = made.membership, call.now
    beside = held_beside(call.session, call.tenant, membership, now)
    return SaleView(
        sale=made.preview,
        membership=sold_view(membership, now).model_copy(update={"also_held": beside}),
        payment=None if made.payment is None else payment_view(made.payment),
        customer_id=membership.customer_id,
        customer_created=made.created_id is not None,
        undo=_undo_of(call, sale, made),
    )


def carry_out(call: Call, sale: Sale) -> Made:
    """Carry out a sale in the open transaction.

    Raises NotFound, Conflict and Invalid as ``assign``, ``renew``, ``transfer`` and
    ``record_payment``; Forbidden for a new customer without the scope to create them.
    """
    overdue_since = _overdue_since(call, sale)
    created_id, replaces = None, None
    was_overdue = None
    session, tenant, now = call.session, call.tenant, call.now
    match sale.kind:
        case SaleKind.NEW:
            created_id = _created(call, sale)
            membership = assign(
                session,
                tenant,
                _new_membership(sale, created_id),
                now,
                actor=call.actor,
                overdue_since=overdue_since,
            )
        case SaleKind.CHANGE:
            former = get_membership(session, tenant, _of(sale))
            replaces = former.plan_name
            wanted = Transfer(plan_id=_plan_of(sale), again=sale.again)
            membership = transfer(
                session,
                tenant,
                former.id,
                wanted,
                now,
                actor=call.actor,
                overdue_since=overdue_since,
            )
        case SaleKind.RENEW | SaleKind.PAY:
            membership = get_membership(session, tenant, _of(sale))
            was_overdue = membership.payment_overdue_since
            if sale.kind is SaleKind.RENEW and sale.payment is None:
                again = Renewal(again=sale.again)
                membership = renew(
                    session, tenant, membership.id, again, now, overdue_since=overdue_since
                )
    payment = _paid(call, sale, membership)
    session.flush()
    session.refresh(membership)
    shown = _shown(call, sale, membership, payment, replaces=replaces, was_overdue=was_overdue)
    return Made(membership, payment, shown, created_id)


def _created(call: Call, sale: Sale) -> UUID | None:
    """Create the customer of a sale, if it brings one or names no owner. Raises Forbidden."""
    if sale.customer_id is not None or sale.company_id is not None:
        return None
    if Scope.CUSTOMERS_WRITE not in call.scopes and sale.customer is not None:
        detail = f"{call.actor.name} lacks the scope {Scope.CUSTOMERS_WRITE.value}."
        raise Forbidden("scope_missing", detail)
    return create_customer(call.session, call.tenant, sale.customer or _SOMEBODY, call.now).id


def _new_membership(sale: Sale, created_id: UUID | None) -> NewMembership:
    """Return the membership that is sold, for who owns it."""
    return NewMembership(
        plan_id=_plan_of(sale),
        customer_id=created_id or sale.customer_id,
        company_id=sale.company_id,
        starts_on=sale.starts_on,
        again=sale.again,
    )


def _paid(call: Call, sale: Sale, membership: Membership) -> Payment | None:
    """Record what is paid for a sale; a paid renewal renews with it. Raises as it does."""
    paid = sale.payment
    if paid is None:
        return None
    new = NewPayment(
        method=paid.method,
        amount_minor=paid.amount_minor,
        note=paid.note,
        renew=sale.kind is SaleKind.RENEW,
        again=sale.again if sale.kind is SaleKind.RENEW else None,
    )
    return record_payment(call, membership.id, new)


def _shown(
    call: Call,
    sale: Sale,
    membership: Membership,
    payment: Payment | None,
    *,
    replaces: str | None,
    was_overdue: datetime | None,
) -> SalePreview:
    """Return what a sale did."""
    sold = sold_view(membership, call.now)
    period = periods_of(membership)[-1]
    amount = membership.price_minor if payment is None else payment.amount_minor
    rate = tax_rate(call.session, call.tenant, membership)
    tax = None if rate is None else tax_within(amount, rate)
    return SalePreview(
        kind=sale.kind,
        plan=membership.plan_name,
        price_minor=membership.price_minor,
        currency=membership.currency,
        billing=sold.billing,
        amount_minor=amount,
        tax_millipercent=rate,
        tax_minor=tax,
        net_minor=None if tax is None else amount - tax,
        first_day=period.first_day,
        last_day=period.last_day,
        replaces=replaces,
        overdue_since=was_overdue,
    )


def _require_expected(sale: Sale, made: SalePreview) -> None:
    """Raise Conflict unless a sale is what the preview said."""
    seen = sale.expected
    if seen is None:
        return
    if (seen.amount_minor, seen.currency) != (made.amount_minor, made.currency):
        detail = f"It costs {made.amount_minor} {made.currency} (minor units) by now."
        raise Conflict("amount_changed", detail)
    if (seen.first_day, seen.last_day) != (made.first_day, made.last_day):
        until = "without end" if made.last_day is None else f"to {made.last_day}"
        raise Conflict("period_changed", f"It would run from {made.first_day} {until} by now.")


def _overdue_since(call: Call, sale: Sale) -> datetime | None:
    """Return when a sale that is paid later becomes overdue. Raises Invalid."""
    if sale.pay_until is None:
        return None
    try:
        return day_start(day_after(sale.pay_until, 1), ZoneInfo(call.tenant.time_zone))
    except TimeError as error:
        raise Invalid("period_invalid", "body.pay_until", str(error)) from error


def _undo_of(call: Call, sale: Sale, made: Made) -> SaleUndo:
    """Return how a sale that was just carried out is undone."""
    membership, payment = made.membership, made.payment
    voids: dict[str, Any] = {"payment_id": None if payment is None else payment.id}
    match sale.kind:
        case SaleKind.NEW:
            return SaleUndo(membership_id=membership.id, change_id=membership.id, **voids)
        case SaleKind.RENEW if payment is None:
            changed = membership
        case SaleKind.CHANGE if membership.previous_id is not None:
            changed = get_membership(call.session, call.tenant, membership.previous_id)
        case _:
            return SaleUndo(**voids)  # voiding takes back what the payment granted
    change = change_view(changed, call.now)
    if change is None:
        return SaleUndo(**voids)
    return SaleUndo(membership_id=changed.id, change_id=change.id, **voids)


def undo(call: Call, wanted: UndoSale) -> SaleUndone:
    """Undo a sale as a whole, or nothing of it.

    Raises as ``void_payment`` and ``undo_last_change``; Conflict if a renewal that was paid stays.
    """
    payment, membership = None, None
    if wanted.payment_id is not None:
        payment = void_payment(call, wanted.payment_id, wanted.why)
        if payment.renewal is RenewalOfPayment.STAYS:
            because = payment.renewal_stays_because or "membership_changed_since"
            raise Conflict(because, "The renewal would stay: the membership was changed since.")
        membership = get_membership(call.session, call.tenant, payment.membership_id)
    if wanted.membership_id is not None and wanted.change_id is not None:
        membership = undo_last_change(
            call.session,
            call.tenant,
            wanted.membership_id,
            wanted.change_id,
            call.now,
            why=wanted.why,
        )
    return SaleUndone(
        membership=None if membership is None else sold_view(membership, call.now),
        payment=None if payment is None else payment_view(payment),
    )


def _of(sale: Sale) -> UUID:
    """Return the membership of a sale, which its schema requires."""
    if sale.membership_id is None:
        raise RuntimeError("a sale without its membership")
    return sale.membership_id


def _plan_of(sale: Sale) -> UUID:
    """Return the plan of a sale, which its schema requires."""
    if sale.plan_id is None:
        raise RuntimeError("a sale without its plan")
    return sale.plan_id
