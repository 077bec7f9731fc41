"""Gateway to Stripe. Only the modules ``stripe_*`` of this package import Stripe's package.

The version of the API is pinned, so that the account's default does not change what is read.
"""

from datetime import datetime
from typing import Any, Self

import stripe

from membership.billing.stripe import stripe_plan_changes as plan_changes
from membership.billing.stripe.gateway import (
    AccountFacts,
    ChangePreview,
    CheckoutFacts,
    CheckoutRequest,
    EventSubject,
    InvoiceFacts,
    Payer,
    PriceTerms,
    ProviderEvent,
    SubscriptionFacts,
)
from membership.billing.stripe.stripe_checkout import (
    create_session,
    find_price,
    is_archived,
)
from membership.billing.stripe.stripe_errors import provider_errors
from membership.billing.stripe.stripe_lookups import find_subject, read_invoice, read_invoice_url
from membership.billing.stripe.stripe_parsing import checkout_facts
from membership.billing.stripe.stripe_schedules import end_schedule
from membership.billing.stripe.stripe_subscriptions import (
    cancel_renewal,
    cancel_subscription,
    end_subscription,
    read_subscription,
    resume_renewal,
)

API_VERSION = "2026-10-28.endive"
"""Version of Stripe's API that this code is written for."""
TIMEOUT_SECONDS = 20


