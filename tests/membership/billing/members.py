"""Members whose payments are tested: what they hold, and what they and the desk see of it."""

from datetime import datetime
from typing import Any

from tests.membership.billing.billing_club import Shop
from tests.membership.support import NOON


def bought(shop: Shop, **plan: Any) -> tuple[str, str]:
    """A customer and their membership, just paid."""
    customer = shop.service.customer(email="amara@example.com")
    return customer, shop.bought(customer, shop.gold(**plan))["id"]


def stands(shop: Shop, membership: str) -> tuple[Any, Any, Any]:
    """How a membership stands: status, reason, last day."""
    shown = shop.service.get(f"/v1/memberships/{membership}")
    return shown["status"], shown["reason"], shown["last_day"]


def own(shop: Shop, customer: str) -> Any:
    """What the customer may do about the one subscription."""
    (shown,) = shop.customer_call(customer, "GET", "/me/subscriptions").json()["items"]
    return shown


def change(shop: Shop, customer: str, membership: str, what: str) -> tuple[int, Any]:
    """Cancel or resume as the customer; returns the status and the answer."""
    answer = shop.customer_call(customer, "POST", f"/me/memberships/{membership}/{what}")
    return answer.status_code, answer.json()


def at(day: int, month: int, hour: int = 13) -> datetime:
    """An hour of a day in 2027."""
    return NOON.replace(month=month, day=day, hour=hour)


def attention(shop: Shop, customer: str) -> list[str]:
    """What the desk is to notice at a scan, beside how long ago the last one was."""
    found = shop.service.scan(shop.service.card(customer)["code"])["attention"]
    return [each["kind"] for each in found if each["kind"] != "seen_recently"]


def actions(shop: Shop, action: str) -> int:
    """How often the audit tells of something."""
    entries = shop.service.get("/v1/audit", action=action)["items"]
    return sum(each["action"] == action for each in entries)


def paid_untold(shop: Shop) -> tuple[str, str]:
    """A customer who has paid and their order, with all of it told and nothing worked off."""
    customer = shop.service.customer()
    order = shop.ordered(customer, shop.gold())["order_id"]
    shop.stripe.pay(shop.page_of(order))
    for event in shop.told():
        assert shop.tell(event) == 200
    return customer, order


def told_of(shop: Shop, **wanted: Any) -> list[Any]:
    """What the club was told, newest first."""
    return list(shop.service.get("/v1/billing/events", **wanted)["items"])
