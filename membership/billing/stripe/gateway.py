"""Interface to a payment provider, in terms of billing and not of Stripe.

Amounts are integers in the minor unit of their currency, as ``rules.money`` counts it; instants
are in UTC. ``stripe_gateway`` implements it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from api_client.messages.billing import (
    DisputeState,
    InvoiceStatus,
    OrderState,
    SubscriptionStatus,
)
from membership.rules.periods import Interval


class ProviderError(Exception):
    """A call to the provider failed. The message is shown to staff and contains no secret."""


class ProviderUnavailable(ProviderError):
    """The provider could not be reached or is overloaded; the call may be retried."""


class ProviderAtWork(ProviderUnavailable):
    """The provider is processing the same call, under the same idempotency key."""


class ProviderRefusesKey(ProviderError):
    """The secret key is unknown, or lacks the permission for the call."""


class ProviderRefuses(ProviderError):
    """The call was rejected; a retry fails in the same way."""


class ProviderDeclines(ProviderRefuses):
    """The payment was declined; nothing was changed."""


class ProviderMisses(ProviderRefuses):
    """The object does not exist at the provider."""


class ProviderArchived(ProviderRefuses):
    """The product of a plan is archived at the provider, which does not sell it until it is not."""


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """The account that a secret key belongs to. ``livemode`` is false for test keys."""

    account: str
    livemode: bool
    can_charge: bool


@dataclass(frozen=True, slots=True)
class Payer:
    """The customer to be charged.

    ``reference`` is our id of the customer or company; ``provider_id`` the provider's id from an
    earlier order, or None.
    """

    reference: str
    name: str
    email: str | None
    provider_id: str | None


@dataclass(frozen=True, slots=True)
class PriceTerms:
    """Price of a plan: due once if ``billing`` is None, else again at each interval."""

    plan_id: UUID
    plan_name: str
    amount_minor: int
    currency: str
    billing: Interval | None


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    """A checkout page to be opened for an order.

    ``order_id`` and ``attempt`` make the idempotency key, together with what is sent: the same
    attempt gives the same page as long as payer, plan and addresses are the same. After a failed
    call the next one needs another attempt, as a provider may repeat its first answer, failures
    included. ``language`` is an ISO 639-1 code, or empty for the browser's.
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
    """State of a checkout page. ``url`` is None once it is closed.

    ``paid`` is true once the payment has arrived, or if none was due. ``payment_id`` is the id of
    a one-time payment, and ``paid_at`` when it was made, if the provider was asked for that; a
    subscription has ``subscription_id`` instead.
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
    paid_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """State of an invoice or a one-time payment.

    ``refunded_minor`` and ``disputed`` are None where the charges behind it were not read;
    ``dispute`` is None without one; by an ``inquiry`` the bank only asks, and has taken no money.
    """

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
    dispute: DisputeState | None = None
    inquiry: bool = False


@dataclass(frozen=True, slots=True)
class PriceFacts:
    """The price that a subscription has. ``plan_id`` is None if this service did not make it."""

    plan_id: UUID | None
    amount_minor: int
    currency: str
    billing: Interval


@dataclass(frozen=True, slots=True)
class ChangePreview:
    """What a change of plan now costs at once, in minor units; below zero it is a credit.

    ``prorated_at`` is the instant for which it was reckoned (UTC, whole seconds).
    """

    amount_minor: int
    currency: str
    prorated_at: datetime


@dataclass(frozen=True, slots=True)
class SubscriptionFacts:
    """State of a subscription, with its latest invoices, newest first.

    ``paid_until`` is the end of the last paid period among these invoices, ``period_end`` that of
    the current one; ``anchor`` is when its present interval began. ``failing`` is true while the
    provider retries a failed payment. ``price`` is that of the next payment; before ``changes_at``,
    if it is given, another one was agreed on.
    ``is_scheduled`` is true if a schedule at the provider makes that change, ``is_schedule_over``
    if there is a schedule of which nothing is left to be done.
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
    period_start: datetime
    period_end: datetime
    anchor: datetime
    price: PriceFacts | None
    changes_at: datetime | None
    invoices: tuple[InvoiceFacts, ...]
    is_scheduled: bool = False
    is_schedule_over: bool = False

    @property
    def is_paid(self) -> bool:
        """Whether the current period is paid, waived, or on its way from the bank."""
        return self.paid_until is not None and self.paid_until >= self.period_end

    @property
    def is_change_planned(self) -> bool:
        """Whether a change is planned, or has begun and is not paid yet."""
        if self.changes_at is None:
            return False
        return self.paid_until is None or self.paid_until <= self.changes_at


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """An event with a verified signature. ``object_id`` is the id of the object it is about."""

    event_id: str
    type: str
    object_id: str
    occurred_at: datetime
    livemode: bool


