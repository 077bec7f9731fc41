"""Messages of the routes by which a logged-in customer orders and pays."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime

from api_client.messages.billing import InvoiceView, OrderState, SubscriptionStatus
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
    by itself, or null.
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


class CustomerSubscriptions(Message):
    """A customer's memberships that renew until they are cancelled."""

    items: tuple[CustomerSubscription, ...]


class ProviderLink(Message):
    """A URL at the provider, valid for a limited time."""

    url: str
