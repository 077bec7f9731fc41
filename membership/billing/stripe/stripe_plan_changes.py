"""Changes of the price of a subscription: at once with a proration, or from the next period on.

A change for the next period is made at once without a proration, and says in the metadata from when
on it counts: so Stripe charges the new price although this service may be away. Every function
raises the errors of Stripe's package.
"""

from datetime import UTC, datetime
from typing import Any

import stripe

from membership.billing.stripe.gateway import ChangePreview, PriceTerms
from membership.billing.stripe.stripe_checkout import price_id
from membership.billing.stripe.stripe_money import from_stripe
from membership.billing.stripe.stripe_parsing import CHANGES_KEY


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
    api: stripe.V1Services, subscription_id: str, terms: PriceTerms, once: str
) -> None:
    """Change the price from the end of the current period on."""
    found = api.subscriptions.retrieve(subscription_id).to_dict()
    ends = found["items"]["data"][0]["current_period_end"]
    _set(api, subscription_id, price_id(api, terms, once), str(ends))


def keep_price(api: stripe.V1Services, subscription_id: str, terms: PriceTerms, once: str) -> None:
    """Undo a change for the next period."""
    _set(api, subscription_id, price_id(api, terms, once), "")


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
