"""What a payment provider is asked, and what it tells: in our words, none of them Stripe's.

Amounts are whole numbers of the smallest unit of their currency as ``rules.money`` counts it;
times are in UTC.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from api_client.messages.billing import InvoiceStatus, OrderState, SubscriptionStatus
from membership.rules.periods import Interval


class ProviderError(Exception):
    """The provider did not do what it was asked. The text is for staff, and names no secret."""


class ProviderUnavailable(ProviderError):
    """It could not be reached, or has too much to do: the same may succeed later."""


class ProviderAtWork(ProviderUnavailable):
    """It is doing the very same for another request just now."""


class ProviderRefusesKey(ProviderError):
    """It does not know the secret key, or the key may not do this."""


class ProviderRefuses(ProviderError):
    """It will not do this, however often it is asked."""


class ProviderMisses(ProviderRefuses):
    """It has no such thing."""


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """Whose key it is. ``livemode`` is false for test keys."""

    account: str
    livemode: bool
    can_charge: bool


@dataclass(frozen=True, slots=True)
class Payer:
    """Who is to pay. ``known_as`` is the provider's id from an earlier order."""

    reference: str
    name: str
    email: str | None
    known_as: str | None


@dataclass(frozen=True, slots=True)
class PriceTerms:
    """What a plan costs: once, or again each ``billing``."""

    plan_id: UUID
    plan_name: str
    amount_minor: int
    currency: str
    billing: Interval | None


@dataclass(frozen=True, slots=True)
class CheckoutWish:
    """A page on which an order is to be paid. Sent again as the same ``attempt``, it is one page.

    After a try that failed it is another attempt: a provider may repeat its first answer.
    """

    order_id: UUID
    attempt: int
    organization: str
    terms: PriceTerms
    payer: Payer
    success_url: str
    cancel_url: str
    expires_at: datetime
    language: str


@dataclass(frozen=True, slots=True)
class CheckoutFacts:
    """A page on which an order is paid; ``url`` is None once it is closed.

    ``paid`` tells that money came, or that none was due. ``payment_id`` is of a single payment.
    """

    checkout_id: str
    order_id: UUID | None
    state: OrderState
    paid: bool
    url: str | None
    expires_at: datetime
    customer_id: str | None
    subscription_id: str | None
    payment_id: str | None


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """An invoice or a single payment. What was paid back is None where it was not asked."""

    invoice_id: str
    order_id: UUID | None
    number: str | None
    status: InvoiceStatus
    amount_minor: int
    currency: str
    created_at: datetime
    period_start: datetime | None
    period_end: datetime | None
    attempted: bool
    refunded_minor: int | None = None
    disputed: bool | None = None


@dataclass(frozen=True, slots=True)
class SubscriptionFacts:
    """A subscription, and its latest invoices, newest first.

    ``paid_until`` is the end of the last period that was paid, as far as these tell.
    """

    subscription_id: str
    order_id: UUID | None
    customer_id: str
    status: SubscriptionStatus
    starts_at: datetime
    paid_until: datetime | None
    failing: bool
    cancels_at: datetime | None
    ended_at: datetime | None
    invoices: tuple[InvoiceFacts, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """An event that the provider sent and signed: its kind, and the id of what it is about."""

    event_id: str
    type: str
    object_id: str
    occurred_at: datetime
    livemode: bool


@dataclass(frozen=True, slots=True)
class About:
    """Which order an event is about; None for what is none of ours."""

    order_id: UUID | None
    checkout_id: str | None = None
    subscription_id: str | None = None
    invoice_id: str | None = None


class Gateway(Protocol):
    """A provider's account. Each method raises ProviderError."""

    def account(self) -> AccountFacts:
        """Whose key it is."""
        ...

    def open_checkout(self, wish: CheckoutWish) -> CheckoutFacts:
        """Make the page on which an order is paid, or find the one that was made for it."""
        ...

    def checkout(self, checkout_id: str) -> CheckoutFacts:
        """How the paying of an order stands."""
        ...

    def close_checkout(self, checkout_id: str) -> CheckoutFacts:
        """Let nobody pay on a page any more. Tells how it stands: it may have been paid before."""
        ...

    def subscription(self, subscription_id: str) -> SubscriptionFacts:
        """How a subscription stands."""
        ...

    def invoice(self, invoice_id: str) -> InvoiceFacts:
        """How an invoice or a single payment stands, with what was paid back."""
        ...

    def about(self, told: Told) -> About:
        """Find out which order an event is about."""
        ...

    def set_cancelled(self, subscription_id: str, *, cancelled: bool) -> None:
        """End a subscription with the period that runs, or let it go on after all."""
        ...

    def cancel_at(self, subscription_id: str, at: datetime) -> None:
        """End a subscription at an instant to come."""
        ...

    def cancel_now(self, subscription_id: str) -> None:
        """End a subscription at once; nothing is paid back."""
        ...

    def portal_url(self, customer_id: str, back_url: str) -> str:
        """Where a payer changes the card that is charged, for a few minutes."""
        ...

    def invoice_url(self, invoice_id: str) -> str:
        """Where an invoice can be read, paid and downloaded."""
        ...
