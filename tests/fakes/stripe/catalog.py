"""Products, prices and customers."""

from babel.numbers import list_currencies

from tests.fakes.stripe import checkout, paying, subscriptions
from tests.fakes.stripe.forms import Form
from tests.fakes.stripe.ledger import Ledger, new_id
from tests.fakes.stripe.refusals import Refused, missing, not_faked
from tests.fakes.stripe.shapes import Thing

_LONGEST = {"day": 1095, "week": 156, "month": 36, "year": 3}
"""Periods are three years at most."""


def merged(thing: Thing, form: Form) -> None:
    """Merge metadata as Stripe does: an empty text deletes its key, "" deletes all."""
    given = form.get("metadata")
    if given == "":
        thing["metadata"] = {}
    elif given:
        both = {**thing["metadata"], **given}
        thing["metadata"] = {name: value for name, value in both.items() if value != ""}


def _texts(form: Form, *names: str) -> Form:
    """Return the parameters of these names; an empty text clears a field."""
    return {name: form[name] if form[name] != "" else None for name in names if name in form}


PRODUCT = ("active", "description", "name", "unit_label", "url", "images", "statement_descriptor")


def create_product(ledger: Ledger, form: Form) -> Thing:
    """Return a new product; its id may be chosen. Raises Refused for an id in use."""
    if form.get("id") in ledger.things:
        raise Refused("Product already exists.", "resource_already_exists", "id")
    made = ledger.make(
        "product",
        id=form.get("id", new_id("product")),
        type="service",
        updated=ledger.seconds,
        **{"active": True, **_texts(form, *PRODUCT)},
    )
    merged(made, form)
    ledger.tell("product.created", made)
    return made


def update_product(ledger: Ledger, product: Thing, form: Form) -> Thing:
    """Change a product and return it."""
    with ledger.changing(product, "product.updated"):
        product.update(_texts(form, *PRODUCT), updated=ledger.seconds)
        if "default_price" in form:
            price = ledger.get("price", form["default_price"], "default_price", 400)
            product["default_price"] = price["id"]
        merged(product, form)
    return product


def create_price(ledger: Ledger, form: Form) -> Thing:
    """Return a new price of a product; amounts are in the smallest unit of the currency.

    Raises Refused for parameters that Stripe rejects.
    """
    currency = form["currency"].lower()
    if currency.upper() not in list_currencies():
        raise Refused(f"Invalid currency: {currency}", param="currency")
    if "product" not in form:
        raise Refused("Missing required param: product.", "parameter_missing", "product")
    product = ledger.get("product", form["product"], "product", 400)
    if "unit_amount" not in form:
        raise Refused("Missing required param: unit_amount.", "parameter_missing", "unit_amount")
    amount: int = form["unit_amount"]
    if amount < 0:
        raise Refused("Invalid non-negative integer", "parameter_invalid_integer", "unit_amount")
    if amount > 99_999_999:
        raise Refused("Amount must be no more than 999,999.99", "amount_too_large", "unit_amount")
    recurring = form.get("recurring")
    if recurring is not None:
        recurring = {"interval_count": 1, "usage_type": "licensed", **recurring}
        if recurring["usage_type"] != "licensed":
            raise not_faked("metered prices")
        longest = _LONGEST[recurring["interval"]]
        if not 1 <= recurring["interval_count"] <= longest:
            told = f"The interval count must be 1 to {longest} for {recurring['interval']}s."
            raise Refused(told, param="recurring[interval_count]")
    made = ledger.make(
        "price",
        active=form.get("active", True),
        billing_scheme="per_unit",
        currency=currency,
        nickname=form.get("nickname"),
        product=product["id"],
        recurring=recurring,
        tax_behavior=form.get("tax_behavior", "unspecified"),
        type="recurring" if recurring else "one_time",
        unit_amount=amount,
        unit_amount_decimal=str(amount),
    )
    merged(made, form)
    try:
        _take_key(ledger, made, form)
    except Refused:
        del ledger.things[made["id"]]
        raise
    ledger.tell("price.created", made)
    return made


def update_price(ledger: Ledger, price: Thing, form: Form) -> Thing:
    """Change and return a price; its amount never changes."""
    with ledger.changing(price, "price.updated"):
        _take_key(ledger, price, form)
        price.update(_texts(form, "active", "nickname", "tax_behavior"))
        merged(price, form)
    return price


def _take_key(ledger: Ledger, price: Thing, form: Form) -> None:
    """Set the look-up key of a price; another price may only lose it by ``transfer_lookup_key``."""
    key = form.get("lookup_key")
    if key is None:
        return
    others = [each for each in ledger.all("price", lookup_key=key) if each is not price]
    for each in others:
        if not form.get("transfer_lookup_key"):
            told = f"A price (`{each['id']}`) already uses that lookup key."
            raise Refused(told, param="lookup_key")
        with ledger.changing(each, "price.updated"):
            each["lookup_key"] = None
    price["lookup_key"] = key


def listed_prices(ledger: Ledger, form: Form) -> list[Thing]:
    """Return prices by product, keys, currency, type and activity; oldest first."""
    if "product" in form:
        ledger.get("product", form["product"], "product", 400)
    wanted = {
        name: form[name] for name in ("product", "active", "currency", "type") if name in form
    }
    keys = form.get("lookup_keys")
    return [
        each for each in ledger.all("price", **wanted) if keys is None or each["lookup_key"] in keys
    ]


CUSTOMER = ("description", "email", "name", "phone", "preferred_locales")


def create_customer(ledger: Ledger, form: Form) -> Thing:
    """Return a new customer; several may have the same address."""
    _check_email(form)
    values = _texts(form, *CUSTOMER)
    metadata = {name: value for name, value in (form.get("metadata") or {}).items() if value}
    return paying.new_customer(ledger, metadata=metadata, **values)


def update_customer(ledger: Ledger, customer: Thing, form: Form) -> Thing:
    """Change a customer and return it. Raises Refused for a deleted one."""
    _check_email(form)
    if customer.get("deleted"):
        raise missing("customer", customer["id"], "id")
    with ledger.changing(customer, "customer.updated"):
        customer.update(_texts(form, *CUSTOMER))
        merged(customer, form)
    return customer


def listed_customers(ledger: Ledger, form: Form) -> list[Thing]:
    """Return customers with exactly this address, or all; deleted ones are omitted."""
    wanted = {"email": form["email"]} if "email" in form else {}
    return [each for each in ledger.all("customer", **wanted) if not each.get("deleted")]


def _check_email(form: Form) -> None:
    email = form.get("email")
    if email and ("@" not in email or len(email) > 512):
        raise Refused(f"Invalid email address: {email}", "email_invalid", "email")


def delete_customer(ledger: Ledger, customer_id: str) -> Thing:
    """Delete a customer and cancel its subscriptions; return the deleted object, its id alone."""
    customer = checkout.live_customer(ledger, customer_id, "id")
    for each in ledger.all("subscription", customer=customer_id):
        if each["status"] not in subscriptions.ENDED:
            subscriptions.end(ledger, each, "cancellation_requested")
    ledger.tell("customer.deleted", customer)
    gone: Thing = {"id": customer_id, "object": "customer", "deleted": True}
    ledger.things[customer_id] = gone
    return gone
