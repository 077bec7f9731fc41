"""Changes of the price of a subscription: at once with a proration, or from the next period on.

A change for the next period is made at once without a proration, and says in the metadata from when
on it counts: so Stripe charges the new price although this service may be away. Another interval
would begin at once so; a schedule at Stripe changes to it at the end of the period. Every function
raises the errors of Stripe's package.
"""

from datetime import UTC, datetime
from typing import Any

import stripe

from membership.billing.stripe.gateway import ChangePreview, PriceTerms, ProviderRefuses
from membership.billing.stripe.stripe_checkout import price_id
from membership.billing.stripe.stripe_money import from_stripe
from membership.billing.stripe.stripe_parsing import CHANGES_KEY
from membership.billing.stripe.stripe_schedules import end_schedule, schedule_change
from membership.billing.stripe.stripe_subscriptions import read_subscription


def preview_change(
    api: stripe.V1Services, subscription_id: str, terms: PriceTerms, at: datetime, once: str
) -> ChangePreview:
    """Return what a change costs at once."""
    details: Any = {
        "items": _items(api, subscription_id, price_id(api, terms, once)),
        "proration_behavior": "always_invoice",
        "proration_date": int(at.timestamp()),
    }
    found = api.invoices.create_preview(
        params={"subscription": subscription_id, "subscription_details": details}
    ).to_dict()
    # What a credit of the customer pays is not due; a change that costs less than nothing adds one.
    amount = found["total"] if found["total"] < 0 else found["amount_due"]
    currency = found["currency"].upper()
    return ChangePreview(
        from_stripe(amount, currency) if amount >= 0 else -from_stripe(-amount, currency),
        currency,
        datetime.fromtimestamp(int(at.timestamp()), UTC),
    )


def change_now(
    api: stripe.V1Services, subscription_id: str, terms: PriceTerms, at: datetime, once: str
) -> None:
    """Change the price and charge what is due; nothing is changed if that payment fails.

    The same change again changes and charges nothing.
    """
    params: Any = {
        "items": _items(api, subscription_id, price_id(api, terms, once)),
        "proration_behavior": "always_invoice",
        "proration_date": int(at.timestamp()),
        "payment_behavior": "error_if_incomplete",
        "metadata": {CHANGES_KEY: ""},
    }
    api.subscriptions.update(subscription_id, params=params)


def change_later(
    api: stripe.V1Services,
    subscription_id: str,
    present: PriceTerms,
    terms: PriceTerms,
    once: str,
) -> None:
    """Change the price from the end of the current period on, instead of what was planned.

    Raises ProviderRefuses for another interval if the subscription is to end.
    """
    price = price_id(api, terms, once)
    found = api.subscriptions.retrieve(subscription_id).to_dict()
    if found.get("schedule") is not None:
        end_schedule(api, subscription_id)
    ends = found["items"]["data"][0]["current_period_end"]
    if terms.billing is None or terms.billing == present.billing:
        _set(api, subscription_id, price, str(ends))
        return
    if found["cancel_at_period_end"] or found.get("cancel_at") is not None:
        raise ProviderRefuses("The subscription is cancelled at Stripe.")
    if found["metadata"].get(CHANGES_KEY) == str(ends):
        _set(api, subscription_id, price_id(api, present, once), "")
        found = api.subscriptions.retrieve(subscription_id).to_dict()
    schedule_change(api, found, price, terms.billing)


def keep_price(
    api: stripe.V1Services, subscription_id: str, present: PriceTerms, once: str
) -> None:
    """Undo a change for the next period; nothing if none is planned.

    Raises ProviderRefuses if it has begun.
    """
    facts = read_subscription(api, subscription_id)
    if facts.changes_at is None or not facts.is_change_planned:
        return
    if facts.changes_at <= facts.period_start:
        raise ProviderRefuses("The change has begun already.")
    if facts.is_scheduled:
        end_schedule(api, subscription_id)
    else:
        _set(api, subscription_id, price_id(api, present, once), "")


def _set(api: stripe.V1Services, subscription_id: str, price: str, changes_at: str) -> None:
    """Set the price of the next payments, and from when on it counts."""
    params: Any = {
        "items": _items(api, subscription_id, price),
        "proration_behavior": "none",
        "metadata": {CHANGES_KEY: changes_at},
    }
    api.subscriptions.update(subscription_id, params=params)


def _items(api: stripe.V1Services, subscription_id: str, price: str) -> Any:
    """Return the only item of a subscription with another price."""
    found = api.subscriptions.retrieve(subscription_id).to_dict()
    return [{"id": found["items"]["data"][0]["id"], "price": price}]
