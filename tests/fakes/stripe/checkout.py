"""Checkout sessions: created by the club, paid by the customer."""

from tests.fakes.stripe.forms import Form
from tests.fakes.stripe.ledger import Ledger, new_id
from tests.fakes.stripe.refusals import Refused, missing, not_faked
from tests.fakes.stripe.shapes import Thing, listed, thing

_LEAST = {"eur": 50, "usd": 50, "chf": 50, "gbp": 30, "jpy": 50}
"""What a payment must come to at least, in the smallest unit ("Supported currencies")."""


def create(ledger: Ledger, form: Form) -> Thing:
    """Return a new open session. Raises Refused for what Stripe would not sell."""
    mode = form.get("mode")
    if mode is None:
        raise Refused("Missing required param: mode.", "parameter_missing", "mode")
    if mode == "setup":
        raise not_faked("Checkout sessions in setup mode")
    if form.get("ui_mode", "hosted_page") != "hosted_page":
        raise not_faked("Checkout sessions that are not on Stripe's own page")
    if (form.get("automatic_tax") or {}).get("enabled"):
        raise not_faked("tax")
    _check_texts(form, mode)
    customer = form.get("customer") and live_customer(ledger, form["customer"])
    wanted = _wanted(ledger, form.get("line_items") or [], mode)
    total = sum(price["unit_amount"] * quantity for price, quantity in wanted)
    currency = wanted[0][0]["currency"]
    if total == 0:
        raise not_faked("Checkout sessions that cost nothing")
    if total < _LEAST.get(currency, 1):
        told = (
            f"The Checkout Session's total amount due must add up to at least {_LEAST[currency]}."
        )
        raise Refused(told, "amount_too_small", kept=True)
    session_id = new_id("checkout.session")
    creates_invoice = form.get("invoice_creation") or {"enabled": False}
    subscribes = mode == "subscription"
    made = ledger.make(
        "checkout.session",
        id=session_id,
        allow_promotion_codes=form.get("allow_promotion_codes"),
        amount_subtotal=total,
        amount_total=total,
        automatic_tax={"enabled": False},
        billing_address_collection=form.get("billing_address_collection"),
        cancel_url=form.get("cancel_url"),
        client_reference_id=form.get("client_reference_id"),
        currency=currency,
        custom_text={},
        customer=customer and customer["id"],
        customer_creation=None if customer else _creation(form, mode),
        customer_details=customer
        and {"email": customer["email"], "name": customer["name"], "tax_exempt": "none"},
        customer_email=form.get("customer_email"),
        expires_at=_expiry(ledger, form),
        invoice_creation=None
        if subscribes
        else {"enabled": creates_invoice["enabled"], "invoice_data": {"metadata": {}}},
        locale=form.get("locale"),
        metadata=form.get("metadata") or {},
        mode=mode,
        origin_context=None,
        payment_method_collection="always" if subscribes else "if_required",
        payment_method_types=form.get("payment_method_types") or ["card", "sepa_debit"],
        payment_status="unpaid",
        phone_number_collection={"enabled": False},
        status="open",
        submit_type=form.get("submit_type"),
        success_url=form.get("success_url"),
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        ui_mode="hosted_page",
        url=f"{ledger.url}/c/pay/{session_id}",
    )
    ledger.intentions[session_id] = {
        "form": form,
        "wanted": wanted,
        "lines": [_line(*each) for each in wanted],
    }
    return made


def _check_texts(form: Form, mode: str) -> None:
    other = "payment_intent_data" if mode == "subscription" else "subscription_data"
    wrong = {other, "invoice_creation", "customer_creation"} if mode == "subscription" else {other}
    for name in sorted(wrong):
        if name in form:
            raise Refused(f"You can not pass `{name}` in `{mode}` mode.", param=name)
    if "success_url" not in form:
        told = "Missing required param: success_url."
        raise Refused(told, "parameter_missing", "success_url")
    for name in ("success_url", "cancel_url"):
        if name in form and not form[name].startswith(("https://", "http://")):
            raise Refused("Not a valid URL", "url_invalid", name)
    if len(form.get("client_reference_id", "")) > 200:
        raise Refused("Invalid string: must be at most 200 characters", param="client_reference_id")
    if "customer" in form and "customer_email" in form:
        told = "You may only specify one of these parameters: customer, customer_email."
        raise Refused(told, param="customer")
    email = form.get("customer_email")
    if email is not None and "@" not in email:
        raise Refused(f"Invalid email address: {email}", "email_invalid", "customer_email")


