"""What charges a customer at the payment provider, and what a ban or a merge does about it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from api_client.messages.billing import OrderState, SubscriptionStatus
from membership.events.audit.recorder import record
from membership.members.payers.provider_queue import ask_provider
from membership.store.models import BillingOrder, ProviderTaskKind
from membership.web.errors import Conflict

_SAME_END = timedelta(days=1)
_CHANGE_LASTS = timedelta(minutes=1)
"""A change of plan that has not ended by then, such as one of a process that died, holds up no
other act."""


class SubscriptionChoice(StrEnum):
    """What becomes of the subscriptions that charge somebody."""

    CANCEL_NOW = "cancel_now"
    CANCEL_AT_PERIOD_END = "cancel_at_period_end"
    KEEP = "keep"


_TASKS = {
    SubscriptionChoice.CANCEL_NOW: ProviderTaskKind.CANCEL_NOW,
    SubscriptionChoice.CANCEL_AT_PERIOD_END: ProviderTaskKind.CANCEL_LATER,
}


def subscribed_orders(
    session: Session, organization_id: int, customers: Iterable[UUID]
) -> list[BillingOrder]:
    """Return the orders of customers whose subscription has not ended, oldest first."""
    return list(
        session.scalars(
            select(BillingOrder)
            .where(
                of_customers(organization_id, customers),
                BillingOrder.subscription_id.is_not(None),
                BillingOrder.subscription_status != SubscriptionStatus.CANCELED,
            )
            .order_by(BillingOrder.created_at, BillingOrder.id)
        )
    )


def runs(order: BillingOrder) -> bool:
    """Whether an order has a subscription that has not ended."""
    return order.subscription_status not in {None, SubscriptionStatus.CANCELED}


def refuse_changing(session: Session, owned: ColumnElement[bool], now: datetime) -> None:
    """Raise Conflict while the plan of a subscription is being changed.

    ``owned`` is the condition of the orders of one owner, who is locked: what these will charge for
    is not known until the change has ended.
    """
    changing = owned & (BillingOrder.changing_since > now - _CHANGE_LASTS)
    if session.scalars(select(BillingOrder.id).where(changing).limit(1)).first() is not None:
        raise Conflict("change_in_progress", "A change of plan is being made; look again.")


def charges_again(order: BillingOrder) -> bool:
    """Whether a subscription takes a further payment: it was not cancelled, or ends later."""
    if not runs(order):
        return False
    if order.cancels_at is None or order.paid_until is None:
        return order.cancels_at is None
    return order.cancels_at > order.paid_until + _SAME_END


def charging_orders(
    session: Session, organization_id: int, customers: Iterable[UUID]
) -> list[BillingOrder]:
    """Return the orders of customers whose subscription takes a further payment, oldest first."""
    found = subscribed_orders(session, organization_id, customers)
    return [each for each in found if charges_again(each)]


def require_choice(
    orders: Sequence[BillingOrder], choice: SubscriptionChoice | None, what: str
) -> None:
    """Raise Conflict if something charges and nobody said what becomes of it.

    ``what`` begins the sentence: "A ban".
    """
    if orders and choice is None:
        names = ", ".join(sorted({each.plan_name for each in orders}))
        detail = (
            f"{what} leaves {len(orders)} subscriptions that go on charging: {names}. Say in "
            "`subscriptions` what becomes of them: cancel_now, cancel_at_period_end or keep."
        )
        raise Conflict("subscriptions_undecided", detail)


def carry_out(
    session: Session,
    orders: Sequence[BillingOrder],
    choice: SubscriptionChoice | None,
    now: datetime,
) -> None:
    """Ask the provider for what was chosen, and audit it."""
    kind = None if choice is None else _TASKS.get(choice)
    for order in orders:
        if kind is None or order.subscription_id is None:
            continue
        ask_provider(session, order.organization_id, kind, [order.subscription_id], now)
        subject = order.membership_id or order.id
        after = {"at": "now" if choice is SubscriptionChoice.CANCEL_NOW else "period_end"}
        record(session, order.organization_id, "billing.cancelled", subject, after=after)


def open_pages(session: Session, organization_id: int, customers: Iterable[UUID]) -> list[str]:
    """Return the provider's ids of payment pages of customers that can still be paid."""
    pages = session.scalars(
        select(BillingOrder.checkout_id).where(
            of_customers(organization_id, customers),
            BillingOrder.state == OrderState.OPEN,
            BillingOrder.checkout_id.is_not(None),
        )
    )
    return [each for each in pages if each is not None]


def close_pages(
    session: Session, organization_id: int, customers: Iterable[UUID], now: datetime
) -> None:
    """Ask the provider to close the open payment pages of customers."""
    found = open_pages(session, organization_id, customers)
    ask_provider(session, organization_id, ProviderTaskKind.CLOSE_PAGE, found, now)


def refresh_payer(
    session: Session, organization_id: int, owner: ColumnElement[bool], now: datetime
) -> None:
    """Ask the provider to store a payer's present name and address.

    ``owner`` is the condition of their orders.
    """
    known = provider_ids(session, organization_id, owner)
    ask_provider(session, organization_id, ProviderTaskKind.UPDATE_PAYER, known, now)


def provider_ids(
    session: Session, organization_id: int, owner: ColumnElement[bool]
) -> tuple[str, ...]:
    """Return the ids under which the provider knows a payer."""
    found = session.scalars(
        select(BillingOrder.provider_customer_id)
        .where(
            BillingOrder.organization_id == organization_id,
            owner,
            BillingOrder.provider_customer_id.is_not(None),
        )
        .distinct()
    )
    return tuple(sorted(each for each in found if each is not None))


def of_customers(organization_id: int, customers: Iterable[UUID]) -> ColumnElement[bool]:
    """SQL condition: orders of customers."""
    return (BillingOrder.organization_id == organization_id) & BillingOrder.customer_id.in_(
        list(customers)
    )