@dataclass(frozen=True, slots=True)
class EventSubject:
    """The order that an event is about, and the object of that order that changed.

    ``order_id`` is None for objects that were not created by this service.
    """

    order_id: UUID | None
    checkout_id: str | None = None
    subscription_id: str | None = None
    invoice_id: str | None = None


class Gateway(Protocol):
    """Calls to one account at a payment provider. Every method raises ProviderError."""

    def account(self) -> AccountFacts:
        """Return the account that the key belongs to."""
        ...

    def open_checkout(self, request: CheckoutRequest) -> CheckoutFacts:
        """Create the checkout page of an order, or return the one of the same attempt."""
        ...

    def checkout(self, checkout_id: str) -> CheckoutFacts:
        """Return the state of a checkout page."""
        ...

    def close_checkout(self, checkout_id: str) -> CheckoutFacts:
        """Expire a checkout page. Returns its state: it may have been paid before."""
        ...

    def subscription(self, subscription_id: str) -> SubscriptionFacts:
        """Return the state of a subscription."""
        ...

    def invoice(self, invoice_id: str) -> InvoiceFacts:
        """Return the state of an invoice or one-time payment, with refunds and disputes."""
        ...

    def subject_of(self, event: ProviderEvent) -> EventSubject:
        """Return the order that an event is about."""
        ...

    def set_cancelled(self, subscription_id: str, *, cancelled: bool) -> None:
        """Cancel a subscription at the end of what is paid, or undo that.

        One whose current period is not paid ends at once, and its open invoices are voided: they
        would be charged later.
        """
        ...

    def end_now(self, subscription_id: str) -> None:
        """Cancel a subscription immediately, without a refund, and void what is open and unpaid."""
        ...

    def preview_change(
        self, subscription_id: str, terms: PriceTerms, at: datetime, once: str
    ) -> ChangePreview:
        """Return what it costs to change the price of a subscription at ``at``; changes nothing."""
        ...

    def change_now(self, subscription_id: str, terms: PriceTerms, at: datetime, once: str) -> None:
        """Change the price at once, and charge what is due, reckoned for ``at``.

        Raises ProviderDeclines, with nothing changed, if the payment fails.
        """
        ...

    def change_later(
        self, subscription_id: str, present: PriceTerms, terms: PriceTerms, once: str
    ) -> None:
        """Change the price from the next period on, instead of any change that is planned.

        The interval may be another one; ``present`` is what was agreed on for this period.
        """
        ...

    def keep_price(self, subscription_id: str, present: PriceTerms, once: str) -> None:
        """Undo a change for the next period; nothing if none is planned.

        Raises ProviderRefuses if it has begun.
        """
        ...

    def end_schedule(self, subscription_id: str) -> None:
        """Remove the schedule of a subscription, which stays as it is; nothing without one."""
        ...

    def cancel_at(self, subscription_id: str, at: datetime) -> None:
        """Cancel a subscription at a future instant, without a refund."""
        ...

    def cancel_now(self, subscription_id: str) -> None:
        """Cancel a subscription immediately, without a refund. Does nothing if it has ended."""
        ...

    def update_payer(self, provider_id: str, payer: Payer) -> None:
        """Store the payer's name and address, for later invoices and receipts."""
        ...

    def delete_payer(self, provider_id: str) -> None:
        """Delete a payer with their payment methods; this ends their subscriptions at once.

        What they paid stays on record at the provider.
        """
        ...

    def portal_url(self, customer_id: str, back_url: str) -> str:
        """Return a short-lived URL where a customer changes the payment method."""
        ...

    def invoice_url(self, invoice_id: str) -> str:
        """Return the URL where an invoice can be viewed, paid and downloaded."""
        ...
