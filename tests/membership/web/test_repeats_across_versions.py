"""Repeats of what a version of before carried out: same key, its digest and its stored answer."""

import hashlib
import json
from typing import Any
from uuid import uuid4

from sqlalchemy import update

from membership.store.models import IdempotencyKey
from tests.membership.support import Service

LENGTH = {"unit": "month", "count": 1}
DIGESTS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "/v1/customers": (
        {"given_name": "Amara"},
        {"former_numbers": ["M-1"]},
        'NewCustomer\n{"given_name":"Amara","family_name":"","email":null,"phone":null,'
        '"birth_date":null,"language":null,"desk_note":null,"state":"active"}',
    ),
    "/v1/companies": (
        {"name": "Northwind"},
        {"seat_cap": 3},
        'NewCompany\n{"name":"Northwind","billing_name":null,"billing_email":null,"seat_cap":null,'
        '"email_domains":[],"confirmed_domains":[],"archived":false}',
    ),
    "/v1/plans": (
        {"name": "Silver", "length": LENGTH},
        {"public": True},
        'NewPlan\n{"name":"Silver","description":"","price_minor":0,"currency":null,'
        '"billing":null,"length":{"unit":"month","count":1},"public":false,"archived":false,'
        '"permissions":[]}',
    ),
    "/v1/memberships": (
        {"plan_id": "PLAN", "customer_id": "CUSTOMER"},
        {"again": False},
        'NewMembership\n{"plan_id":"PLAN","customer_id":"CUSTOMER","company_id":null,'
        '"starts_on":null,"starts_at":null,"last_day":null}',
    ),
    "/v1/memberships/SOLD/transfer": (
        {"plan_id": "OTHER"},
        {"again": False},
        '_TransferOf\n{"plan_id":"OTHER","at":null,"membership_id":"SOLD"}',
    ),
}
"""A body, a field that makes another request of it, and what a version of before digested."""

ANSWERS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "PATCH /v1/organization": ({"name": "Harbour"}, {"all_take_seats": False}),
    "POST /v1/customers": ({"given_name": "Amara"}, {"former_numbers": []}),
    "PATCH /v1/customers/CUSTOMER": ({"desk_note": "A dog"}, {"former_numbers": []}),
    "POST /v1/companies": ({"name": "Northwind"}, {"seats_taken": None}),
    "PATCH /v1/companies/COMPANY": ({"name": "Southwind"}, {"seats_taken": None}),
    "POST /v1/memberships": (
        {"plan_id": "PLAN", "customer_id": "CUSTOMER"},
        {"member_since": None, "periods": [], "last_change": None, "also_held": []},
    ),
    "POST /v1/memberships/SOLD/renew": (
        {},
        {"member_since": None, "periods": [], "last_change": None, "also_held": []},
    ),
}
"""A change, and the fields of its answer that versions of before did not have."""


def made(service: Service) -> dict[str, str]:
    """Ids for the names in the tables."""
    ids = {"CUSTOMER": service.customer("Bela"), "COMPANY": service.company("East")}
    plan = service.plan("Gold", length=LENGTH)
    sold = service.member(plan, customer_id=service.customer("Chidi"))
    return {**ids, "PLAN": plan, "OTHER": service.plan("Other"), "SOLD": sold}


def filled(text: str, ids: dict[str, str]) -> str:
    """A text with ids for names."""
    for name, each in ids.items():
        text = text.replace(name, each)
    return text


def send(service: Service, name: str, body: dict[str, Any], ids: dict[str, str], once: str) -> Any:
    """Status and JSON of a change under a key."""
    method, path = filled(name, ids).split()
    sent = json.loads(filled(json.dumps(body), ids))
    answer = service.call(method, path, json=sent, headers={"Idempotency-Key": once})
    return answer.status_code, answer.json()


def store(service: Service, once: str, **values: Any) -> None:
    """Store values in the row of a key."""
    with service.database.engine.begin() as connection:
        row = update(IdempotencyKey).where(IdempotencyKey.key == once).values(**values)
        assert connection.execute(row).rowcount == 1


def test_a_request_of_before_is_the_same_one(service: Service) -> None:
    ids = made(service)
    for path, (body, other, digested) in DIGESTS.items():
        name, once = f"POST {path}", str(uuid4())
        first = send(service, name, body, ids, once)
        assert first[0] == 201, first
        service.clock.advance(minutes=1)
        for former in (None, filled(digested, ids)):
            if former is not None:
                store(service, once, request_digest=hashlib.sha256(former.encode()).digest())
            assert send(service, name, body, ids, once) == first, path
            status, problem = send(service, name, {**body, **other}, ids, once)
            assert (status, problem["code"]) == (409, "idempotency_key_reused"), path


def test_what_was_answered_before_is_answered_again(service: Service) -> None:
    ids = made(service)
    for name, (body, later) in ANSWERS.items():
        once = str(uuid4())
        status, first = send(service, name, body, ids, once)
        assert status < 300, first
        before = {key: value for key, value in first.items() if key not in later}
        assert len(before) == len(first) - len(later), name
        store(service, once, answer=json.dumps(before))
        assert send(service, name, body, ids, once) == (status, {**before, **later}), name
