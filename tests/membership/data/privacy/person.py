"""A customer of whom as much as possible is known, and a search for what is left of them."""

import base64
from typing import Any
from uuid import uuid4

from sqlalchemy import inspect, text

from api_client.messages.management import ActorKind
from membership.store.database import Database
from membership.store.models import Import, ImportChunk, ImportKind, ImportState, OutgoingMail
from tests.membership.members.customers.test_customers import picture
from tests.membership.support import NOON, Service, arranging

GIVEN, FAMILY, FORMER_FAMILY = "Wilhelmina", "Quastenflosser", "Zwiebelfisch"
EMAIL, FORMER_EMAIL = "W.Quastenflosser@Example.com", "old.address@example.org"
PHONE, BIRTHDAY = "+4930987654", "1987-06-05"
NOTE, ROLE, WHY, LABEL = "Limps a little", "Head of Ponds", "Moved to Ulm", "Minas Karte"
FORMER_NUMBER, OLDER_NUMBER = "QX-4711/7", "QY 0815"
TRACES = (
    GIVEN,
    FAMILY,
    FORMER_FAMILY,
    EMAIL,
    "quastenflosser@",
    FORMER_EMAIL,
    PHONE.removeprefix("+49"),
    BIRTHDAY,
    NOTE,
    ROLE,
    WHY,
    LABEL,
    FORMER_NUMBER,
    OLDER_NUMBER,
    "qx47117",
)
"""Texts of which none may be left."""
PHOTO = picture(colour="salmon")


def known_person(service: Service) -> dict[str, Any]:
    """A customer with traces in every table that can hold any."""
    body = {
        "given_name": GIVEN,
        "family_name": FORMER_FAMILY,
        "email": FORMER_EMAIL,
        "phone": PHONE,
        "birth_date": BIRTHDAY,
        "desk_note": NOTE,
        "language": "de",
        "former_numbers": [OLDER_NUMBER],
    }
    answer = send(service, "/v1/customers", body)
    customer = answer["customer"]["id"]
    service.patch(
        f"/v1/customers/{customer}", family_name=FAMILY, email=EMAIL, former_numbers=[FORMER_NUMBER]
    )
    headers = {"Content-Type": "image/jpeg"}
    path = f"/v1/customers/{customer}/photo"
    assert service.call("PUT", path, data=PHOTO, headers=headers).status_code == 204
    twin = send(service, "/v1/customers", {"given_name": GIVEN, "phone": PHONE})["customer"]["id"]
    card = send(service, "/v1/cards", {"customer_id": twin, "label": LABEL})
    path = f"/v1/customers/{customer}/merge"
    send(service, path, {"other_id": twin}, status=200)
    company = service.company("Northwind")
    service.link(company, customer, ROLE)
    ended = service.member(service.plan("Gold", price_minor=4900), customer_id=customer)
    service.post(f"/v1/memberships/{ended}/end", {"why": WHY}, status=200)
    service.scan(card["code"], method="camera")
    with arranging(service.database) as session:
        session.add_all([_mail(service, EMAIL), _mail(service, FORMER_EMAIL.upper())])
        session.flush()
        _add_import(session, service.tenant.id)
    return {
        "id": customer,
        "former": twin,
        "number": answer["customer"]["number"],
        "code": card["code"],
        "company": company,
        "membership": ended,
    }


def send(service: Service, path: str, body: Any, *, status: int = 201) -> Any:
    """A creating request with a key, so that its answer is kept."""
    answer = service.call("POST", path, json=body, headers={"Idempotency-Key": str(uuid4())})
    assert answer.status_code == status, answer.text
    return answer.json()


def _mail(service: Service, recipient: str) -> OutgoingMail:
    """A mail to the person."""
    return OutgoingMail(
        organization_id=service.tenant.id,
        id=uuid4(),
        recipient=recipient,
        subject=f"Hello {GIVEN}",
        body=b"sealed",
        attempts=1,
        next_attempt_at=None,
        last_error=None,
        sent_at=NOON,
        created_at=NOON,
    )


def _add_import(session: Any, organization_id: int) -> None:
    """A file that was imported, with the person in it."""
    row = Import(
        organization_id=organization_id,
        id=uuid4(),
        kind=ImportKind.CUSTOMERS,
        options={},
        dry_run=False,
        state=ImportState.FINISHED,
        file_name="people.csv",
        counts={},
        actor_kind=ActorKind.API_KEY,
        actor_id=None,
        actor_name="importer",
        created_at=NOON,
    )
    session.add(row)
    session.flush()
    data = f"given_name,family_name,email\n{GIVEN},{FAMILY},{EMAIL}\n".encode()
    session.add(ImportChunk(organization_id=organization_id, import_id=row.id, start=0, data=data))


def traces_in(database: Database) -> list[tuple[str, str]]:
    """Tables that still hold a trace, and which: every table and column as it is stored."""
    photo = base64.b64encode(PHOTO[100:200]).decode()
    found = []
    with database.engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):
                stored = " ".join(_text(value) for value in row).lower()
                found += [(table, each) for each in TRACES if each.lower() in stored]
                if photo in " ".join(_encoded(value) for value in row):
                    found.append((table, "photo"))
    return found


def _text(value: Any) -> str:
    """A stored value as text, bytes included."""
    return bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)


def _encoded(value: Any) -> str:
    """The part of a stored picture that is looked for, in base64."""
    if not isinstance(value, bytes | memoryview):
        return ""
    return base64.b64encode(bytes(value)[100:200]).decode()
