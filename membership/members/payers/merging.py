"""What a merge of two customers means for what charges them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from api_client.messages.scan import CustomerState
from membership.members.payers.subscriptions import (
    SubscriptionChoice,
    carry_out,
    charging_orders,
    close_pages,
    of_customers,
    refresh_payer,
    refuse_changing,
)
from membership.store.models import BillingOrder, Customer
from membership.web.errors import Conflict, Invalid


def settle_subscriptions(
    session: Session,
    stays: Customer,
    goes: Customer,
    cancelled: Sequence[UUID] | None,
    now: datetime,
) -> None:
    """Cancel the chosen subscriptions of two customers who become one, and close their open pages.

    ``cancelled`` are ids of orders; None if nobody was asked. Both customers are locked.

    Raises Conflict without a choice if subscriptions of both go on charging, or if one charges
    somebody who is banned by the merge, and while the plan of one is being changed; Invalid for
    orders of others.
    """
    here = stays.organization_id
    refuse_changing(session, of_customers(here, [stays.id, goes.id]), now)
    of_stays = charging_orders(session, here, [stays.id])
    of_goes = charging_orders(session, here, [goes.id])
    charging = [*of_stays, *of_goes]
    if cancelled is None and (
        (of_stays and of_goes) or _bans_payer(stays, of_stays, goes, of_goes)
    ):
        raise _undecided(charging)
    chosen = set(cancelled or ())
    if chosen - {each.id for each in charging}:
        message = "These are not orders by which either customer is charged."
        raise Invalid("order_not_charging", "body.cancel_orders", message)
    ends = [each for each in charging if each.id in chosen]
    carry_out(session, ends, SubscriptionChoice.CANCEL_AT_PERIOD_END, now)
    # A page of one could be paid for what the other one has, or by somebody banned by the merge.
    all_close = of_goes or goes.state is CustomerState.BANNED
    close_pages(session, here, [stays.id, goes.id] if all_close else [goes.id], now)


def refresh_merged(session: Session, stays: Customer, now: datetime) -> None:
    """Ask the provider to know both payers by the name and address of the one who stays."""
    refresh_payer(session, stays.organization_id, BillingOrder.customer_id == stays.id, now)


def _bans_payer(
    stays: Customer,
    of_stays: Sequence[BillingOrder],
    goes: Customer,
    of_goes: Sequence[BillingOrder],
) -> bool:
    """Whether the ban of one becomes that of the other, whom a subscription charges."""
    banned = [each.state is CustomerState.BANNED for each in (stays, goes)]
    return banned[0] != banned[1] and bool(of_goes if banned[0] else of_stays)


def _undecided(charging: Sequence[BillingOrder]) -> Conflict:
    """The error that names what charges."""
    names = "; ".join(f"{each.plan_name} (order {each.id})" for each in charging)
    return Conflict(
        "subscriptions_undecided",
        f"After this merge the customer is charged by: {names}. Say in `cancel_orders` which of "
        "these are cancelled with what is paid; none to keep them all.",
    )
