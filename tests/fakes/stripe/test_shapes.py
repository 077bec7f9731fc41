"""Whether what the fake says has the form that the installed package says Stripe's objects have."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, get_args, get_origin

import pytest
import stripe

from tests.fakes.stripe.shapes import ABSENT, KINDS, SPARSE, Thing, thing
from tests.fakes.stripe.shop import Shop, shop
from tests.fakes.stripe.test_schedules import planned
from tests.fakes.stripe.typed import NONE, choices, hints, members, plain


def faults(of: Any, value: Thing, path: str) -> Iterator[str]:
    """Where an object is not as its type says."""
    known = hints(of)
    for name in value.keys() - known.keys():
        yield f"{path}.{name} is unknown"
    for name, kind in known.items():
        if name in value:
            yield from _field(kind, value[name], f"{path}.{name}")
        elif name != "deleted" and name not in ABSENT.get(of, set()) and of.__name__ not in SPARSE:
            yield f"{path}.{name} is missing"


def _field(kind: Any, value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        yield from _object(kind, value, path)
    elif isinstance(value, list):
        inner = [get_args(each)[0] for each in members(kind) if get_origin(each) is list]
        if not inner:
            yield f"{path} is a list"
        for each in value:
            yield from _field(inner[0], each, f"{path}[]")
    else:
        yield from _scalar(kind, value, path)


def _object(kind: Any, value: Thing, path: str) -> Iterator[str]:
    nested, named = plain(kind), value.get("object")
    if isinstance(named, str) and named in KINDS:
        yield from faults(KINDS[named], value, path)
    elif named == "list":
        for each in value["data"]:
            yield from faults(KINDS[each["object"]], each, f"{path}[]")
    elif nested is not None and hints(nested):
        yield from faults(nested, value, path)


def _scalar(kind: Any, value: Any, path: str) -> Iterator[str]:
    kinds = members(kind)
    allowed = choices(kind)
    if value is None:
        if NONE not in kinds:
            yield f"{path} is null"
    elif allowed is not None:
        if value not in allowed:
            yield f"{path} is {value!r}"
    elif isinstance(value, str) and Decimal in kinds:
        Decimal(value)
    elif type(value) not in kinds:
        yield f"{path} is a {type(value).__name__}"


def everything(club: Shop) -> None:
    """Make every kind of object, in every state that the fake knows."""
    server = club.server
    monthly = club.price(lookup_key="gold", metadata={"plan": "1"})
    first = club.subscribed(monthly, subscription_data={"metadata": {"a": "b"}})
    server.pay(club.session(monthly).id, "declined")
    for ok in (True, False):
        server.settle(server.pay(club.session(monthly).id, "processing")["id"], ok)
        once = club.session(club.once(), invoice_creation={"enabled": True})
        server.settle(server.pay(once.id, "processing")["id"], ok)
    server.refund(server.pay(once_paid(club))["payment_intent"], 100)
    for won in (True, False):
        server.close_dispute(server.dispute(club.paid_once()["id"])["id"], won)
    club.session()
    server.set_card(first.customer, "declines")
    club.forward(days=33)
    server.void_invoice(club.subscription(first.id).latest_invoice)
    club.forward(days=60)
    server.cancel(club.subscribed(monthly).id, at_period_end=True)
    server.cancel(club.subscribed(monthly).id, at_period_end=True, as_date=True)
    server.cancel(club.subscribed(monthly).id, at_period_end=False)
    club.v1.products.update(monthly.product, {"description": "x"})
    club.v1.prices.update(monthly.id, {"active": False})
    customer = club.v1.customers.create({"email": "a@member.example"})
    club.v1.customers.update(customer.id, {"name": "A"})
    club.v1.billing_portal.sessions.create({"customer": customer.id})
    club.v1.webhook_endpoints.create(
        {"url": "https://club.example/hooks", "enabled_events": ["invoice.paid"]}
    )
    club.v1.subscription_schedules.release(planned(club)[1].id)
    server.delete_customer(planned(club)[0].customer)
    server.delete_customer(first.customer)


def once_paid(club: Shop) -> str:
    return str(club.session(club.once(), invoice_creation={"enabled": True}).id)


def test_every_object_and_every_event_has_the_form_of_its_type() -> None:
    with shop() as club:
        everything(club)
        told = {each["type"] for each in club.server.events}
        found = [
            fault
            for each in [*club.server.ledger.things.values(), *club.server.events]
            if not each.get("deleted")
            for fault in faults(KINDS[each["object"]], each, each["object"])
        ]
        kinds = {each["object"] for each in club.server.ledger.things.values()}
        account = club.v1.accounts.retrieve_current().to_dict()
    assert not found
    assert not list(faults(stripe.Account, account, "account"))
    inside = {"account", "event", "item", "line_item", "plan", "subscription_item"}
    assert kinds == KINDS.keys() - inside
    assert told >= {
        "charge.dispute.closed",
        "charge.dispute.created",
        "charge.refunded",
        "checkout.session.async_payment_failed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.completed",
        "checkout.session.expired",
        "customer.created",
        "customer.deleted",
        "customer.subscription.created",
        "customer.subscription.deleted",
        "customer.subscription.updated",
        "customer.updated",
        "invoice.created",
        "invoice.finalized",
        "invoice.paid",
        "invoice.payment_failed",
        "invoice.payment_succeeded",
        "invoice.voided",
        "payment_intent.payment_failed",
        "payment_intent.succeeded",
        "subscription_schedule.canceled",
        "subscription_schedule.created",
        "subscription_schedule.released",
        "subscription_schedule.updated",
    }


def test_a_field_that_stripe_does_not_have_cannot_be_made() -> None:
    with pytest.raises(AssertionError, match="colour"):
        thing("product", id="prod_1", colour="red")
    with pytest.raises(AssertionError, match="must have"):
        thing("product", id="prod_1")


def test_the_faults_of_an_object_are_found() -> None:
    product = thing("product", id="p", active=True, created=1, name="x", type="gift", updated="1")
    product["colour"] = None
    del product["url"]
    found = set(faults(stripe.Product, product, "product"))
    assert found == {
        "product.colour is unknown",
        "product.url is missing",
        "product.type is 'gift'",
        "product.updated is a str",
    }
