"""Members for the tests of billing: their memberships, and what they and the desk see."""

from datetime import datetime
from typing import Any

from tests.membership.billing.billing_club import BillingClub
from tests.membership.support import NOON


def buy_gold(club: BillingClub, **plan: Any) -> tuple[str, str]:
    """Return a new customer and the id of their membership, just paid."""
    customer = club.service.customer(email="amara@example.com")
    return customer, club.buy(customer, club.gold_plan(**plan))["id"]


def membership_state(club: BillingClub, membership: str) -> tuple[Any, Any, Any]:
    """Return status, reason and last day of a membership."""
    shown = club.service.get(f"/v1/memberships/{membership}")
    return shown["status"], shown["reason"], shown["last_day"]


def own_subscription(club: BillingClub, customer: str) -> Any:
    """Return the customer's only subscription, as they see it."""
    (shown,) = club.customer_call(customer, "GET", "/me/subscriptions").json()["items"]
    return shown


def change_as_customer(
    club: BillingClub, customer: str, membership: str, what: str
) -> tuple[int, Any]:
    """Cancel or resume as the customer; returns status code and body."""
    answer = club.customer_call(customer, "POST", f"/me/memberships/{membership}/{what}")
    return answer.status_code, answer.json()


def day_at(day: int, month: int, hour: int = 13) -> datetime:
    """Return an hour of a day in 2027."""
    return NOON.replace(month=month, day=day, hour=hour)


def desk_attention(club: BillingClub, customer: str) -> list[str]:
    """Return the notices of a scan, except for the time of the previous one."""
    found = club.service.scan(club.service.card(customer)["code"])["attention"]
    return [each["kind"] for each in found if each["kind"] != "seen_recently"]


def audit_count(club: BillingClub, action: str) -> int:
    """Return the number of audit entries of an action."""
    entries = club.service.get("/v1/audit", action=action)["items"]
    return sum(each["action"] == action for each in entries)


def paid_unprocessed(club: BillingClub) -> tuple[str, str]:
    """Return a customer who has paid and their order; events are delivered, but not processed."""
    customer = club.service.customer()
    order = club.order_as_customer(customer, club.gold_plan())["order_id"]
    club.stripe.pay(club.checkout_of(order))
    for event in club.new_events():
        assert club.deliver(event) == 200
    return customer, order


def stored_events(club: BillingClub, **wanted: Any) -> list[Any]:
    """Return the stored events, newest first."""
    return list(club.service.get("/v1/billing/events", **wanted)["items"])
