"""Stripe: with ``stripe_events`` all that knows its package; others know ``billing.facts``.

The version of the API is pinned, so that an account's own does not change what is read.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, Self

import stripe

from membership.billing.stripe.gateway import (
    About,
    AccountFacts,
    CheckoutFacts,
    CheckoutWish,
    InvoiceFacts,
    Payer,
    PriceTerms,
    ProviderAtWork,
    ProviderMisses,
    ProviderRefuses,
    ProviderRefusesKey,
    ProviderUnavailable,
    SubscriptionFacts,
    Told,
)
from membership.billing.stripe.stripe_money import from_stripe, to_stripe
from membership.billing.stripe.stripe_parsing import (
    ORDER_KEY,
    checkout_facts,
    id_of,
    invoice_facts,
    order_in,
    order_of_invoice,
    payment_facts,
    subscription_facts,
    subscription_of_invoice,
)

API_VERSION = "2026-10-28.endive"
"""The version of Stripe's API that this is written for."""
SECONDS = 20
_LATEST = 12
"""How many invoices of a subscription are read: what is older was told when it was new."""
_LOCALES = frozenset({"en", "de"})


@contextmanager
def _asking() -> Iterator[None]:
    """Turn Stripe's errors, and answers that cannot be read, into ours."""
    try:
        yield
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise ProviderUnavailable("Stripe could not be reached, or has too much to do.") from error
    except stripe.AuthenticationError as error:
        raise ProviderRefusesKey("Stripe does not know this secret key.") from error
    except stripe.PermissionError as error:
        raise ProviderRefusesKey("The secret key may not do this at Stripe.") from error
    except stripe.InvalidRequestError as error:
        kind = ProviderMisses if error.http_status == 404 else ProviderRefuses
        raise kind(f"Stripe refused: {error.user_message}") from error
    except stripe.APIError as error:
        if error.http_status == 409:
            raise ProviderAtWork("Stripe is doing the same just now.") from error
        raise ProviderUnavailable("Stripe had an internal error.") from error
    except stripe.StripeError as error:
        raise ProviderRefuses(f"Stripe refused: {error.user_message}") from error
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise ProviderRefuses(f"Stripe's answer could not be read ({error!r}).") from error


