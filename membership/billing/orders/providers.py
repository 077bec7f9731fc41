"""How a membership is ordered, cancelled and resumed, by the provider of its payments.

There are two: the desk, where staff record payments, and Stripe. A membership that was granted by
an order with a subscription belongs to Stripe, any other to the desk.
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
from membership.billing.orders.service import OrderRequest, start_order
from membership.billing.orders.sync import sync_in_request
from membership.billing.orders.terms import billing_terms, length_terms
from membership.billing.stripe.accounts import Keys, find_account, required_keys
from membership.billing.stripe.gateway import Gateway
from membership.billing.stripe.provider_calls import call_provider
from membership.events.audit.recorder import record
from membership.members.memberships.entitlements import term_of
from membership.members.memberships.schemas import EarlyEnd
from membership.members.memberships.service import billing_of, get_membership
from membership.members.memberships.terminations import end_early, withdraw_end
from membership.members.payers.provider_queue import CANCELS, withdraw_tasks
from membership.rules.instants import day_end, day_start, local_day
from membership.rules.periods import is_in_instalments, nth_day
from membership.store.models import BillingOrder, Membership
from membership.web.access import Tenant
from membership.web.errors import Conflict
from membership.web.transactions import RequestTransactions

CANCELLED_BY_CUSTOMER = "Cancelled by the customer"


class PaymentProvider(Protocol):
    """A provider of payments. Each method raises Conflict where it is not possible."""

    async def start(self, choose: Callable[[Session, datetime], OrderRequest]) -> CheckoutLink:
        """Order a plan; returns the page where it is paid. It is granted once it was paid."""
        ...

    async def cancel(self, membership_id: UUID) -> None:
        """End a membership at the end of its current billing period."""
        ...

    async def resume(self, membership_id: UUID) -> None:
        """Undo a cancellation, before the membership has ended."""
        ...


ProviderFactory = Callable[[RequestTransactions, Tenant, Actor], PaymentProvider]
"""Makes the provider for a request: called with its transactions, tenant and actor."""


@dataclass(frozen=True, slots=True)
class DeskPayments:
    """Payments that staff take and record at the desk."""

    transactions: RequestTransactions
    tenant: Tenant
    actor: Actor

    async def start(self, choose: Callable[[Session, datetime], OrderRequest]) -> CheckoutLink:
        """Raise Conflict, after the checks of ``choose``: the plan is paid at the desk."""
        await self.transactions.write(choose, self.actor)
        raise Conflict("payment_at_desk", "This membership is paid at the desk.")

    async def cancel(self, membership_id: UUID) -> None:
        """End an open-ended membership at the end of its current billing period."""

        def end(session: Session, now: datetime) -> None:
            sold = get_membership(session, self.tenant, membership_id)
            if not may_cancel_at_desk(sold, now):
                raise _not_cancellable()
            at = end_of_period(sold, now)
            end_early(
                session, self.tenant, sold.id, EarlyEnd(why=CANCELLED_BY_CUSTOMER, at=at), now
            )

        await self.transactions.write(end, self.actor)

    async def resume(self, membership_id: UUID) -> None:
        """Withdraw an end that the customer set."""

        def go_on(session: Session, now: datetime) -> None:
            sold = get_membership(session, self.tenant, membership_id)
            if not may_resume_at_desk(sold, now):
                raise Conflict("not_resumable", "There is nothing to take back.")
            withdraw_end(session, self.tenant, sold.id, now)

        await self.transactions.write(go_on, self.actor)


def may_cancel_at_desk(sold: Membership, now: datetime) -> bool:
    """Whether a customer may end a membership: it has started and is open-ended."""
    return sold.ends_at is None and sold.ended_early_at is None and sold.starts_at <= now


def may_resume_at_desk(sold: Membership, now: datetime) -> bool:
    """Whether a membership has a future end that the customer set."""
    term = term_of(sold)
    return (
        term.ends_early
        and sold.ended_early_why == CANCELLED_BY_CUSTOMER
        and sold.ended_early_at is not None
        and sold.ended_early_at > now
    )


def end_of_period(sold: Membership, now: datetime) -> datetime:
    """Return the end of the current billing period (UTC); the end of today without one."""
    zone, billing = ZoneInfo(sold.time_zone), billing_of(sold)
    today = local_day(now, zone)
    if billing is None or sold.anchor_day is None:
        return day_end(today, zone)
    number = 1
    while (first := nth_day(sold.anchor_day, billing, number)) <= today:
        number += 1
    return day_start(first, zone)


@dataclass(frozen=True, slots=True)
class StripePayments:
    """Payments through an account at Stripe."""

    transactions: RequestTransactions
    tenant: Tenant
    actor: Actor

    async def start(self, choose: Callable[[Session, datetime], OrderRequest]) -> CheckoutLink:
        """Order a plan; returns its checkout page."""
        return await start_order(self.transactions, self.tenant, choose, self.actor)

    async def cancel(self, membership_id: UUID) -> None:
        """Cancel the subscription at the end of the paid period."""
        await self._change(membership_id, may_cancel, _not_cancellable(), "billing.cancelled")

    async def resume(self, membership_id: UUID) -> None:
        """Undo a cancellation."""
        none = Conflict("not_resumable", "There is nothing to take back.")
        await self._change(membership_id, may_resume, none, "billing.resumed")

    async def _change(
        self,
        membership_id: UUID,
        allowed: Callable[[BillingOrder], bool],
        refusal: Conflict,
        action: str,
    ) -> None:
        """Cancel a subscription, or undo that, and synchronize its order."""

        def check(session: Session, _now: datetime) -> tuple[Keys, UUID, str]:
            order = find_order_of(session, self.tenant, membership_id)
            if order is None or order.subscription_id is None or not allowed(order):
                raise refusal
            return (
                required_keys(session, self.transactions.vault, self.tenant),
                order.id,
                order.subscription_id,
            )

        keys, order_id, subscription_id = await self.transactions.read(check)
        cancelled = action == "billing.cancelled"

        def change(gateway: Gateway) -> None:
            gateway.set_cancelled(subscription_id, cancelled=cancelled)

        await call_provider(self.transactions, keys, change)

        def audit(session: Session, _now: datetime) -> None:
            if not cancelled:
                withdraw_tasks(session, self.tenant.id, CANCELS, subscription_id)
            record(session, self.tenant.id, action, membership_id)

        await self.transactions.write(audit, self.actor)
        await sync_in_request(self.transactions, keys, order_id)


def _not_cancellable() -> Conflict:
    """The error for a membership that its customer cannot cancel."""
    return Conflict("not_cancellable", "This membership ends by itself, or has ended already.")


def find_order_of(session: Session, tenant: Tenant, membership_id: UUID) -> BillingOrder | None:
    """Return the order whose subscription controls a membership, or None."""
    return session.scalars(
        select(BillingOrder).where(
            BillingOrder.organization_id == tenant.id,
            BillingOrder.membership_id == membership_id,
            BillingOrder.subscription_id.is_not(None),
        )
    ).first()


def is_subscribed(order: BillingOrder) -> bool:
    """Whether an order has a subscription that has not ended."""
    return order.subscription_status not in {None, SubscriptionStatus.CANCELED}


def may_cancel(order: BillingOrder) -> bool:
    """Whether a customer may cancel: not an order that is paid in instalments to a fixed end.

    One that is not renewed may be cancelled while its payment is overdue: that voids it.
    """
    fixed = is_in_instalments(billing_terms(order), length_terms(order))
    unpaid = order.subscription_status in {SubscriptionStatus.PAST_DUE, SubscriptionStatus.UNPAID}
    return is_subscribed(order) and (order.cancels_at is None or unpaid) and not fixed


def may_resume(order: BillingOrder) -> bool:
    """Whether a customer may undo a cancellation."""
    fixed = is_in_instalments(billing_terms(order), length_terms(order))
    return is_subscribed(order) and order.cancels_at is not None and not fixed


def provider_of(session: Session, tenant: Tenant, membership_id: UUID) -> ProviderFactory:
    """Return the provider of a membership. Raises NotFound if the organization lacks it."""
    get_membership(session, tenant, membership_id)
    return DeskPayments if find_order_of(session, tenant, membership_id) is None else StripePayments


def provider_of_sales(session: Session, tenant: Tenant) -> ProviderFactory:
    """Return the provider of orders that the public places."""
    return DeskPayments if find_account(session, tenant) is None else StripePayments
