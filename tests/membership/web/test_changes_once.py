"""Changes sent twice under one key: carried out once, with the first answer; each has a key."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.membership.application import api_document
from tests.membership.needs import CALLER, NEEDS
from tests.membership.support import Service
from tests.membership.wallet.designs.making import content, make_design

HARMLESS = {
    "PUT /v1/customers/{customer_id}/photo": "the same photo again changes nothing",
    "DELETE /v1/customers/{customer_id}/photo": "there is no photo to delete the second time",
    "POST /v1/card-designs/images": "pictures are stored by their digest",
    "POST /v1/card-designs/preview": "changes nothing",
    "POST /v1/access": "changes nothing",
    "POST /v1/scans": "the visit has an id of its own",
    "POST /v1/visits/{visit_id}/undo": "an undone visit stays undone",
    "POST /v1/customers/{customer_id}/erase": "who is erased stays erased",
    "POST /v1/billing/orders/{order_id}/refresh": "asks the provider",
    "POST /v1/billing/orders/{order_id}/change/preview": "asks the provider",
    "POST /v1/sales/preview": "stores nothing",
    "POST /v1/billing/events/{billing_event_id}/retry": "events are processed once",
    "POST /v1/billing/invoices/{invoice_id}/refund-answer": "the same answer changes nothing",
    "POST /v1/billing/orders/{order_id}/settle": "what is settled stays so",
    "POST /v1/billing/tasks/{task_kind}/{object_id}/retry": "tasks are done once",
    "PUT /v1/billing/stripe": "stores the same keys",
    "PUT /v1/wallets/apple": "stores the same certificate",
    "PUT /v1/wallets/google": "stores the same key",
    "DELETE /v1/wallets/apple": "there is none to delete the second time",
    "DELETE /v1/wallets/google": "there is none to delete the second time",
    "POST /v1/keys": "refuses keys: its answer holds a secret",
    "POST /v1/keys/{key_id}/revoke": "a revoked key stays revoked",
    "POST /v1/keys/made-by/{staff_id}/revoke": "revoked keys stay revoked",
    "DELETE /v1/staff/{staff_id}/sessions": "ended sessions stay ended",
    "DELETE /v1/customers/{customer_id}/sessions": "ended sessions stay ended",
    "POST /v1/webhooks": "refuses keys: its answer holds a secret",
    "POST /v1/webhooks/{webhook_id}/rotate-secret": "refuses keys: its answer holds a secret",
    "PATCH /v1/webhooks/{webhook_id}": "sets the same fields",
    "DELETE /v1/webhooks/{webhook_id}": "there is none to delete the second time",
    "POST /v1/webhooks/{webhook_id}/test": "a test may be sent twice",
    "POST /v1/webhooks/{webhook_id}/deliveries/replay": "deliveries are sent at least once",
    "POST /v1/webhooks/{webhook_id}/deliveries/{event_id}/replay": "the same",
    "POST /v1/webhooks/{webhook_id}/deliveries/{event_id}/skip": "a skipped one waits no more",
    "PUT /v1/imports/{import_id}/file": "stores the same file",
    "POST /v1/imports/{import_id}/start": "an import is started once",
    "POST /v1/imports/{import_id}/cancel": "a cancelled import stays so",
}
"""Routes of staff and systems that write, or look like it, and take no key; and why."""

_WITHOUT_ORGANIZATION = ("/v1/staff/sessions", "/v1/staff/me", "/v1/staff/first-account")


def test_every_writing_route_takes_a_key_or_needs_none() -> None:
    document = api_document()
    without = {
        route.name
        for route in document.routes
        if route.method != "GET"
        and NEEDS[route.name] != "anybody"
        and NEEDS[route.name] != CALLER
        and not route.path.startswith(_WITHOUT_ORGANIZATION)
        and not any(each["name"] == "Idempotency-Key" for each in route.parameters)
    }
    refusing = {name for name, why in HARMLESS.items() if why.startswith("refuses")}
    assert without == set(HARMLESS) - refusing


class Club:
    """What the changes below are about."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.plan = service.plan("Gold", "pool", length={"unit": "month"})
        self.customer = service.customer(email="amara@example.com")
        self.company = service.company()
        self.sold = service.member(self.plan, customer_id=self.customer)

    def design(self) -> str:
        """Create a design; returns the id."""
        return str(make_design(self.service)["id"])

    def payment(self) -> str:
        """Record a payment; returns the id."""
        path = f"/v1/memberships/{self.sold}/payments"
        return str(self.service.post(path, {"method": "cash", "amount_minor": 100})["id"])

    def renewed(self) -> tuple[str, Any]:
        """Renew what was sold; returns what undoes that."""
        path = f"/v1/memberships/{self.sold}"
        change = self.service.post(f"{path}/renew", status=200)["last_change"]["id"]
        return f"{path}/undo", {"change_id": change}

    def sale(self) -> tuple[str, Any]:
        """A sale to somebody new, paid in cash."""
        paid = {"method": "cash", "amount_minor": 100}
        who = {"given_name": "Ines"}
        return "/v1/sales", {
            "kind": "new",
            "plan_id": self.plan,
            "customer": who,
            "payment": paid,
        }

    def sale_to_undo(self) -> tuple[str, Any]:
        """Sell; returns what undoes that."""
        return "/v1/sales/undo", {**self.service.post(*self.sale())["undo"], "why": "typo"}

    def linked(self) -> str:
        """Link the customer; returns the path of the link."""
        self.service.link(self.company, self.customer)
        return f"/v1/companies/{self.company}/customers/{self.customer}"


