"""Checkout Sessions, and what they refer to: the plan's product and price, and the customer.

All of it is created at most once: products have an id of ours, prices a lookup key, and the
other objects an idempotency key for each attempt of an order and what it sends ("Idempotent
requests" in Stripe's API reference: a key stands for one set of parameters). Every function raises
the errors of Stripe's package.
"""

import json
from hashlib import sha256
from typing import Any

import stripe

from membership.billing.stripe.gateway import (
    CheckoutRequest,
    Payer,
    PriceTerms,
    ProviderArchived,
)
from membership.billing.stripe.stripe_money import to_stripe
from membership.billing.stripe.stripe_parsing import ORDER_KEY

_LOCALES = frozenset({"en", "de"})


def create_session(api: stripe.V1Services, request: CheckoutRequest) -> dict[str, Any]:
    """Create the Checkout Session of an order, or return the one of the same attempt."""
    once = request.terms.billing is None
    metadata = {
        ORDER_KEY: str(request.order_id),
        "walletdesk_organization": request.organization,
    }
    params: Any = {
        "mode": "payment" if once else "subscription",
        "line_items": [{"price": _price_of(api, request), "quantity": 1}],
        "customer": _customer(api, request),
        "client_reference_id": str(request.order_id),
        "metadata": metadata,
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
        "expires_at": int(request.expires_at.timestamp()),
        "locale": request.language if request.language in _LOCALES else "auto",
    }
    detail = "payment_intent_data" if once else "subscription_data"
    params[detail] = {"metadata": metadata, "description": request.terms.plan_name}
    created = api.checkout.sessions.create(
        params=params, options={"idempotency_key": _idempotency_key("checkout", request, params)}
    )
    return created.to_dict()


def find_price(api: stripe.V1Services, terms: PriceTerms) -> dict[str, Any] | None:
    """Return the active price for these terms, its product expanded; None without one."""
    found = api.prices.list(
        params={
            "lookup_keys": [_lookup_key(terms)],
            "active": True,
            "expand": ["data.product"],
            "limit": 1,
        }
    ).to_dict()
    return next(iter(found["data"]), None)


def _price_of(api: stripe.V1Services, request: CheckoutRequest) -> str:
    """Return the id of the price of an order."""
    # Two concurrent requests for one order get one price, and with it one session.
    return price_id(api, request.terms, f"{request.order_id}-{request.attempt}")


def price_id(api: stripe.V1Services, terms: PriceTerms, once: str) -> str:
    """Return the id of the plan's price, created if missing; its product gets the plan's name.

    ``once`` is part of its idempotency key. Raises ProviderArchived if the product is archived.
    """
    billing = terms.billing
    price = find_price(api, terms)
    if price is not None:
        _require_active(price["product"], terms)
        _rename_product(api, price["product"], terms.plan_name)
        return str(price["id"])
    params: Any = {
        "product": _product(api, terms),
        "unit_amount": to_stripe(terms.amount_minor, terms.currency),
        "currency": terms.currency.lower(),
        "lookup_key": _lookup_key(terms),
        "transfer_lookup_key": True,
    }
    if billing is not None:
        params["recurring"] = {"interval": billing.unit.value, "interval_count": billing.count}
    key = f"walletdesk-price-{_digest(params)}-{once}"
    return api.prices.create(params=params, options={"idempotency_key": key}).id


def _product(api: stripe.V1Services, terms: PriceTerms) -> str:
    """Return the id of the plan's product, created if missing.

    Raises ProviderArchived if it is archived.
    """
    product = _find_product(api, terms)
    if product is None:
        _create_product(api, product_id_of(terms), terms.plan_name)
    else:
        _require_active(product, terms)
        _rename_product(api, product, terms.plan_name)
    return product_id_of(terms)


def product_id_of(terms: PriceTerms) -> str:
    """Return the id that a plan's product has at Stripe."""
    return f"walletdesk-{terms.plan_id.hex}"


def is_archived(api: stripe.V1Services, terms: PriceTerms) -> bool:
    """Return whether the product with which a plan is sold exists, and is archived."""
    price = find_price(api, terms)
    product = _find_product(api, terms) if price is None else price["product"]
    return product is not None and not product["active"]


def _find_product(api: stripe.V1Services, terms: PriceTerms) -> dict[str, Any] | None:
    """Return the plan's product, or None before the first order."""
    try:
        return api.products.retrieve(product_id_of(terms)).to_dict()
    except stripe.InvalidRequestError as error:
        if error.code != "resource_missing":
            raise
        return None


def _require_active(product: Any, terms: PriceTerms) -> None:
    """Raise ProviderArchived if a product is archived: Stripe opens no page for it."""
    if not product["active"]:
        raise ProviderArchived(
            f"At Stripe, the product of the plan {terms.plan_name} ({product['id']}) is archived. "
            "Unarchive it in Stripe's dashboard, under Product catalog, then order again."
        )


def _create_product(api: stripe.V1Services, product_id: str, name: str) -> None:
    """Create a product, unless a concurrent order of the same plan has just done so."""
    params: Any = {"id": product_id, "name": name}
    try:
        api.products.create(params=params)
    except stripe.InvalidRequestError as error:
        if error.code != "resource_already_exists":
            raise


def _rename_product(api: stripe.V1Services, product: Any, name: str) -> None:
    """Give a product the plan's current name."""
    if product["name"] != name:
        api.products.update(product["id"], params={"name": name})


def _customer(api: stripe.V1Services, request: CheckoutRequest) -> str:
    """Return the id of the payer: that of an earlier order if it still exists, else a new one."""
    payer = request.payer
    if payer.provider_id is not None and _customer_exists(api, payer.provider_id):
        return payer.provider_id
    params = _customer_params(payer)
    created = api.customers.create(
        params=params, options={"idempotency_key": _idempotency_key("customer", request, params)}
    )
    return created.id


def _customer_exists(api: stripe.V1Services, customer_id: str) -> bool:
    """Whether this account has the customer: it may be of another account, or deleted."""
    try:
        return not api.customers.retrieve(customer_id).to_dict().get("deleted")
    except stripe.InvalidRequestError as error:
        if error.code != "resource_missing":
            raise
        return False


def _customer_params(payer: Payer) -> Any:
    """Parameters that create the payer at Stripe."""
    email = {} if payer.email is None else {"email": payer.email}
    return {"name": payer.name, "metadata": {"walletdesk_payer": payer.reference}, **email}


def _idempotency_key(kind: str, request: CheckoutRequest, params: Any) -> str:
    """Idempotency key of one object of one attempt, for these parameters only.

    Between two calls of one attempt, whose first answer was lost, a payer's name or the price may
    have changed: Stripe refuses a key that comes with other parameters than the first time.
    """
    return f"walletdesk-{kind}-{request.order_id}-{_digest(params)}-{request.attempt}"


def _digest(params: Any) -> str:
    """Return a short digest of what is sent."""
    return sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()[:16]


def _lookup_key(terms: PriceTerms) -> str:
    """Lookup key of a plan's price; another amount, currency or interval has another key."""
    billing = terms.billing
    interval = "once" if billing is None else f"{billing.count}{billing.unit.value}"
    return f"walletdesk-{terms.plan_id.hex}-{terms.amount_minor}{terms.currency}-{interval}"
