"""Every route that changes a record takes If-Match, or says why not; and acts that take it."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.membership.accounts.staff.people import problem
from tests.membership.application import api_document
from tests.membership.support import Service
from tests.membership.wallet.designs.making import make_design

_CREATES = "creates a record"
_ASKS = "changes nothing that is stored"
_SIGNS = "signs in or out, or proves who one is"
_ONCE = "one way and once: a second one is refused, whatever it saw"
_PROVIDER = "asks the payment provider first, and goes by its state"
_OWN = "one's own account: the password or the code that is sent is the condition"
_DELIVERIES = "deliveries change by themselves"
EXEMPT = {
    "POST /v1/scans": _CREATES,
    "POST /v1/customers": _CREATES,
    "POST /v1/companies": _CREATES,
    "POST /v1/plans": _CREATES,
    "POST /v1/memberships": _CREATES,
    "POST /v1/billing/orders": _CREATES,
    "POST /v1/sales": "compares what was previewed, ``expected``",
    "POST /v1/sales/undo": _ONCE,
    "POST /v1/sales/preview": _ASKS,
    "POST /v1/cards": _CREATES,
    "POST /v1/cards/foreign": _CREATES,
    "POST /v1/card-designs": _CREATES,
    "POST /v1/card-designs/images": _CREATES,
    "POST /v1/keys": _CREATES,
    "POST /v1/staff": _CREATES,
    "POST /v1/staff/first-account": _CREATES,
    "POST /v1/webhooks": _CREATES,
    "POST /v1/imports": _CREATES,
    "POST /v1/signup/keys": _CREATES,
    "POST /v1/access": _ASKS,
    "POST /v1/card-designs/preview": _ASKS,
    "POST /v1/cards/{card_id}/mail": _ASKS,
    "POST /v1/payments/{payment_id}/receipt/mail": _ASKS,
    "POST /v1/webhooks/{webhook_id}/test": _ASKS,
    "POST /v1/staff/sessions": _SIGNS,
    "DELETE /v1/staff/sessions": _SIGNS,
    "DELETE /v1/staff/sessions/current": _SIGNS,
    "DELETE /v1/staff/{staff_id}/sessions": _SIGNS,
    "DELETE /v1/customers/{customer_id}/sessions": _SIGNS,
    "POST /v1/staff/password-resets": _SIGNS,
    "POST /v1/staff/password-resets/confirm": _SIGNS,
    "POST /v1/staff/me/password": _OWN,
    "POST /v1/staff/me/second-factor": _OWN,
    "POST /v1/staff/me/second-factor/confirm": _OWN,
    "POST /v1/staff/me/second-factor/remove": _OWN,
    "POST /v1/visits/{visit_id}/undo": _ONCE,
    "POST /v1/payments/{payment_id}/void": _ONCE,
    "POST /v1/cards/{card_id}/revoke": _ONCE,
    "POST /v1/cards/{card_id}/replace": _ONCE,
    "POST /v1/cards/{card_id}/new-link": _ONCE,
    "POST /v1/cards/{card_id}/take-back": _ONCE,
    "POST /v1/keys/{key_id}/revoke": _ONCE,
    "POST /v1/keys/made-by/{staff_id}/revoke": _ONCE,
    "POST /v1/signup/keys/{embed_key_id}/revoke": _ONCE,
    "POST /v1/imports/{import_id}/start": _ONCE,
    "POST /v1/imports/{import_id}/cancel": _ONCE,
    "PUT /v1/imports/{import_id}/file": _ONCE,
    "POST /v1/requests/{key}/withdraw": _ONCE,
    "POST /v1/billing/orders/{order_id}/refresh": _PROVIDER,
    "POST /v1/billing/orders/{order_id}/cancel": _PROVIDER,
    "POST /v1/billing/orders/{order_id}/resume": _PROVIDER,
    "POST /v1/billing/orders/{order_id}/change": _PROVIDER,
    "POST /v1/billing/orders/{order_id}/change/preview": _PROVIDER,
    "POST /v1/billing/orders/{order_id}/change/withdraw": _PROVIDER,
    "POST /v1/billing/orders/{order_id}/settle": _ONCE,
    "POST /v1/billing/invoices/{invoice_id}/refund-answer": _ONCE,
    "POST /v1/billing/tasks/{task_kind}/{object_id}/retry": _PROVIDER,
    "POST /v1/billing/events/{billing_event_id}/retry": _PROVIDER,
    "POST /v1/customers/{customer_id}/merge": "joins both as they are by then: nothing that was "
    "loaded is sent, so nothing is overwritten",
    "POST /v1/customers/{customer_id}/erase": "erases whatever is there by then: a change by "
    "somebody else is no reason to keep it",
    "POST /v1/webhooks/{webhook_id}/rotate-secret": "makes a new secret; the former one signs on",
    "POST /v1/webhooks/{webhook_id}/deliveries/replay": _DELIVERIES,
    "POST /v1/webhooks/{webhook_id}/deliveries/{event_id}/replay": _DELIVERIES,
    "POST /v1/webhooks/{webhook_id}/deliveries/{event_id}/skip": _DELIVERIES,
}
"""Routes without a condition, and why."""

_SOLD = "/v1/memberships/{id}"
ACTS: dict[str, dict[str, Any]] = {
    "POST /v1/memberships/{membership_id}/renew": {},
    "POST /v1/memberships/{membership_id}/extend": {"last_day": "2028-12-31", "why": "Ill"},
    "POST /v1/memberships/{membership_id}/end": {"at": "2027-03-20T00:00:00Z", "why": "Moved"},
    "POST /v1/memberships/{membership_id}/undo": {},
    "POST /v1/memberships/{membership_id}/transfer": {},
    "POST /v1/memberships/{membership_id}/payments": {"method": "cash", "renew": True},
    "POST /v1/card-designs/{design_id}/archive": {},
    "POST /v1/card-designs/{design_id}/restore": {},
}
"""Acts on a record, and what is sent."""


def changing() -> set[str]:
    """The routes that take If-Match."""
    return {
        route.name
        for route in api_document().routes
        if any(each["name"].lower() == "if-match" for each in route.parameters)
    }


def test_every_route_that_changes_takes_a_condition_or_says_why_not() -> None:
    """Whoever adds one gives it ``InCondition``, and what it changes an ETag."""
    writing = {each.name for each in api_document().routes if each.method not in {"GET", "HEAD"}}
    assert writing - changing() == set(EXEMPT)
    assert changing() <= writing


@pytest.mark.parametrize("name", ACTS)
def test_an_act_is_of_what_was_seen(service: Service, name: str) -> None:
    act = _act(service, name)
    path, shown, body = next(act)
    seen = service.call("GET", shown).headers["ETag"]
    assert _listed(service, shown) in {seen, ""}
    next(act)  # somebody else changes it
    now = service.call("GET", shown).headers["ETag"]
    assert now != seen
    before = service.call("GET", shown).content
    late = service.call("POST", path, json=body, headers={"If-Match": seen})
    assert problem(late) == (412, "changed_meanwhile")
    assert late.headers["ETag"] == now
    assert service.call("GET", shown).content == before
    headers = {"If-Match": now, "Idempotency-Key": str(uuid4())}
    first = service.call("POST", path, json=body, headers=headers)
    assert first.ok, first.text
    again = service.call("POST", path, json=body, headers=headers)
    assert (again.status_code, again.text) == (first.status_code, first.text)
    if "transfer" not in name and "payments" not in name:
        assert first.headers["ETag"] == service.call("GET", shown).headers["ETag"]


def _listed(service: Service, shown: str) -> str:
    """The ETag of a membership in the profile of its owner; empty for something else."""
    if "memberships" not in shown:
        return ""
    sold = service.get(shown)
    (held,) = service.get(f"/v1/customers/{sold['customer_id']}")["memberships"]
    (listed,) = service.get("/v1/memberships", customer_id=sold["customer_id"])["items"]
    assert held["etag"] == listed["etag"] == sold["etag"]
    return str(held["etag"])


def _act(service: Service, name: str) -> Iterator[tuple[str, str, Any]]:
    """Its path, where its record is shown, and the body; then the record is changed."""
    path = name.split()[1]
    body = dict(ACTS[name])
    if "card-designs" in path:
        design = str(make_design(service)["id"])
        shown = f"/v1/card-designs/{design}"
        if "restore" in path:
            service.post(f"{shown}/archive", status=200)
        yield path.format(design_id=design), shown, None
        record = service.get(shown)
        change = {"name": "Other", "design": record["design"], "version": record["version"]}
        assert service.call("PUT", shown, json=change).ok
    else:
        length = {"unit": "month", "count": 1}
        plan = service.plan("Gold", length=length, price_minor=4900)
        membership = service.member(plan, customer_id=service.customer())
        shown = f"/v1/memberships/{membership}"
        if "undo" in path:
            sold = service.post(f"{shown}/renew", status=200)
            body["change_id"] = sold["last_change"]["id"]
        if "transfer" in path:
            body["plan_id"] = service.plan("Silver", length=length)
        yield path.format(membership_id=membership), shown, body
        service.post(f"{shown}/extend", {"last_day": "2027-08-31", "why": "Ill"}, status=200)
        if "undo" in path:  # which names the change, too
            body["change_id"] = service.get(shown)["last_change"]["id"]
    yield "", "", None