def _of(path: str, body: Any) -> Callable[[Club], tuple[str, Any]]:
    """A change at a path with the ids of the club."""
    return lambda club: (path.format(**vars(club)), body)


def _embed_key(_club: Club) -> tuple[str, Any]:
    x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    key = {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": "one"}
    return "/v1/signup/keys", {"jwks": {"keys": [key]}}


_SOLD = "/v1/memberships/{sold}"
CHANGES: dict[str, tuple[str, Callable[[Club], tuple[str, Any]]]] = {
    "change customer": ("PATCH", _of("/v1/customers/{customer}", {"desk_note": "Mind"})),
    "change company": ("PATCH", _of("/v1/companies/{company}", {"name": "Southwind"})),
    "change plan": ("PATCH", _of("/v1/plans/{plan}", {"price_minor": 4900})),
    "relabel": ("PATCH", _of("/v1/permissions/pool", {"label": "Pool"})),
    "extend": ("POST", _of(_SOLD + "/extend", {"days": 3})),
    "undo": ("POST", Club.renewed),
    "end": ("POST", _of(_SOLD + "/end", {"why": "moved"})),
    "note payment": ("PUT", _of(_SOLD + "/payment", {"overdue_since": "2027-03-01T00:00:00Z"})),
    "void": ("POST", lambda club: (f"/v1/payments/{club.payment()}/void", {"why": "typo"})),
    "sell": ("POST", Club.sale),
    "undo sale": ("POST", Club.sale_to_undo),
    "revoke card": (
        "POST",
        lambda club: (f"/v1/cards/{club.service.card(club.customer)['card']['id']}/revoke", None),
    ),
    "link": ("PUT", _of("/v1/companies/{company}/customers/{customer}", {"role": "Chef"})),
    "unlink": ("DELETE", lambda club: (club.linked(), None)),
    "archive design": (
        "POST",
        lambda club: (f"/v1/card-designs/{club.design()}/archive", None),
    ),
    "edit design": (
        "PUT",
        lambda club: (
            f"/v1/card-designs/{club.design()}",
            {"name": "Silver", "design": content(title={"en": "Club card"}), "version": 1},
        ),
    ),
    "change organization": ("PATCH", _of("/v1/organization", {"name": "Harbour"})),
    "set signup": ("PUT", _of("/v1/signup", {"open": True})),
    "add embed keys": ("POST", _embed_key),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_repeated_change_gives_the_first_answer(service: Service, change: str) -> None:
    method, of = CHANGES[change]
    club = Club(service)
    path, body = of(club)
    once, more = str(uuid4()), {} if body is None else {"json": body}
    first = service.call(method, path, headers={"Idempotency-Key": once}, **more)
    assert first.ok, first.text
    audit = service.get("/v1/audit")
    service.clock.advance(minutes=1)
    again = service.call(method, path, headers={"Idempotency-Key": once}, **more)
    assert (again.status_code, again.text) == (first.status_code, first.text)
    assert service.get("/v1/audit") == audit
    told = service.post(f"/v1/requests/{once}/withdraw", status=200)
    assert (told["state"], told["at"]) == ("carried_out", "2027-03-10T11:00:00Z")
    assert told["answer"] == (first.json() if first.text else {})
    other = f"/v1/companies/{club.company}"
    reused = service.call("PATCH", other, json={"name": "X"}, headers={"Idempotency-Key": once})
    assert reused.json()["code"] == "idempotency_key_reused"


@pytest.mark.parametrize("change", CHANGES)
def test_a_withdrawn_change_is_not_made(service: Service, change: str) -> None:
    method, of = CHANGES[change]
    path, body = of(Club(service))
    once, more = str(uuid4()), {} if body is None else {"json": body}
    assert service.post(f"/v1/requests/{once}/withdraw", status=200)["state"] == "withdrawn"
    before = service.get("/v1/audit")
    late = service.call(method, path, headers={"Idempotency-Key": once}, **more)
    assert (late.status_code, late.json()["code"]) == (409, "request_withdrawn")
    assert service.get("/v1/audit") == before


def test_a_field_left_out_differs_from_null(service: Service) -> None:
    customer = service.customer(desk_note="Mind the dog")
    path, headers = f"/v1/customers/{customer}", {"Idempotency-Key": "k"}
    assert service.call("PATCH", path, json={}, headers=headers).ok
    other = service.call("PATCH", path, json={"desk_note": None}, headers=headers)
    assert other.json()["code"] == "idempotency_key_reused"
    assert service.get(path)["desk_note"] == "Mind the dog"
