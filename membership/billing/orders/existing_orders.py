"""What somebody has ordered of a plan before: nobody is to pay twice for one thing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from api_client.messages.billing import OrderState, SubscriptionStatus
from membership.members.memberships.service import Owner
from membership.store.models import BillingOrder, Plan
from membership.web.access import Tenant
from membership.web.errors import Conflict

_LEAST_LEFT = timedelta(minutes=10)
"""A page with less time left is not handed out again."""
_LEAST_TO_MAKE = timedelta(minutes=35)
"""An order with less time left has no page made: Stripe wants half an hour."""
_MOST_PAGES = 5


def of_owner(owner: Owner) -> ColumnElement[bool]:
    """Orders that a customer or a company pays for."""
    if owner.customer_id is not None:
        return BillingOrder.customer_id == owner.customer_id
    return BillingOrder.company_id == owner.company_id


@dataclass(frozen=True, slots=True)
class Earlier:
    """The orders of one owner for one plan, on whatever terms. The owner is locked."""

    session: Session
    tenant: Tenant
    owner: Owner
    plan: Plan

    def _all(self) -> ColumnElement[bool]:
        """Which orders these are."""
        return and_(
            BillingOrder.organization_id == self.tenant.id,
            of_owner(self.owner),
            BillingOrder.plan_id == self.plan.id,
        )

    def refuse_subscribed(self) -> None:
        """Raise Conflict if a subscription runs, though its membership may have ended: the
        provider may still be trying to charge for it.
        """
        runs = select(BillingOrder.id).where(
            self._all(),
            BillingOrder.subscription_id.is_not(None),
            BillingOrder.subscription_status != SubscriptionStatus.CANCELED,
            BillingOrder.membership_id.is_not(None),
        )
        if self.session.scalars(runs.limit(1)).first() is not None:
            detail = "A subscription for this runs already; see to its payment, or cancel it first."
            raise Conflict("subscription_runs", detail)

    def unsettled(self, now: datetime) -> BillingOrder | None:
        """An order on the plan's present terms that is still to be paid, on a page that is open
        for a while yet, or whose payment a bank works on.
        """
        plan = self.plan
        open_still = and_(
            BillingOrder.state == OrderState.OPEN,
            BillingOrder.checkout_expires_at > now + _LEAST_LEFT,
            or_(
                BillingOrder.checkout_id.is_not(None),
                BillingOrder.checkout_expires_at > now + _LEAST_TO_MAKE,
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
                or_(open_still, pending),
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

    def pages_beside(self, order: BillingOrder) -> tuple[str, ...]:
        """The pages of other orders, newest first, which may still be open."""
        pages = self.session.scalars(
            select(BillingOrder.checkout_id)
            .where(
                self._all(),
                BillingOrder.id != order.id,
                BillingOrder.state == OrderState.OPEN,
                BillingOrder.checkout_id.is_not(None),
            )
            .order_by(BillingOrder.created_at.desc())
            .limit(_MOST_PAGES)
        )
        return tuple(each for each in pages if each is not None)