class StripeGateway:
    """An account at Stripe, as ``facts.Gateway``. Used as a context manager, it hangs up."""

    def __init__(
        self, secret_key: str, url: str, *, seconds: int = SECONDS, retries: int = 0
    ) -> None:
        self._http = stripe.RequestsClient(timeout=seconds)
        self._livemode = "_live_" in secret_key
        self._v1 = stripe.StripeClient(
            secret_key,
            base_addresses={"api": url},
            stripe_version=API_VERSION,
            http_client=self._http,
            max_network_retries=retries,
        ).v1

    def __enter__(self) -> Self:
        """Begin to ask."""
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        self._http.close()  # type: ignore[no-untyped-call]

    def account(self) -> AccountFacts:
        """Whose key it is."""
        with _asking():
            found = self._v1.accounts.retrieve_current().to_dict()
            return AccountFacts(found["id"], self._livemode, bool(found["charges_enabled"]))

    def open_checkout(self, wish: CheckoutWish) -> CheckoutFacts:
        """Make the page on which an order is paid, or find the one that was made for it."""
        with _asking():
            price = self._price(wish)
            mine = {ORDER_KEY: str(wish.order_id), "walletdesk_organization": wish.organization}
            params: Any = {
                "mode": "payment" if wish.terms.billing is None else "subscription",
                "line_items": [{"price": price, "quantity": 1}],
                "customer": self._customer(wish),
                "client_reference_id": str(wish.order_id),
                "metadata": mine,
                "success_url": wish.success_url,
                "cancel_url": wish.cancel_url,
                "expires_at": int(wish.expires_at.timestamp()),
                "locale": wish.language if wish.language in _LOCALES else "auto",
            }
            detail = "payment_intent_data" if wish.terms.billing is None else "subscription_data"
            params[detail] = {"metadata": mine, "description": wish.terms.plan_name}
            made = self._v1.checkout.sessions.create(
                params=params,
                options={"idempotency_key": _key("checkout", wish)},
            )
            return checkout_facts(made.to_dict())

    def _price(self, wish: CheckoutWish) -> str:
        """The id of a plan's price, made if there is none; its product is called as the plan."""
        terms, billing = wish.terms, wish.terms.billing
        price = self._found_price(terms)
        if price is not None:
            self._name_product(price["product"], terms.plan_name)
            return str(price["id"])
        params: Any = {
            "product": self._product(terms),
            "unit_amount": to_stripe(terms.amount_minor, terms.currency),
            "currency": terms.currency.lower(),
            "lookup_key": _lookup_key(terms),
            "transfer_lookup_key": True,
        }
        if billing is not None:
            params["recurring"] = {"interval": billing.unit.value, "interval_count": billing.count}
        # Of one order that is begun twice at once, both are to ask for one page at one price.
        made = self._v1.prices.create(
            params=params, options={"idempotency_key": _key("price", wish)}
        )
        return made.id

    def _found_price(self, terms: PriceTerms) -> dict[str, Any] | None:
        """A plan's price with its product; None if there is none, or it was archived."""
        found = self._v1.prices.list(
            params={
                "lookup_keys": [_lookup_key(terms)],
                "active": True,
                "expand": ["data.product"],
                "limit": 1,
            }
        ).to_dict()
        return next(iter(found["data"]), None)

    def has_price(self, terms: PriceTerms) -> bool:
        """Whether a plan's price was made."""
        with _asking():
            return self._found_price(terms) is not None

    def _product(self, terms: PriceTerms) -> str:
        """The id of a plan's product, made if there is none."""
        product_id = f"walletdesk-{terms.plan_id.hex}"
        try:
            self._name_product(self._v1.products.retrieve(product_id).to_dict(), terms.plan_name)
        except stripe.InvalidRequestError as error:
            if error.code != "resource_missing":
                raise
            self._make_product(product_id, terms.plan_name)
        return product_id

    def _make_product(self, product_id: str, name: str) -> None:
        """Make a product, unless somebody who ordered the same plan has just made it."""
        params: Any = {"id": product_id, "name": name}
        try:
            self._v1.products.create(params=params)
        except stripe.InvalidRequestError as error:
            if error.code != "resource_already_exists":
                raise

    def _name_product(self, product: Any, name: str) -> None:
        """Call a product as the plan is called now."""
        if product["name"] != name:
            self._v1.products.update(product["id"], params={"name": name})

    def _customer(self, wish: CheckoutWish) -> str:
        """The id of who pays: as known from an earlier order, unless Stripe forgot them."""
        payer = wish.payer
        if payer.known_as is not None and self._is_known(payer.known_as):
            return payer.known_as
        made = self._v1.customers.create(
            params=_described(payer),
            options={"idempotency_key": _key("customer", wish)},
        )
        return made.id

    def _is_known(self, customer_id: str) -> bool:
        """Whether Stripe still has a customer, who may be of another account or deleted."""
        try:
            return not self._v1.customers.retrieve(customer_id).to_dict().get("deleted")
        except stripe.InvalidRequestError as error:
            if error.code != "resource_missing":
                raise
            return False

    def checkout(self, checkout_id: str) -> CheckoutFacts:
        """How the paying of an order stands."""
        with _asking():
            # Only the payment tells one that a bank works on from one that it refused.
            found = self._v1.checkout.sessions.retrieve(
                checkout_id, params={"expand": ["payment_intent"]}
            )
            return checkout_facts(found.to_dict())

    def close_checkout(self, checkout_id: str) -> CheckoutFacts:
        """Let nobody pay on a page any more. Tells how it stands: it may have been paid before."""
        with _asking():
            try:
                self._v1.checkout.sessions.expire(checkout_id)
            except stripe.InvalidRequestError as error:
                if error.http_status == 404:
                    raise
        return self.checkout(checkout_id)

    def subscription(self, subscription_id: str) -> SubscriptionFacts:
        """How a subscription stands."""
        with _asking():
            found = self._v1.subscriptions.retrieve(subscription_id)
            invoices = self._v1.invoices.list(
                params={"subscription": subscription_id, "limit": _LATEST}
            )
            return subscription_facts(found.to_dict(), invoices.to_dict()["data"])

    def invoice(self, invoice_id: str) -> InvoiceFacts:
        """How an invoice or a single payment stands, with what was paid back."""
        with _asking():
            if invoice_id.startswith("pi_"):
                payment = self._payment(invoice_id)
                return _with_charges(payment_facts(payment), [payment.get("latest_charge")])
            found = self._v1.invoices.retrieve(
                invoice_id, params={"expand": ["payments"]}
            ).to_dict()
            facts = invoice_facts(found)
            if facts is None:
                raise ProviderMisses("The invoice is a draft.")
            payments = (found.get("payments") or {}).get("data", ())
            return _with_charges(facts, [self._charge_of(each) for each in payments])

    def _payment(self, payment_id: str) -> dict[str, Any]:
        """A payment intent with its latest charge."""
        expanded: Any = {"expand": ["latest_charge"]}
        return self._v1.payment_intents.retrieve(payment_id, params=expanded).to_dict()

    def _charge_of(self, payment: Any) -> Any:
        """The charge behind a payment of an invoice, if one was made."""
        intent = id_of(payment["payment"].get("payment_intent"))
        return None if intent is None else self._payment(intent).get("latest_charge")

    def about(self, told: Told) -> About:
        """Find out which order an event is about."""
        with _asking():
            if told.object_id.startswith("cs_"):
                session = self._v1.checkout.sessions.retrieve(told.object_id).to_dict()
                return About(order_in(session["metadata"]), checkout_id=told.object_id)
            if told.object_id.startswith("sub_"):
                found = self._v1.subscriptions.retrieve(told.object_id).to_dict()
                return About(order_in(found["metadata"]), subscription_id=told.object_id)
            if told.object_id.startswith("in_"):
                return self._about_invoice(told.object_id)
            if told.type.startswith("charge.dispute."):
                paid = self._v1.disputes.retrieve(told.object_id).to_dict()
            else:
                paid = self._v1.charges.retrieve(told.object_id).to_dict()
            return self._about_payment(id_of(paid.get("payment_intent")))

    def _about_invoice(self, invoice_id: str) -> About:
        """Which order an invoice belongs to."""
        invoice = self._v1.invoices.retrieve(invoice_id).to_dict()
        return About(
            order_of_invoice(invoice),
            subscription_id=subscription_of_invoice(invoice),
            invoice_id=None if invoice["status"] == "draft" else invoice_id,
        )

    def _about_payment(self, payment_id: str | None) -> About:
        """Which order a payment belongs to: a single one by itself, others by their invoice."""
        if payment_id is None:
            return About(None)
        if (order_id := order_in(self._payment(payment_id)["metadata"])) is not None:
            return About(order_id, invoice_id=payment_id)
        found = self._v1.invoice_payments.list(
            params={"payment": {"type": "payment_intent", "payment_intent": payment_id}}
        ).to_dict()
        for each in found["data"]:
            return self._about_invoice(str(id_of(each["invoice"])))
        return About(None)

    def set_cancelled(self, subscription_id: str, *, cancelled: bool) -> None:
        """End a subscription with the period that runs, or let it go on after all."""
        with _asking():
            if not cancelled:
                found = self._v1.subscriptions.retrieve(subscription_id).to_dict()
                if not found["cancel_at_period_end"]:
                    # Planned as a date, as Stripe's own portal does it.
                    self._v1.subscriptions.update(subscription_id, params={"cancel_at": ""})
                    return
            self._v1.subscriptions.update(
                subscription_id, params={"cancel_at_period_end": cancelled}
            )

    def cancel_at(self, subscription_id: str, at: datetime) -> None:
        """End a subscription at an instant to come, with nothing paid back."""
        with _asking():
            self._v1.subscriptions.update(
                subscription_id,
                params={"cancel_at": int(at.timestamp()), "proration_behavior": "none"},
            )

    def cancel_now(self, subscription_id: str) -> None:
        """End a subscription at once; nothing is paid back. One that has ended stays so."""
        with _asking():
            try:
                self._v1.subscriptions.cancel(subscription_id)
            except stripe.InvalidRequestError as error:
                if error.code != "resource_missing":
                    raise

    def portal_url(self, customer_id: str, back_url: str) -> str:
        """Where a payer changes the card that is charged, for a few minutes."""
        with _asking():
            made = self._v1.billing_portal.sessions.create(
                params={
                    "customer": customer_id,
                    "return_url": back_url,
                    # Cancelling is ours: the portal knows of no fixed terms.
                    "flow_data": {"type": "payment_method_update"},
                }
            )
            return made.url

    def invoice_url(self, invoice_id: str) -> str:
        """Where an invoice can be read, paid and downloaded, or the receipt of a payment."""
        with _asking():
            if invoice_id.startswith("pi_"):
                url = (self._payment(invoice_id).get("latest_charge") or {}).get("receipt_url")
            else:
                found = self._v1.invoices.retrieve(invoice_id).to_dict()
                url = found.get("hosted_invoice_url")
            if url is None:
                raise ProviderMisses("Stripe shows no page for this invoice.")
            return str(url)

    def webhook_endpoints(self) -> list[dict[str, Any]]:
        """Where Stripe sends events: ``url``, ``status``, ``api_version``, ``enabled_events``."""
        names = ("url", "status", "api_version", "enabled_events")
        with _asking():
            found = self._v1.webhook_endpoints.list(params={"limit": 100}).to_dict()
            return [{name: each.get(name) for name in names} for each in found["data"]]

    def has_portal(self) -> bool:
        """Whether the customer portal was set up in Stripe's dashboard."""
        with _asking():
            found = self._v1.billing_portal.configurations.list(params={"active": True, "limit": 1})
            return bool(found["data"])


def _key(what: str, wish: CheckoutWish) -> str:
    """Under which key Stripe makes a thing for an attempt once."""
    return f"walletdesk-{what}-{wish.order_id}-{wish.attempt}"


def _lookup_key(terms: PriceTerms) -> str:
    """Under which key a plan's price is found: another price has another one."""
    billing = terms.billing
    rhythm = "once" if billing is None else f"{billing.count}{billing.unit.value}"
    return f"walletdesk-{terms.plan_id.hex}-{terms.amount_minor}{terms.currency}-{rhythm}"


def _described(payer: Payer) -> Any:
    """Who pays, as Stripe takes it."""
    email = {} if payer.email is None else {"email": payer.email}
    return {"name": payer.name, "metadata": {"walletdesk_payer": payer.reference}, **email}


def _with_charges(facts: InvoiceFacts, charges: list[Any]) -> InvoiceFacts:
    """Add what was paid back, and whether a bank contests the payment."""
    made = [each for each in charges if each is not None]
    return replace(
        facts,
        refunded_minor=from_stripe(sum(each["amount_refunded"] for each in made), facts.currency),
        disputed=any(each["disputed"] for each in made),
    )
