"""Objects of Stripe with every field of their type.

A field that the fake does not use is null, an empty list or empty metadata, as at Stripe for an
account that does not use it.
"""

from typing import Any, get_origin

import stripe
from stripe import StripeObject
from stripe.billing_portal import Configuration
from stripe.billing_portal import Session as PortalSession
from stripe.checkout import Session as CheckoutSession

from tests.fakes.stripe.typed import NONE, hints, members, plain

Thing = dict[str, Any]
"""An object as it goes over the wire, without what is only there when it is asked for."""

KINDS: dict[str, type[StripeObject]] = {
    "account": stripe.Account,
    "billing_portal.configuration": Configuration,
    "billing_portal.session": PortalSession,
    "charge": stripe.Charge,
    "checkout.session": CheckoutSession,
    "customer": stripe.Customer,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "invoice": stripe.Invoice,
    "invoice_payment": stripe.InvoicePayment,
    "item": stripe.LineItem,
    "line_item": stripe.InvoiceLineItem,
    "payment_intent": stripe.PaymentIntent,
    "plan": stripe.Plan,
    "price": stripe.Price,
    "product": stripe.Product,
    "refund": stripe.Refund,
    "subscription": stripe.Subscription,
    "subscription_item": stripe.SubscriptionItem,
    "subscription_schedule": stripe.SubscriptionSchedule,
    "webhook_endpoint": stripe.WebhookEndpoint,
}

ABSENT: dict[type[StripeObject], set[str]] = {
    stripe.Account: {"company", "controller", "external_accounts", "future_requirements"}
    | {"groups", "individual", "requirements", "tos_acceptance"},
    stripe.Charge: {"refunds", "level3"},
    CheckoutSession: {"line_items"},
    stripe.Customer: {"cash_balance", "sources", "subscriptions", "tax", "tax_ids"}
    | {"invoice_credit_balance"},
    stripe.Event: {"account", "context"},
    stripe.Event.Data: {"previous_attributes"},
    stripe.Invoice: {"confirmation_secret", "payments", "status_details"},
    stripe.Price: {"currency_options", "tiers"},
    stripe.WebhookEndpoint: {"secret"},
}
"""Fields that are left out, not null: those that ``expand`` must ask for, and rare ones."""

SPARSE = {
    "BusinessProfile",
    "Capabilities",
    "DestinationDetails",
    "LastPaymentError",
    "PaymentMethodDetails",
    "Settings",
}
"""Objects of which only the parts are written that there are."""


def thing(kind: str, **values: Any) -> Thing:
    """Return a complete object of a kind, with these values.

    Raises AssertionError for an unknown field, or if a required one is missing.
    """
    return _filled(KINDS[kind], {"object": kind, **values})


def _filled(of: type[StripeObject], values: Thing) -> Thing:
    known = hints(of)
    assert values.keys() <= known.keys(), f"{of.__qualname__} has no {values.keys() - known.keys()}"
    filled: Thing = {}
    for name, kind in known.items():
        if name in values:
            nested = plain(kind)
            given = values[name]
            fill = nested is not None and isinstance(given, dict) and hints(nested)
            filled[name] = _filled(nested, given) if nested and fill else given
        elif name != "deleted" and name not in ABSENT.get(of, set()):
            _fill_missing(of, filled, name, kind)
    return filled


def _fill_missing(of: type[StripeObject], filled: Thing, name: str, kind: Any) -> None:
    if NONE in members(kind):
        if of.__name__ not in SPARSE:
            filled[name] = {} if name == "metadata" else None
        return
    nested = plain(kind)
    if name == "livemode":
        filled[name] = False
    elif name == "metadata":
        filled[name] = {}
    elif get_origin(kind) is list:
        filled[name] = []
    else:
        assert nested is not None, f"{of.__qualname__} must have {name}"
        filled[name] = _filled(nested, {})


def listed(url: str, data: list[Thing], *, more: bool = False) -> Thing:
    """Return a list object."""
    return {"object": "list", "data": data, "has_more": more, "url": url}


def difference(before: Thing, after: Thing) -> Thing:
    """Return the previous values of the fields that an update changed; lists are whole."""
    changed: Thing = {}
    for name in before.keys() | after.keys():
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        both = isinstance(old, dict) and isinstance(new, dict)
        changed[name] = difference(old, new) if both and old and new else old
    return changed