def _creation(form: Form, mode: str) -> str:
    return "always" if mode == "subscription" else str(form.get("customer_creation", "if_required"))


def _expiry(ledger: Ledger, form: Form) -> int:
    expires: int = form.get("expires_at", ledger.after(hours=24))
    if expires < ledger.after(minutes=30):
        told = (
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation."
        )
        raise Refused(told, param="expires_at")
    if expires > ledger.after(hours=24):
        told = (
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation."
        )
        raise Refused(told, param="expires_at")
    return expires


def live_customer(ledger: Ledger, customer_id: str, param: str = "customer") -> Thing:
    """Return the customer in a parameter. Raises Refused if it does not exist or was deleted.

    That is a 404 if the path names it (``id``).
    """
    status = 404 if param == "id" else 400
    customer = ledger.get("customer", customer_id, param, status)
    if customer.get("deleted"):
        raise missing("customer", customer_id, param, status)
    return customer


def _wanted(ledger: Ledger, lines: list[Form], mode: str) -> list[tuple[Thing, int]]:
    """Return prices and quantities of the requested lines."""
    if not lines:
        told = f"You must provide line_items in `{mode}` mode."
        raise Refused(told, "parameter_missing", "line_items")
    wanted = []
    for at, each in enumerate(lines):
        path = f"line_items[{at}]"
        if "price" not in each:
            raise Refused(
                f"Missing required param: {path}[price].", "parameter_missing", f"{path}[price]"
            )
        price = ledger.get("price", each["price"], f"{path}[price]", 400)
        product = ledger.things[price["product"]]
        if not price["active"]:
            told = "The price specified is inactive. This field only accepts active prices."
            raise Refused(told, param=f"{path}[price]", kept=True)
        if not product["active"]:
            told = f"Price `{price['id']}` is not available because its product is not active."
            raise Refused(told, param=f"{path}[price]", kept=True)
        if price["recurring"] and mode == "payment":
            told = (
                "You specified `payment` mode but passed a recurring price. Either switch to "
                "`subscription` mode or use only one-time prices."
            )
            raise Refused(told, param="mode")
        if each.get("quantity", 0) < 1:
            told = f"Quantity is required. Add `quantity` to `{path}`"
            raise Refused(told, "parameter_missing", f"{path}[quantity]")
        wanted.append((price, each["quantity"]))
    _check_together([price for price, _ in wanted], mode)
    return wanted


def _check_together(prices: list[Thing], mode: str) -> None:
    every = {
        (each["recurring"]["interval"], each["recurring"]["interval_count"])
        for each in prices
        if each["recurring"]
    }
    if mode == "subscription" and not every:
        told = "You must provide at least one recurring price in `subscription` mode."
        raise Refused(told, param="line_items")
    if len(every) > 1:
        raise not_faked("subscriptions with more than one interval")
    if len({each["currency"] for each in prices}) > 1:
        raise Refused("All line items must have the same currency.", param="line_items")


def _line(price: Thing, quantity: int) -> Thing:
    amount = price["unit_amount"] * quantity
    return thing(
        "item",
        id=new_id("item"),
        amount_discount=0,
        amount_subtotal=amount,
        amount_tax=0,
        amount_total=amount,
        currency=price["currency"],
        description=price["nickname"],
        price=dict(price),
        quantity=quantity,
    )


def lines_of(ledger: Ledger, session: Thing) -> Thing:
    """Return the list of a session's lines."""
    lines = ledger.intentions[session["id"]]["lines"]
    return listed(f"/v1/checkout/sessions/{session['id']}/line_items", lines)


def expire(ledger: Ledger, session: Thing) -> None:
    """Expire a session, so that it cannot be paid. Raises Refused if it is not open."""
    if session["status"] != "open":
        told = (
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout '
            f"Session has a status of `{session['status']}`."
        )
        raise Refused(told)
    session.update(status="expired", url=None)
    ledger.tell("checkout.session.expired", session)
