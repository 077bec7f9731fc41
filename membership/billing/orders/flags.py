"""Payments that staff have to look at: of whom they came, and what to do about them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api_client.messages.billing import InvoiceStatus, OrderTrouble
from membership.base.logs import logger
from membership.billing.orders.payers import is_banned
from membership.events.audit.recorder import record
from membership.events.outbox import emit
from membership.events.types import EventType
from membership.members.memberships.service import Owner, required_owner
from membership.members.payers.provider_queue import ask_provider
from membership.members.payers.subscriptions import charges_again
from membership.store.models import BillingInvoice, BillingOrder, ProviderTaskKind
from membership.web.access import Tenant
from membership.web.errors import ApiError, Conflict, NotFound

_REFUND = "Refund the payment in Stripe's dashboard"
_HINTS = {
    OrderTrouble.PAID_BY_BANNED: f"{_REFUND}, or lift the ban; then settle this.",
    OrderTrouble.PAID_BY_ERASED: f"{_REFUND}; then settle this.",
    OrderTrouble.PAID_TWICE: f"{_REFUND}, or resume it to keep both; then settle this.",
    OrderTrouble.REFUNDED: "The money is back: sell it again if it was meant, and settle this.",
    OrderTrouble.DISPUTED: "Answer the dispute in Stripe's dashboard: won, it is granted by "
    "itself, and can be resumed; lost, settle this.",
    OrderTrouble.NOT_GRANTED: f"{_REFUND}, or remove the cause and synchronize the order.",
    OrderTrouble.UNKNOWN_TO_PROVIDER: "Look for the order in Stripe's dashboard; then settle this.",
}
_WHY = {
    OrderTrouble.PAID_BY_BANNED: "Paid by a customer who is banned.",
    OrderTrouble.PAID_BY_ERASED: "Paid by a customer who was erased.",
    OrderTrouble.PAID_TWICE: "Paid while another subscription charges; nobody chose to have both.",
}
"""What staff read of a payment that was granted."""
_BACK = {
    OrderTrouble.REFUNDED: "Paid, and not granted: it was refunded before.",
    OrderTrouble.DISPUTED: "Paid, and not granted: the payer's bank contests it.",
}
"""What they read of one whose money is back."""
_LOGGED = {OrderTrouble.PAID_TWICE: "payment_beside_subscription"}
_NOT_GRANTED = "paid_order_not_granted"


@dataclass(frozen=True, slots=True)
class OwnerState:
    """Whether the owner of an order can be granted anything, and is barred from it.

    ``refusal`` is why nothing can be granted. ``trouble`` is the flag of a payment of theirs, None
    if there is nothing to look at.
    """

    refusal: str | None = None
    trouble: OrderTrouble | None = None

    @property
    def erased(self) -> bool:
        """Whether the owner is a customer who was erased."""
        return self.trouble is OrderTrouble.PAID_BY_ERASED


def lock_owner(session: Session, tenant: Tenant, owner: Owner) -> OwnerState:
    """Lock the owner of an order, and return whether they can be granted what they pay."""
    try:
        found = required_owner(session, tenant, owner)
    except ApiError as error:
        erased = error.code == "customer_erased"
        kind = OrderTrouble.PAID_BY_ERASED if erased else OrderTrouble.NOT_GRANTED
        return OwnerState(error.detail, kind)
    if is_banned(session, tenant, found):
        return OwnerState(trouble=OrderTrouble.PAID_BY_BANNED)
    return OwnerState()


def flag_payment(
    session: Session, order: BillingOrder, state: OwnerState, now: datetime, *, first: bool
) -> None:
    """Flag a payment of an order for staff, with an event.

    One that renews what an archived company has is nothing to look at: it was granted. The
    ``first`` payment of somebody who is banned or erased, or of what they are charged for already,
    has no further one: its subscription is cancelled, at once where nothing was granted.
    """
    granted = order.membership_id is not None
    if state.trouble is None or (granted and state.trouble not in _WHY):
        return
    text = _WHY[state.trouble] if granted else f"Paid, and not granted: {state.refusal}"
    of_granted = _LOGGED.get(state.trouble, "payment_of_banned")
    _flag(session, order, (state.trouble, text), of_granted if granted else _NOT_GRANTED, now)
    stops = first and state.trouble is not OrderTrouble.NOT_GRANTED and charges_again(order)
    if stops and order.subscription_id is not None:
        kind = ProviderTaskKind.CANCEL_LATER if granted else ProviderTaskKind.CANCEL_NOW
        ask_provider(session, order.organization_id, kind, [order.subscription_id], now)


def flag_money_back(
    session: Session, order: BillingOrder, kind: OrderTrouble, now: datetime
) -> None:
    """Flag a payment of an order whose money was back before it was granted, with an event.

    A subscription of which nothing was granted has no further payment. What is contested may be won
    back: it is not ended before the end of what was paid.
    """
    _flag(session, order, (kind, _BACK[kind]), _NOT_GRANTED, now)
    if order.membership_id is None and charges_again(order) and order.subscription_id is not None:
        contested = kind is OrderTrouble.DISPUTED
        task = ProviderTaskKind.CANCEL_LATER if contested else ProviderTaskKind.CANCEL_NOW
        ask_provider(session, order.organization_id, task, [order.subscription_id], now)


def _flag(
    session: Session,
    order: BillingOrder,
    trouble: tuple[OrderTrouble, str],
    logged: str,
    now: datetime,
) -> None:
    """Store what staff have to look at and in which words, log it, and emit its event."""
    order.trouble_kind, order.trouble = trouble
    order.settled_at = None
    logger().error(logged, order=str(order.id), why=order.trouble)
    data = {
        **order_data(order),
        "reason": trouble[0].value,
        "amount_minor": order.price_minor,
        "currency": order.currency,
    }
    here = order.organization_id
    emit(session, here, EventType.BILLING_PAYMENT_FLAGGED, order.id, data, now=now)


def is_paid_anew(order: BillingOrder, paid_before: datetime | None) -> bool:
    """Whether staff have not seen this payment yet, though they may have settled the order.

    ``paid_before`` is until when it was paid as stored before.
    """
    if order.trouble_kind in {None, OrderTrouble.UNKNOWN_TO_PROVIDER, *_BACK}:
        return order.trouble_kind is not None or order.trouble is None
    return paid_before is not None and order.paid_until != paid_before


def order_data(order: BillingOrder) -> dict[str, str | None]:
    """Return what events about an order name: its ids."""
    names = ("customer_id", "company_id", "membership_id")
    ids = {name: getattr(order, name) for name in names}
    as_text = {name: None if each is None else str(each) for name, each in ids.items()}
    return {"order_id": str(order.id), **as_text}


def hint_of(order: BillingOrder) -> str | None:
    """Return what staff can do about the trouble of an order; None if there is none to settle."""
    if order.trouble_kind is None or order.settled_at is not None:
        return None
    return _HINTS[order.trouble_kind]


def settle_refunded(session: Session, order: BillingOrder, now: datetime) -> None:
    """Settle the trouble of an order of which everything that was paid was refunded.

    Not what was refunded before it was read: staff have to know that nothing was granted.
    """
    if order.trouble_kind in {None, OrderTrouble.REFUNDED} or order.settled_at is not None:
        return
    session.flush()
    paid, refunded = session.execute(
        select(
            func.sum(BillingInvoice.amount_minor), func.sum(BillingInvoice.refunded_minor)
        ).where(
            BillingInvoice.organization_id == order.organization_id,
            BillingInvoice.order_id == order.id,
            BillingInvoice.status == InvoiceStatus.PAID,
        )
    ).one()
    if paid and refunded >= paid:
        order.settled_at = now


def settle(session: Session, tenant: Tenant, order_id: UUID, now: datetime) -> BillingOrder:
    """Mark the trouble of an order as settled; return the order.

    Raises NotFound; Conflict if there is no trouble.
    """
    order = session.get(BillingOrder, (tenant.id, order_id), with_for_update=True)
    if order is None:
        raise NotFound("order_not_found", "There is no such order.")
    if order.trouble is None:
        raise Conflict("nothing_to_settle", "This order needs nobody's attention.")
    if order.settled_at is None:
        order.settled_at = now
        order.version += 1
        session.flush()
        record(session, tenant.id, "billing.settled", order.id, after={"trouble": order.trouble})
    return order
