"""Who takes the money of a membership, and so how it is begun, cancelled and resumed.

There are two: the desk, where staff note what they took, and Stripe. Who decides is in the
membership: one that was made by an order with a subscription is Stripe's, any other the desk's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from api_client.messages.billing import CheckoutLink, SubscriptionStatus
from membership.base.actors import Actor
from membership.billing.orders.service import Wanted, billing_terms, length_terms, start_order
from membership.billing.orders.sync import sync_in_steps
from membership.billing.stripe.accounts import Keys, find_account, required_keys
from membership.billing.stripe.gateway import Gateway
from membership.billing.stripe.provider_calls import ask
from membership.events.audit.recorder import record
from membership.members.memberships.entitlements import term_of
from membership.members.memberships.schemas import EarlyEnd
from membership.members.memberships.service import billing_of, get_membership
from membership.members.memberships.terminations import end_early, withdraw_end
from membership.rules.instants import day_end, day_start, local_day
from membership.rules.periods import is_in_instalments, nth_day
from membership.store.models import BillingOrder, Membership
from membership.web.access import Tenant
from membership.web.errors import Conflict
from membership.web.transactions import Steps

CANCELLED = "Cancelled by the customer"


class Provider(Protocol):
    """Who takes the money. Each method raises Conflict where that cannot be had there."""

    async def begin(self, choose: Callable[[Session, datetime], Wanted]) -> CheckoutLink:
        """Where a plan is paid; it is granted once it was."""
        ...

    async def cancel(self, membership_id: UUID) -> None:
        """End a membership with the period that runs."""
        ...

    async def resume(self, membership_id: UUID) -> None:
        """Let a membership go on after all, before it has ended."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """Payments that staff take and note."""

    steps: Steps
    tenant: Tenant
    actor: Actor

    async def begin(self, choose: Callable[[Session, datetime], Wanted]) -> CheckoutLink:
        """Raise Conflict: what is chosen may be paid, but not here."""
        await self.steps.transaction(choose, self.actor)
        raise Conflict("payment_at_desk", "This membership is paid at the desk.")

    async def cancel(self, membership_id: UUID) -> None:
        """End a membership that has no end, with the billing period that runs."""

        def end(session: Session, now: datetime) -> None:
            sold = get_membership(session, self.tenant, membership_id)
            if not may_cancel_at_desk(sold, now):
                raise _not_cancellable()
            at = end_of_period(sold, now)
            end_early(session, self.tenant, sold.id, EarlyEnd(why=CANCELLED, at=at), now)

        await self.steps.transaction(end, self.actor)

    async def resume(self, membership_id: UUID) -> None:
        """Withdraw an end that the customer planned."""

        def go_on(session: Session, now: datetime) -> None:
            sold = get_membership(session, self.tenant, membership_id)
            if not may_resume_at_desk(sold, now):
                raise Conflict("not_resumable", "There is nothing to take back.")
            withdraw_end(session, self.tenant, sold.id, now)

        await self.steps.transaction(go_on, self.actor)


def may_cancel_at_desk(sold: Membership, now: datetime) -> bool:
    """Whether a customer may end a membership: it has started, runs, and has no end yet."""
    return sold.ends_at is None and sold.ended_early_at is None and sold.starts_at <= now


def may_resume_at_desk(sold: Membership, now: datetime) -> bool:
    """Whether the end to come is one that the customer planned."""
    term = term_of(sold)
    return (
        term.ends_early
        and sold.ended_early_why == CANCELLED
        and sold.ended_early_at is not None
        and sold.ended_early_at > now
    )


def end_of_period(sold: Membership, now: datetime) -> datetime:
    """When the billing period that runs is over; that of a membership without one, today."""
    zone, billing = ZoneInfo(sold.time_zone), billing_of(sold)
    today = local_day(now, zone)
    if billing is None or sold.anchor_day is None:
        return day_end(today, zone)
    number = 1
    while (first := nth_day(sold.anchor_day, billing, number)) <= today:
        number += 1
    return day_start(first, zone)


@dataclass(frozen=True, slots=True)
class Stripe:
    """Payments through an account at Stripe."""

    steps: Steps
    tenant: Tenant
    actor: Actor

    async def begin(self, choose: Callable[[Session, datetime], Wanted]) -> CheckoutLink:
        """Open the page on which it is paid."""
        return await start_order(self.steps, self.tenant, choose, self.actor)

    async def cancel(self, membership_id: UUID) -> None:
        """Cancel the subscription; it runs to the end of what was paid."""
        await self._change(membership_id, may_cancel, _not_cancellable(), "billing.cancelled")

    async def resume(self, membership_id: UUID) -> None:
        """Take a cancellation back."""
        none = Conflict("not_resumable", "There is nothing to take back.")
        await self._change(membership_id, may_resume, none, "billing.resumed")

    async def _change(
        self,
        membership_id: UUID,
        allowed: Callable[[BillingOrder], bool],
        refusal: Conflict,
        action: str,
    ) -> None:
        """Cancel a subscription, or take that back, and store what the provider then says."""

        def check(session: Session, _now: datetime) -> tuple[Keys, UUID, str]:
            order = order_of(session, self.tenant, membership_id)
            if order is None or order.subscription_id is None or not allowed(order):
                raise refusal
            return (
                required_keys(session, self.steps.vault, self.tenant),
                order.id,
                order.subscription_id,
            )

        keys, order_id, subscription_id = await self.steps.read(check)
        cancelled = action == "billing.cancelled"

        def tell(gateway: Gateway) -> None:
            gateway.set_cancelled(subscription_id, cancelled=cancelled)

        await ask(self.steps, keys, tell)

        def note(session: Session, _now: datetime) -> None:
            record(session, self.tenant.id, action, membership_id)

        await self.steps.transaction(note, self.actor)
        await sync_in_steps(self.steps, keys, order_id)


def _not_cancellable() -> Conflict:
    """The error for a membership that cannot be cancelled by its customer."""
    return Conflict("not_cancellable", "This membership ends by itself, or has ended already.")


def order_of(session: Session, tenant: Tenant, membership_id: UUID) -> BillingOrder | None:
    """The order whose subscription decides about a membership."""
    return session.scalars(
        select(BillingOrder).where(
            BillingOrder.organization_id == tenant.id,
            BillingOrder.membership_id == membership_id,
            BillingOrder.subscription_id.is_not(None),
        )
    ).first()


def runs(order: BillingOrder) -> bool:
    """Whether an order's subscription has not ended."""
    return order.subscription_status not in {None, SubscriptionStatus.CANCELED}


def may_cancel(order: BillingOrder) -> bool:
    """Whether a customer may cancel: not what is paid in instalments up to a fixed end."""
    fixed = is_in_instalments(billing_terms(order), length_terms(order))
    return runs(order) and order.cancels_at is None and not fixed


def may_resume(order: BillingOrder) -> bool:
    """Whether a cancellation can be taken back."""
    fixed = is_in_instalments(billing_terms(order), length_terms(order))
    return runs(order) and order.cancels_at is not None and not fixed


def provider_of(session: Session, tenant: Tenant, membership_id: UUID) -> type[Desk | Stripe]:
    """Who takes the money of a membership. Raises NotFound for none of this organization."""
    get_membership(session, tenant, membership_id)
    return Desk if order_of(session, tenant, membership_id) is None else Stripe


def provider_of_sales(session: Session, tenant: Tenant) -> type[Desk | Stripe]:
    """Who takes the money of what is sold to the public."""
    return Desk if find_account(session, tenant) is None else Stripe
