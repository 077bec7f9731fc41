"""The audit: every route that writes has an entry, with before and after; nothing changes it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from membership.store.models import AuditEntry
from tests.membership.accounts.staff.people import (
    PASSWORD,
    add,
    anonymous,
    problem,
    sign_in,
    token_for,
    try_sign_in,
)
from tests.membership.application import api_document
from tests.membership.events.audit.exceptions import EXCEPTIONS
from tests.membership.members.customers.test_customers import picture
from tests.membership.support import NOON, Service
from tests.membership.wallet.issuers.files import apple_body, google_body

ED25519 = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
"""A public key of RFC 8037."""

Step = tuple[str, Callable[[], Any], str]
"""A route, a call of it, and the action that it must leave."""


def customer_steps(service: Service) -> Iterator[Step]:
    """The routes of customers and their cards."""
    amara = service.customer("Amara")
    twin, gone = service.customer("Amara"), service.customer("Gone")
    card, lost = (service.card(amara)["card"]["id"] for _ in range(2))
    path = f"/v1/customers/{amara}"
    image = {"data": picture(), "headers": {"Content-Type": "image/jpeg"}}

    def call(method: str, to: str, **options: Any) -> Callable[[], Any]:
        return lambda: service.call(method, to, **options)

    new = call("POST", "/v1/customers", json={"given_name": "New"})
    yield "POST /v1/customers", new, "customer.created"
    change = call("PATCH", path, json={"family_name": "Okafor"})
    yield "PATCH /v1/customers/{customer_id}", change, "customer.changed"
    photo = "/v1/customers/{customer_id}/photo"
    yield f"PUT {photo}", call("PUT", f"{path}/photo", **image), "customer.changed"
    yield f"DELETE {photo}", call("DELETE", f"{path}/photo"), "customer.changed"
    issue = call("POST", "/v1/cards", json={"customer_id": amara, "label": "Card"})
    yield "POST /v1/cards", issue, "card.created"
    replace = call("POST", f"/v1/cards/{lost}/replace")
    yield "POST /v1/cards/{card_id}/replace", replace, "card.changed"
    revoke = call("POST", f"/v1/cards/{card}/revoke")
    yield "POST /v1/cards/{card_id}/revoke", revoke, "card.changed"
    merge = call("POST", f"{path}/merge", json={"other_id": twin})
    yield "POST /v1/customers/{customer_id}/merge", merge, "customer.merged"
    number = service.get(f"/v1/customers/{gone}")["customer"]["number"]
    erase = call("POST", f"/v1/customers/{gone}/erase", json={"confirm": number})
    yield "POST /v1/customers/{customer_id}/erase", erase, "customer.erased"


def company_steps(service: Service) -> Iterator[Step]:
    """The routes of companies, links and the organization."""
    company, customer = service.company("Northwind"), service.customer("Bo")
    path = f"/v1/companies/{company}"
    link = "/v1/companies/{company_id}/customers/{customer_id}"
    at = f"{path}/customers/{customer}"

    def call(method: str, to: str, **body: Any) -> Callable[[], Any]:
        return lambda: service.call(method, to, json=body)

    yield "POST /v1/companies", call("POST", "/v1/companies", name="New"), "company.created"
    change = call("PATCH", path, name="Northwind Ltd")
    yield "PATCH /v1/companies/{company_id}", change, "company.changed"
    yield f"PUT {link}", call("PUT", at, role="Coach"), "link.created"
    yield f"DELETE {link}", call("DELETE", at), "link.ended"
    yield "PUT /v1/signup", call("PUT", "/v1/signup", open=True), "signup.created"
    yield "PUT /v1/signup", call("PUT", "/v1/signup", open=False), "signup.changed"
    keys = "/v1/signup/keys"
    jwks = {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "site-1", "x": ED25519}]}
    yield f"POST {keys}", call("POST", keys, jwks=jwks), "embed_key.created"
    jwks["keys"][0]["kid"] = "site-2"
    key = service.post(keys, {"jwks": jwks})["items"][0]
    revoke = call("POST", f"{keys}/{key['id']}/revoke")
    yield f"POST {keys}/{{embed_key_id}}/revoke", revoke, "embed_key.revoked"
    name = call("PATCH", "/v1/organization", name="Another Club")
    yield "PATCH /v1/organization", name, "organization.changed"


def selling_steps(service: Service) -> Iterator[Step]:
    """The routes of plans and memberships."""
    month = {"unit": "month", "count": 1}
    gold = service.plan("Gold", "area.pool", length=month)
    silver = service.plan("Silver", "area.gym", length=month)
    service.plan("Bronze", "area.sauna")
    ids = [service.member(gold, customer_id=service.customer()) for _ in range(4)]

    def call(method: str, to: str, **body: Any) -> Callable[[], Any]:
        return lambda: service.call(method, to, json=body)

    one = "/v1/memberships/{membership_id}"
    paths = [f"/v1/memberships/{each}" for each in ids]
    yield "POST /v1/plans", call("POST", "/v1/plans", name="New"), "plan.created"
    plan = call("PATCH", f"/v1/plans/{gold}", name="Gold 2")
    yield "PATCH /v1/plans/{plan_id}", plan, "plan.changed"
    label = call("PATCH", "/v1/permissions/area.pool", label="Pool")
    yield "PATCH /v1/permissions/{key}", label, "permission.changed"
    drop = call("PATCH", f"/v1/plans/{silver}", permissions=[])
    yield "PATCH /v1/plans/{plan_id}", drop, "plan.permissions_changed"
    forget = call("DELETE", "/v1/permissions/area.gym")
    yield "DELETE /v1/permissions/{key}", forget, "permission.deleted"
    body = {"plan_id": gold, "customer_id": service.customer("New")}
    assign = call("POST", "/v1/memberships", **body)
    yield "POST /v1/memberships", assign, "membership.created"
    yield f"POST {one}/renew", call("POST", f"{paths[0]}/renew"), "membership.renewed"
    extend = call("POST", f"{paths[1]}/extend", days=3)
    yield f"POST {one}/extend", extend, "membership.extended"

    def undo() -> Any:
        change = service.get(paths[1])["last_change"]["id"]
        return service.call("POST", f"{paths[1]}/undo", json={"change_id": change})

    yield f"POST {one}/undo", undo, "membership.change_undone"
    late = (NOON + timedelta(days=2)).isoformat()
    end = call("POST", f"{paths[2]}/end", at=late)
    yield f"POST {one}/end", end, "membership.ended"
    yield f"DELETE {one}/end", call("DELETE", f"{paths[2]}/end"), "membership."
    transfer = call("POST", f"{paths[3]}/transfer", plan_id=silver)
    yield f"POST {one}/transfer", transfer, "membership.transferred"
    cash = {"method": "cash", "amount_minor": 4900}
    pay = f"{paths[0]}/payments"
    yield f"POST {one}/payments", lambda: service.call("POST", pay, json=cash), "payment.created"
    paid = service.post(pay, cash)["id"]
    void = call("POST", f"/v1/payments/{paid}/void", why="Typed twice")
    yield "POST /v1/payments/{payment_id}/void", void, "payment.changed"
    buyer = service.customer("Buyer")
    price = {"method": "cash", "amount_minor": 4900, "note": "Price of the day"}
    sale = {"kind": "new", "plan_id": gold, "customer_id": buyer, "payment": price}
    yield "POST /v1/sales", call("POST", "/v1/sales", **sale), "membership.created"
    bought = service.post("/v1/sales", {**sale, "customer_id": service.customer("Other")})
    unsell = call("POST", "/v1/sales/undo", **bought["undo"], why="Sold to the wrong person")
    yield "POST /v1/sales/undo", unsell, "payment.changed"
    overdue = call("PUT", f"{paths[0]}/payment", overdue_since=NOON.isoformat())
    yield f"PUT {one}/payment", overdue, "membership.payment_changed"


def staff_steps(service: Service) -> Iterator[Step]:
    """The routes of staff and keys."""
    setup = service.fresh()
    first = {"name": "Ada", "email": "ada@example.com", "password": PASSWORD}

    def call(method: str, to: str, key: str | None = None, **body: Any) -> Callable[[], Any]:
        return lambda: service.call(method, to, key=key, json=body)

    other = "/v1/staff/first-account"
    assert setup.call("POST", other, json=first).status_code == 201
    made = call("POST", other, **first)
    yield "POST /v1/staff/first-account", made, "staff.created"
    bo = {"name": "Bo", "email": "bo@example.com", "role": "manager"}
    yield "POST /v1/staff", call("POST", "/v1/staff", **bo), "staff.invited"
    cleo = add(service, "manager")
    change = call("PATCH", f"/v1/staff/{cleo['id']}", role="reception")
    yield "PATCH /v1/staff/{staff_id}", change, "staff.changed"
    asked = {"organization": service.tenant.slug, "email": cleo["email"]}
    login = "POST /v1/staff/sessions"
    yield login, lambda: try_sign_in(service, cleo["email"]), "staff.signed_in"
    wrong = "six shy swallows"
    yield login, lambda: try_sign_in(service, cleo["email"], wrong), "staff.sign_in_failed"
    token = sign_in(service, cleo["email"])
    passwords = {"current_password": PASSWORD, "new_password": "five loud magpies"}
    path = "/v1/staff/me/password"
    yield f"POST {path}", call("POST", path, token, **passwords), "staff.password_changed"
    path = "/v1/staff/sessions/current"
    yield f"DELETE {path}", call("DELETE", path, token), "staff.signed_out"
    path = "/v1/staff/password-resets"
    ask = call("POST", path, **asked)
    yield f"POST {path}", ask, "staff.password_reset_requested"
    chosen = "seven dull doves"

    def confirm() -> Any:
        body = {"token": token_for(service, cleo["email"]), "password": chosen}
        return anonymous(service, "POST", f"{path}/confirm", body)

    yield f"POST {path}/confirm", confirm, "staff.password_reset"
    key = service.post("/v1/keys", {"name": "Old", "scopes": ["plans:read"]})["id"]
    new = call("POST", "/v1/keys", name="New", scopes=["plans:read"])
    yield "POST /v1/keys", new, "key.created"
    revoke = call("POST", f"/v1/keys/{key}/revoke")
    yield "POST /v1/keys/{key_id}/revoke", revoke, "key.changed"


HOOKS = "/v1/webhooks"


def webhook_steps(service: Service) -> Iterator[Step]:
    """The routes of webhooks; nothing is sent anywhere, as no job runs."""
    body = {"url": "https://93.184.215.14/hook"}
    hook = service.post(HOOKS, body)["id"]
    old = service.post(HOOKS, body)["id"]
    service.customer("Told")
    service.customer("Told too")
    (event,) = service.get("/v1/events", limit=1)["items"]

    def call(method: str, to: str, **body: Any) -> Callable[[], Any]:
        return lambda: service.call(method, to, json=body)

    one, path = HOOKS + "/{webhook_id}", f"{HOOKS}/{hook}"
    yield f"POST {HOOKS}", call("POST", HOOKS, **body), "webhook.created"
    change = call("PATCH", path, description="Website")
    yield f"PATCH {one}", change, "webhook.changed"
    rotate = call("POST", f"{path}/rotate-secret")
    yield f"POST {one}/rotate-secret", rotate, "webhook.changed"
    off = call("PATCH", path, enabled=False)
    yield f"PATCH {one}", off, "webhook.changed"
    service.patch(path, enabled=True)
    again = call("POST", f"{path}/deliveries/{event['id']}/replay")
    yield f"POST {one}/deliveries/{{event_id}}/replay", again, "webhook.replayed"
    skip = call("POST", f"{path}/deliveries/{event['id']}/skip")
    yield f"POST {one}/deliveries/{{event_id}}/skip", skip, "webhook.skipped"
    replay = call("POST", f"{path}/deliveries/replay")
    yield f"POST {one}/deliveries/replay", replay, "webhook.replayed"
    yield f"DELETE {one}", call("DELETE", f"{HOOKS}/{old}"), "webhook."


def import_steps(service: Service) -> Iterator[Step]:
    """The routes of imports; nothing is imported, as no job runs."""
    path = "/v1/imports"
    made = service.post(path, {"kind": "customers", "file_name": "members.csv"})["id"]
    headers = {"Content-Type": "text/csv"}
    file = service.call("PUT", f"{path}/{made}/file", data=b"given_name\nAmara\n", headers=headers)
    assert file.ok, file.text
    for what, action in (("start", "import.started"), ("cancel", "import.cancelled")):
        to = f"{path}/{made}/{what}"
        call = partial(service.call, "POST", to, json={})
        yield f"POST {path}/{{import_id}}/{what}", call, action


def wallet_steps(service: Service) -> Iterator[Step]:
    """The routes of the accounts that sign wallet cards."""
    at = "/v1/wallets"
    for wallet, body in (("apple", apple_body()), ("google", google_body())):
        put = partial(service.call, "PUT", f"{at}/{wallet}", json=body)
        yield f"PUT {at}/{wallet}", put, "wallet.configured"
        forget = partial(service.call, "DELETE", f"{at}/{wallet}")
        yield f"DELETE {at}/{wallet}", forget, "wallet.removed"


def design_steps(service: Service) -> Iterator[Step]:
    """The routes of card designs and their pictures."""
    path = "/v1/card-designs"
    new = {"name": "Day card", "design": {"title": {"en": "Day"}, "description": {"en": "Day"}}}
    edited = {**new, "name": "Day pass", "version": 1}

    def call(method: str, to: str, **options: Any) -> Callable[[], Any]:
        return lambda: service.call(method, to, **options)

    made = service.post(path, {"key": "day", **new})["id"]
    create = call("POST", path, json={"key": "week", **new})
    yield f"POST {path}", create, "card_design.created"
    one, at = f"{path}/{{design_id}}", f"{path}/{made}"
    yield f"PUT {one}", call("PUT", at, json=edited), "card_design.changed"
    yield f"POST {one}/archive", call("POST", f"{at}/archive"), "card_design.changed"
    yield f"POST {one}/restore", call("POST", f"{at}/restore"), "card_design.changed"
    image = {"data": picture(side=90), "params": {"role": "icon"}}
    yield f"POST {path}/images", call("POST", f"{path}/images", **image), "card_image.created"


STEPS = (
    customer_steps,
    company_steps,
    selling_steps,
    staff_steps,
    webhook_steps,
    import_steps,
    wallet_steps,
    design_steps,
)


def entries(service: Service) -> dict[Any, AuditEntry]:
    """The organization's entries by id, however many."""
    with service.database.readers.begin() as session:
        rows = session.scalars(
            select(AuditEntry).where(AuditEntry.organization_id == service.tenant.id)
        ).all()
    return {row.id: row for row in rows}