class StripeGateway:
    """Implements ``gateway.Gateway`` for one account. A context manager, which closes connections.

    ``url`` is the base address of the API; ``timeout`` is in seconds, for each request.
    """

    def __init__(
        self, secret_key: str, url: str, *, timeout: int = TIMEOUT_SECONDS, retries: int = 0
    ) -> None:
        self._http = stripe.RequestsClient(timeout=timeout)
        self._livemode = "_live_" in secret_key
        self._api = stripe.StripeClient(
            secret_key,
            base_addresses={"api": url},
            stripe_version=API_VERSION,
            http_client=self._http,
            max_network_retries=retries,
        ).v1

    def __enter__(self) -> Self:
        """Return the gateway; connections are opened with the first call."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self._http.close()  # type: ignore[no-untyped-call]

    def account(self) -> AccountFacts:
        """Return the account that the key belongs to."""
        with provider_errors():
            found = self._api.accounts.retrieve_current().to_dict()
            return AccountFacts(found["id"], self._livemode, bool(found["charges_enabled"]))

    def open_checkout(self, request: CheckoutRequest) -> CheckoutFacts:
        """Create the checkout page of an order, or return the one of the same attempt."""
        with provider_errors():
            return checkout_facts(create_session(self._api, request))

    def has_price(self, terms: PriceTerms) -> bool:
        """Whether the account has an active price for these terms."""
        with provider_errors():
            return find_price(self._api, terms) is not None

    def is_archived(self, terms: PriceTerms) -> bool:
        """Whether the product of these terms exists in the account, and is archived there."""
        with provider_errors():
            return is_archived(self._api, terms)

    def checkout(self, checkout_id: str) -> CheckoutFacts:
        """Return the state of a checkout page."""
        with provider_errors():
            # Only the payment intent tells a debit in progress from one that the bank refused.
            found = self._api.checkout.sessions.retrieve(
                checkout_id, params={"expand": ["payment_intent.latest_charge"]}
            )
            return checkout_facts(found.to_dict())

    def close_checkout(self, checkout_id: str) -> CheckoutFacts:
        """Expire a checkout page. Returns its state: it may have been paid before."""
        with provider_errors():
            try:
                self._api.checkout.sessions.expire(checkout_id)
            except stripe.InvalidRequestError as error:
                if error.http_status == 404:
                    raise
        return self.checkout(checkout_id)

    def subscription(self, subscription_id: str) -> SubscriptionFacts:
        """Return the state of a subscription."""
        with provider_errors():
            return read_subscription(self._api, subscription_id)

    def invoice(self, invoice_id: str) -> InvoiceFacts:
        """Return the state of an invoice or one-time payment, with refunds and disputes."""
        with provider_errors():
            return read_invoice(self._api, invoice_id)

    def subject_of(self, event: ProviderEvent) -> EventSubject:
        """Return the order that an event is about."""
        with provider_errors():
            return find_subject(self._api, event)

    def set_cancelled(self, subscription_id: str, *, cancelled: bool) -> None:
        """Cancel a subscription at the end of what is paid, or undo that."""
        with provider_errors():
            (cancel_renewal if cancelled else resume_renewal)(self._api, subscription_id)

    def end_now(self, subscription_id: str) -> None:
        """Cancel a subscription immediately, without a refund, and void what is open and unpaid."""
        with provider_errors():
            end_subscription(self._api, subscription_id)

    def preview_change(
        self, subscription_id: str, terms: PriceTerms, at: datetime, once: str
    ) -> ChangePreview:
        """Return what it costs to change the price of a subscription at ``at``; changes nothing."""
        with provider_errors():
            return plan_changes.preview_change(self._api, subscription_id, terms, at, once)

    def change_now(self, subscription_id: str, terms: PriceTerms, at: datetime, once: str) -> None:
        """Change the price at once, and charge what is due, reckoned for ``at``."""
        with provider_errors():
            plan_changes.change_now(self._api, subscription_id, terms, at, once)

    def change_later(
        self, subscription_id: str, present: PriceTerms, terms: PriceTerms, once: str
    ) -> None:
        """Change the price from the next period on, instead of any change that is planned."""
        with provider_errors():
            plan_changes.change_later(self._api, subscription_id, present, terms, once)

    def keep_price(self, subscription_id: str, present: PriceTerms, once: str) -> None:
        """Undo a change for the next period. Raises ProviderRefuses if it has begun."""
        with provider_errors():
            plan_changes.keep_price(self._api, subscription_id, present, once)

    def end_schedule(self, subscription_id: str) -> None:
        """Remove the schedule of a subscription; nothing without one."""
        with provider_errors():
            end_schedule(self._api, subscription_id)

    def cancel_at(self, subscription_id: str, at: datetime) -> None:
        """Cancel a subscription at a future instant, without a refund."""
        with provider_errors():
            self._api.subscriptions.update(
                subscription_id,
                params={"cancel_at": int(at.timestamp()), "proration_behavior": "none"},
            )

    def cancel_now(self, subscription_id: str) -> None:
        """Cancel a subscription immediately, without a refund. Does nothing if it has ended."""
        with provider_errors():
            cancel_subscription(self._api, subscription_id)

    def update_payer(self, provider_id: str, payer: Payer) -> None:
        """Store the payer's name and address, for later invoices and receipts."""
        with provider_errors():
            self._api.customers.update(
                provider_id, params={"name": payer.name, "email": payer.email or ""}
            )

    def delete_payer(self, provider_id: str) -> None:
        """Delete a payer with their payment methods; this ends their subscriptions at once."""
        with provider_errors():
            self._api.customers.delete(provider_id)

    def portal_url(self, customer_id: str, back_url: str) -> str:
        """Return a short-lived URL where a customer changes the payment method."""
        with provider_errors():
            created = self._api.billing_portal.sessions.create(
                params={
                    "customer": customer_id,
                    "return_url": back_url,
                    # No cancelling there: the portal does not know the fixed term of instalments.
                    "flow_data": {"type": "payment_method_update"},
                }
            )
            return created.url

    def invoice_url(self, invoice_id: str) -> str:
        """Return the hosted page of an invoice, or the receipt page of a one-time payment."""
        with provider_errors():
            return read_invoice_url(self._api, invoice_id)

    def webhook_endpoints(self) -> list[dict[str, Any]]:
        """Return up to 100 endpoints: ``url``, ``status``, ``api_version``, ``enabled_events``."""
        names = ("url", "status", "api_version", "enabled_events")
        with provider_errors():
            found = self._api.webhook_endpoints.list(params={"limit": 100}).to_dict()
            return [{name: each.get(name) for name in names} for each in found["data"]]

    def has_portal(self) -> bool:
        """Whether the account has an active configuration of the customer portal."""
        with provider_errors():
            found = self._api.billing_portal.configurations.list(
                params={"active": True, "limit": 1}
            )
            return bool(found["data"])
