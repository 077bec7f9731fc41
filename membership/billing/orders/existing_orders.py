"""Earlier orders of the same owner for the same plan, so that nobody pays twice."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from api_client.messages.billing import OrderState, SubscriptionStatus
from membership.billing.orders.terms import billing_terms, length_terms
from membership.members.memberships.service import Owner
from membership.members.payers.provider_queue import CANCELS
from membership.members.payers.subscriptions import charges_again, refuse_changing
from membership.rules.periods import is_in_instalments
from membership.store.models import BillingOrder, Plan, ProviderTask, ProviderTaskKind
from membership.web.access import Tenant
from membership.web.errors import Conflict

_MIN_REMAINING = timedelta(minutes=10)
"""A checkout page that expires sooner is not returned again."""
_MIN_FOR_CREATION = timedelta(minutes=35)
"""No page is created for an order that expires sooner: Stripe requires half an hour."""
_MAX_OPEN_PAGES = 5


def owned_by(owner: Owner) -> ColumnElement[bool]:
    """SQL condition: orders that a customer or a company pays for."""
    if owner.customer_id is not None:
        return BillingOrder.customer_id == owner.customer_id
    return BillingOrder.company_id == owner.company_id


def is_paid_to_its_end(order: BillingOrder) -> bool:
    """Whether an order is paid in instalments, and the last of them has been paid."""
    if order.cancels_at is None or order.paid_until is None:
        return False
    fixed = is_in_instalments(billing_terms(order), length_terms(order))
    return fixed and order.paid_until >= order.cancels_at


def is_to_be_cancelled(session: Session, order: BillingOrder) -> bool:
    """Whether the provider is still to cancel the subscription of an order."""
    task = select(ProviderTask.object_id).where(
        ProviderTask.organization_id == order.organization_id,
        ProviderTask.kind.in_(CANCELS),
        ProviderTask.object_id == order.subscription_id,
    )
    return session.scalars(task.limit(1)).first() is not None


def charging_beside(session: Session, order: BillingOrder) -> dict[UUID, BillingOrder]:
    """Return the owner's other orders whose subscription goes on charging, by what it charges for.

    That is the plan it changes to, if a change is planned. What is to be cancelled is left out.
    """
    here = order.organization_id
    to_cancel = select(ProviderTask.object_id).where(
        ProviderTask.organization_id == here, ProviderTask.kind.in_(CANCELS)
    )
    others = select(BillingOrder).where(
        BillingOrder.organization_id == here,
        owned_by(Owner(order.customer_id, order.company_id)),
        BillingOrder.id != order.id,
        BillingOrder.subscription_id.is_not(None),
        BillingOrder.membership_id.is_not(None),
        BillingOrder.subscription_id.not_in(to_cancel),
    )
    found = session.scalars(others)
    return {each.next_plan_id or each.plan_id: each for each in found if charges_again(each)}


def is_paid_twice(session: Session, order: BillingOrder) -> bool:
    """Whether a first payment came beside another subscription, and nobody chose to have both.

    That is one to the same plan, or to any plan if the page that was paid was to be closed: a merge
    asks for that, and the page may be paid before. The caller holds the owner's lock, so that of
    two payments at once one is the second.
    """
    charging = charging_beside(session, order)
    if order.plan_id in charging:
        return True
    page = (order.organization_id, ProviderTaskKind.CLOSE_PAGE, order.checkout_id)
    subscribes = order.subscription_id is not None and order.checkout_id is not None
    return bool(charging) and subscribes and session.get(ProviderTask, page) is not None


@dataclass(frozen=True, slots=True)
class ExistingOrders:
    """Orders of one owner for one plan, on whatever terms. The caller holds the owner's lock."""

    session: Session
    tenant: Tenant
    owner: Owner
    plan: Plan

    def _all(self) -> ColumnElement[bool]:
        """SQL condition: these orders."""
        return and_(
            BillingOrder.organization_id == self.tenant.id,
            owned_by(self.owner),
            BillingOrder.plan_id == self.plan.id,
        )

    def refuse_subscribed(self, now: datetime) -> None:
        """Raise Conflict if a subscription runs, or changes to this plan, or one is being changed.

        That holds even after the membership has ended: the provider may still be retrying a
        payment. Instalments that are all paid charge nothing more: the next term may be bought.
        """
        ours = and_(BillingOrder.organization_id == self.tenant.id, owned_by(self.owner))
        if self.plan.billing_unit is not None:
            refuse_changing(self.session, ours, now)
        changes = select(BillingOrder).where(ours, BillingOrder.next_plan_id == self.plan.id)
        runs = select(BillingOrder).where(
            self._all(),
            BillingOrder.subscription_id.is_not(None),
            BillingOrder.subscription_status != SubscriptionStatus.CANCELED,
            BillingOrder.membership_id.is_not(None),
        )
        running = not all(is_paid_to_its_end(each) for each in self.session.scalars(runs))
        if running or any(charges_again(each) for each in self.session.scalars(changes)):
            detail = "A subscription for this runs already; see to its payment, or cancel it first."
            raise Conflict("subscription_runs", detail)

    def refuse_other_subscription(self) -> None:
        """Raise Conflict if the plan is paid by subscription, and so is another one already.

        Both would go on charging: a change of plan is probably meant.
        """
        if self.plan.billing_unit is None:
            return
        running = self.session.scalars(
            select(BillingOrder).where(
                BillingOrder.organization_id == self.tenant.id,
                owned_by(self.owner),
                BillingOrder.plan_id != self.plan.id,
                BillingOrder.subscription_id.is_not(None),
                BillingOrder.subscription_status != SubscriptionStatus.CANCELED,
                BillingOrder.cancels_at.is_(None),
            )
        )
        for each in running:
            detail = (
                f"A subscription to {each.plan_name} runs (order {each.id}); change its plan, or "
                "order with again=true to have both."
            )
            raise Conflict("other_subscription_runs", detail)

    def unsettled(self, now: datetime) -> BillingOrder | None:
        """Return the newest unpaid order on the plan's current terms, or None.

        Its checkout page is open for some time yet, or its payment is in progress.
        """
        plan = self.plan
        page_open = and_(
            BillingOrder.state == OrderState.OPEN,
            BillingOrder.checkout_expires_at > now + _MIN_REMAINING,
            or_(
                BillingOrder.checkout_id.is_not(None),
                BillingOrder.checkout_expires_at > now + _MIN_FOR_CREATION,
            ),
        )
        pending = and_(
            BillingOrder.state == OrderState.COMPLETED,
            BillingOrder.checkout_id.is_not(None),
            BillingOrder.membership_id.is_(None),
            BillingOrder.trouble.is_(None),
        )
        return self.session.scalars(
            select(BillingOrder)
            .where(
                self._all(),
                or_(page_open, pending),
                BillingOrder.plan_name == plan.name,
                BillingOrder.price_minor == plan.price_minor,
                BillingOrder.currency == plan.currency,
                BillingOrder.billing_unit.is_not_distinct_from(plan.billing_unit),
                BillingOrder.billing_count.is_not_distinct_from(plan.billing_count),
                BillingOrder.length_unit.is_not_distinct_from(plan.length_unit),
                BillingOrder.length_count.is_not_distinct_from(plan.length_count),
            )
            .order_by(BillingOrder.created_at.desc())
            .limit(1)
        ).first()

    def other_open_checkouts(self, order: BillingOrder, *, again: bool) -> tuple[str, ...]:
        """Return the checkout ids of other open orders, newest first, at most five.

        Unless two subscriptions are wanted (``again``), those of other plans are among them.
        """
        others = and_(
            BillingOrder.organization_id == self.tenant.id,
            owned_by(self.owner),
            BillingOrder.billing_unit.is_not(None),
        )
        subscribes = self.plan.billing_unit is not None and not again
        pages = self.session.scalars(
            select(BillingOrder.checkout_id)
            .where(
                or_(self._all(), others) if subscribes else self._all(),
                BillingOrder.id != order.id,
                BillingOrder.state == OrderState.OPEN,
                BillingOrder.checkout_id.is_not(None),
            )
            .order_by(BillingOrder.created_at.desc())
            .limit(_MAX_OPEN_PAGES)
        )
        return tuple(each for each in pages if each is not None)