@pytest.mark.parametrize("steps", STEPS, ids=lambda steps: str(steps.__name__))
def test_every_step_leaves_its_entry(
    service: Service, steps: Callable[[Service], Iterator[Step]]
) -> None:
    for route, call, action in steps(service):
        before = entries(service)
        answer = call()
        if action != "staff.sign_in_failed":
            assert answer.ok, (route, answer.status_code, answer.text)
        new = [entry for key, entry in entries(service).items() if key not in before]
        left = [entry.action for entry in new]
        assert any(each.startswith(action) for each in left), (route, left)
        for entry in new:
            assert entry.at == service.clock()
            assert PASSWORD not in repr((entry.before, entry.after))


def test_no_route_that_writes_is_forgotten(service: Service) -> None:
    document = api_document()
    writing = {route.name for route in document.routes if route.method != "GET"}
    exercised = {route for steps in STEPS for route, _, _ in steps(service.fresh())}
    assert exercised & set(EXCEPTIONS) == set()
    assert writing - exercised == set(EXCEPTIONS)
    assert exercised - writing == set()


def test_no_route_changes_the_audit(service: Service) -> None:
    document = api_document()
    assert [r.name for r in document.routes if "audit" in r.path] == ["GET /v1/audit"]
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert service.call(method, "/v1/audit", json={}).status_code == 405
        assert service.call(method, f"/v1/audit/{uuid4()}", json={}).status_code == 404


