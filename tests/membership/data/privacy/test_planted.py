"""A text planted in every field of every route that can hold one about a customer is erased."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import inspect, text

from membership.store.database import Database
from tests.membership.application import api_document
from tests.membership.data.privacy.person import send
from tests.membership.support import Service

PLANTED = {
    "POST /v1/customers given_name": "Wilhelmina",
    "POST /v1/customers family_name": "Zwiebelfisch",
    "POST /v1/customers email": "zwiebelfisch@example.org",
    "POST /v1/customers phone": "+4930987654",
    "POST /v1/customers desk_note": "Limps a little",
    "POST /v1/customers former_numbers": "QY 0815",
    "PATCH /v1/customers/{customer_id} given_name": "Minna",
    "PATCH /v1/customers/{customer_id} family_name": "Quastenflosser",
    "PATCH /v1/customers/{customer_id} email": "quastenflosser@example.com",
    "PATCH /v1/customers/{customer_id} phone": "+4930876543",
    "PATCH /v1/customers/{customer_id} desk_note": "Has a hearing aid",
    "PATCH /v1/customers/{customer_id} former_numbers": "QX-4711/7",
    "PUT /v1/companies/{company_id}/customers/{customer_id} role": "Head of Ponds",
    "POST /v1/memberships/{membership_id}/extend why": "Broke both ankles",
    "POST /v1/memberships/{membership_id}/undo why": "Meant the sister Gerda",
    "POST /v1/memberships/{membership_id}/payments note": "Paid by uncle Bodo",
    "POST /v1/payments/{payment_id}/void why": "Uncle wants it back",
    "POST /v1/memberships/{membership_id}/end why": "Moved to Ulm",
    "POST /v1/sales payment.note": "Studies herpetology",
    "POST /v1/sales/undo why": "Wanted the toad course",
    "POST /v1/cards label": "Minas Karte",
    "POST /v1/cards/foreign code": "STUDENT-778812",
    "POST /v1/cards/foreign label": "Matrikel of Mina",
    "POST /v1/scans text": "C-UNKNOWN-MINA",
}
"""What is sent in which field; each text but those of ``NOT_STORED`` is found before."""

NOT_STORED = {
    "POST /v1/scans text": "only what became of a scan is stored",
}
OF_NO_CUSTOMER = {
    "/v1/access": "stores nothing",
    "/v1/billing/": "keys of the club",
    "/v1/card-designs": "looks of cards",
    "/v1/imports": "the file itself is erased: test_erasure",
    "/v1/keys": "keys of programs",
    "/v1/organization": "the club itself",
    "/v1/permissions": "permissions of plans",
    "/v1/plans": "what is sold",
    "/v1/sales/preview": "stores nothing",
    "/v1/signup": "the page of the club",
    "/v1/staff": "staff are no customers",
    "/v1/wallets": "keys of the club",
    "/v1/webhooks": "receivers",
}
"""Beginnings of paths whose texts are about no customer, with the reason."""
_AS_CREATED = "stored as by POST /v1/customers"
OTHER = {
    "POST /v1/cards/{card_id}/mail email": "mails to the customer's own address: person.py",
    "POST /v1/companies billing_email": "the company's, which is no customer",
    "POST /v1/companies billing_name": "the company's, which is no customer",
    "POST /v1/companies confirmed_domains.domain": "a domain",
    "POST /v1/companies email_domains": "domains",
    "POST /v1/companies name": "the company's",
    "PATCH /v1/companies/{company_id} billing_email": "the company's, which is no customer",
    "PATCH /v1/companies/{company_id} billing_name": "the company's, which is no customer",
    "PATCH /v1/companies/{company_id} confirmed_domains.domain": "a domain",
    "PATCH /v1/companies/{company_id} email_domains": "domains",
    "PATCH /v1/companies/{company_id} name": "the company's",
    "POST /v1/customers language": "one of a few",
    "PATCH /v1/customers/{customer_id} language": "one of a few",
    "POST /v1/customers/{customer_id}/erase confirm": "compared, not stored",
    "POST /v1/memberships/{membership_id}/payments currency": "three letters",
    "POST /v1/payments/{payment_id}/receipt/mail email": "as that of a card's mail",
    "POST /v1/sales customer.desk_note": _AS_CREATED,
    "POST /v1/sales customer.email": _AS_CREATED,
    "POST /v1/sales customer.family_name": _AS_CREATED,
    "POST /v1/sales customer.former_numbers": _AS_CREATED,
    "POST /v1/sales customer.given_name": _AS_CREATED,
    "POST /v1/sales customer.language": _AS_CREATED,
    "POST /v1/sales customer.phone": _AS_CREATED,
    "POST /v1/sales expected.currency": "three letters",
    "POST /v1/scans alternatives": "readings of the same text",
    "POST /v1/scans attention_kinds": "words of the desk",
    "POST /v1/scans desk": "the desk's name",
}


def text_fields(schema: Mapping[str, Any], before: str = "") -> Iterator[str]:
    """Names of the fields of a body that take free text, those of parts with a dot."""
    shape = api_document().resolved(schema)
    for name, part in shape.get("properties", {}).items():
        inner = api_document().resolved(part)
        if inner.get("type") == "array":
            inner = api_document().resolved(inner.get("items", {}))
        free = "enum" not in inner and inner.get("format") not in {"uuid", "date", "date-time"}
        if inner.get("type") == "string" and "const" not in inner and free:
            yield f"{before}{name}"
        yield from text_fields(inner, f"{before}{name}.")


def test_every_free_text_of_every_route_is_planted_or_about_no_customer() -> None:
    found = {
        f"{route.name} {name}"
        for route in api_document().routes
        if route.body is not None and not route.path.startswith(tuple(OF_NO_CUSTOMER))
        for name in text_fields(route.body)
    }
    assert found == {*PLANTED, *OTHER}


@pytest.fixture
def planted(service: Service) -> tuple[str, str]:
    """Id and number of a customer in whose records every text is planted."""
    told = dict(_by_route())
    customer = send(service, "/v1/customers", told["POST /v1/customers"])["customer"]
    person = customer["id"]
    service.patch(f"/v1/customers/{person}", **told["PATCH /v1/customers/{customer_id}"])
    role = told["PUT /v1/companies/{company_id}/customers/{customer_id}"]["role"]
    service.link(service.company("Northwind"), person, role)
    plan = service.plan("Gold", price_minor=4900, length={"unit": "month", "count": 1})
    member = f"/v1/memberships/{service.member(plan, customer_id=person)}"

    def act(path: str, route: str, status: int, **more: Any) -> Any:
        return send(service, path, {**told[route], **more}, status=status)

    extended = act(f"{member}/extend", "POST /v1/memberships/{membership_id}/extend", 200, days=3)
    undo = {"change_id": extended["last_change"]["id"]}
    act(f"{member}/undo", "POST /v1/memberships/{membership_id}/undo", 200, **undo)
    paid = act(
        f"{member}/payments", "POST /v1/memberships/{membership_id}/payments", 201, method="cash"
    )
    void = f"/v1/payments/{paid['id']}/void"
    act(void, "POST /v1/payments/{payment_id}/void", 200)
    note = told["POST /v1/sales"]["payment.note"]
    sale = {"kind": "renew", "membership_id": member.rpartition("/")[2]}
    sold = send(service, "/v1/sales", {**sale, "payment": {"method": "cash", "note": note}})
    act("/v1/sales/undo", "POST /v1/sales/undo", 200, **sold["undo"])
    act(f"{member}/end", "POST /v1/memberships/{membership_id}/end", 200)
    act("/v1/cards", "POST /v1/cards", 201, customer_id=person)
    act("/v1/cards/foreign", "POST /v1/cards/foreign", 201, customer_id=person)
    scan = {"visit_id": str(uuid4()), **told["POST /v1/scans"]}
    assert service.call("POST", "/v1/scans", json=scan).status_code in {200, 404}
    return person, customer["number"]


def _by_route() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each route with the fields that are planted."""
    for route in dict.fromkeys(each.rpartition(" ")[0] for each in PLANTED):
        fields: dict[str, Any] = {
            each.rpartition(" ")[2]: text for each, text in PLANTED.items()
            if each.rpartition(" ")[0] == route
        }  # fmt: skip
        if "former_numbers" in fields:
            fields["former_numbers"] = [fields["former_numbers"]]
        yield route, fields


def stored_texts(database: Database) -> dict[str, str]:
    """Everything that is stored, as text, by table."""
    with database.engine.connect() as connection:
        return {
            table: "\n".join(
                bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview)
                else str(value)
                for row in connection.execute(text(f'SELECT * FROM "{table}"'))
                for value in row
            ).lower()
            for table in inspect(connection).get_table_names()
        }  # fmt: skip


def test_nothing_planted_is_left(service: Service, planted: tuple[str, str]) -> None:
    before = "\n".join(stored_texts(service.database).values())
    missing = {name for name, each in PLANTED.items() if each.lower() not in before}
    assert missing == set(NOT_STORED)
    person, number = planted
    service.post(f"/v1/customers/{person}/erase", {"confirm": number}, status=200)
    left = {
        (name, table)
        for table, stored in stored_texts(service.database).items()
        for name, each in PLANTED.items()
        if each.lower() in stored
    }
    assert left == set()
