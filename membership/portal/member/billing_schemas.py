"""Messages of the routes by which a logged-in customer orders and pays."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime

from api_client.messages.billing import (
    InvoiceView,
    OrderState,
    PlanChangePreview,
    SubscriptionStatus,
)
from api_client.messages.scan import Message


class CustomerOrder(Message):
    """State of an order of the logged-in customer."""

    id: UUID
    state: OrderState
    plan: str
    membership_id: UUID | None


class CustomerInvoice(InvoiceView):
    """An invoice as its customer sees it; ``amount`` is formatted in their language."""

    amount: str


class CustomerInvoices(Message):
    """The latest invoices of a customer, newest first."""

    items: tuple[CustomerInvoice, ...]
    next_cursor: str | None = None


class CustomerSubscription(Message):
    """A customer's own renewing membership, and what they may do about it.

    ``last_day`` is the last day paid for, ``ends_on`` the last one if it is not renewed: the same
    days that cards and the desk show. ``portal`` is true if the payment method can be changed at
    the provider; ``next_plan_id`` is the plan to order for the next period of something that ends
    by itself, or null. ``can_change`` is whether its plan can be changed; ``changes_to`` is the
    plan that it will have after the day ``changes_after``.
    """

    membership_id: UUID
    plan: str
    portal: bool
    status: SubscriptionStatus
    paid_until: AwareDatetime | None
    cancels_at: AwareDatetime | None
    last_day: date | None = None
    ends_on: date | None = None
    renews: bool
    can_cancel: bool
    can_resume: bool
    next_plan_id: UUID | None = None
    can_change: bool = False
    changes_to: str | None = None
    changes_after: date | None = None


class CustomerSubscriptions(Message):
    """A customer's memberships that renew until they are cancelled."""

    items: tuple[CustomerSubscription, ...]


class CustomerPlan(Message):
    """A plan that a subscription can change to, with its price in the customer's language."""

    plan_id: UUID
    plan: str
    price: str
    next_period: bool


class CustomerPlans(Message):
    """The plans that a subscription can change to, cheapest first."""

    items: tuple[CustomerPlan, ...]


class CustomerPlanPreview(PlanChangePreview):
    """What a change at once costs; ``amount`` is it as text, without a sign."""

    amount: str


class ProviderLink(Message):
    """A URL at the provider, valid for a limited time."""

    url: str