def test_entries_tell_who_what_when_and_from_what_to_what(service: Service) -> None:
    ada = add(service, name="Ada")
    token = sign_in(service, ada["email"])
    customer = service.customer("Amara")
    service.clock.advance(minutes=1)
    headers = {"X-Request-Id": "req-7"}
    path = f"/v1/customers/{customer}"
    body = {"state": "banned", "given_name": "Amara"}
    assert service.call("PATCH", path, key=token, json=body, headers=headers).ok
    (entry,) = service.get("/v1/audit", subject_id=customer, action="customer.changed")["items"]
    assert entry == {
        "id": entry["id"],
        "at": "2027-03-10T11:01:00Z",
        "actor": {"kind": "staff", "id": ada["id"], "name": "Ada"},
        "action": "customer.changed",
        "subject_kind": "customer",
        "subject_id": customer,
        "before": {"state": "active"},
        "after": {"state": "banned"},
        "request_id": "req-7",
    }


def test_filters_and_pages(service: Service) -> None:
    ada = add(service)
    token = sign_in(service, ada["email"])
    made: list[str] = []
    for _ in range(5):
        service.clock.advance(seconds=1)
        answer = service.call("POST", "/v1/customers", key=token, json={"given_name": "A"})
        made.insert(0, answer.json()["customer"]["id"])
    found, cursor = [], None
    while True:
        more: dict[str, Any] = {} if cursor is None else {"cursor": cursor}
        page = service.get("/v1/audit", limit=2, action="customer.created", **more)
        found += [entry["subject_id"] for entry in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == made
    mine = service.get("/v1/audit", actor_id=ada["id"], action="customer.created")["items"]
    assert len(mine) == 5
    times = {"from": "2027-03-10T11:00:02Z", "to": "2027-03-10T12:00:04+01:00"}
    between = service.get("/v1/audit", **times)["items"]
    assert [entry["subject_id"] for entry in between] == made[2:4]
    assert service.get("/v1/audit", subject_id=made[0], actor_id=str(uuid4()))["items"] == []


@pytest.mark.parametrize(
    "query", [{"cursor": "x"}, {"from": "yesterday"}, {"actor_id": "me"}, {"limit": 101}]
)
def test_queries_that_are_refused(service: Service, query: dict[str, Any]) -> None:
    assert service.call("GET", "/v1/audit", params=query).status_code == 422


def test_entries_of_others_are_not_shown(service: Service) -> None:
    customer = service.customer("Amara")
    other = service.fresh()
    assert other.get("/v1/audit", subject_id=customer)["items"] == []


def test_what_fails_leaves_no_entry(service: Service) -> None:
    ada = add(service)
    before = entries(service)
    answer = service.call("PATCH", f"/v1/staff/{ada['id']}", json={"name": "B", "role": "manager"})
    assert problem(answer) == (409, "last_admin")
    assert set(entries(service)) == set(before)
