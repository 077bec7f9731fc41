"""The export: everything that is known of a person, and nothing of anybody else."""

import base64
import json
from typing import Any
from uuid import uuid4

from membership.data.privacy.fields import FIELDS
from tests.membership.data.privacy.person import (
    BIRTHDAY,
    EMAIL,
    FAMILY,
    FORMER_EMAIL,
    GIVEN,
    LABEL,
    NOTE,
    PHONE,
    PHOTO,
    ROLE,
    WHY,
    known_person,
)
from tests.membership.support import Service


def export(service: Service, customer: str) -> Any:
    """The sections of a customer's personal data."""
    return service.get(f"/v1/customers/{customer}/personal-data")["sections"]


def test_everything_is_there(service: Service) -> None:
    person = known_person(service)
    answer = service.get(f"/v1/customers/{person['id']}/personal-data")
    assert (answer["customer_id"], answer["number"]) == (person["id"], person["number"])
    assert answer["organization"] == service.tenant.name
    sections = answer["sections"]
    (own,) = sections["customers"]
    assert (own["given_name"], own["family_name"]) == (GIVEN, FAMILY)
    assert (own["email"], own["phone"]) == (EMAIL.replace("Example", "example"), PHONE)
    assert (own["birth_date"], own["desk_note"]) == (BIRTHDAY, NOTE)
    (photo,) = sections["customer_photos"]
    assert base64.b64decode(photo["data"]) == PHOTO
    (alias,) = sections["customer_aliases"]
    assert alias["old_id"] == person["former"]
    (card,) = sections["cards"]
    assert card["label"] == LABEL
    (link,) = sections["company_links"]
    assert (link["role"], link["company_id"]) == (ROLE, person["company"])
    assert [each["name"] for each in sections["companies"]] == ["Northwind"]
    (sold,) = sections["memberships"]
    assert (sold["id"], sold["price_minor"]) == (person["membership"], 4900)
    assert sold["ended_early_why"] == WHY
    (visit,) = sections["visits"]
    assert (visit["method"], visit["at"]) == ("camera", "2027-03-10T11:00:00Z")
    subjects = [each["subject"] for each in sections["outgoing_mails"]]
    assert subjects.count(f"Hello {GIVEN}") == 2
    changed = [each for each in subjects if "E-Mail-Adresse" in each and "geändert" in each]
    assert len(changed) == len(subjects) - 2 == 2  # to the former address and to the new one
    told = json.dumps(sections["audit_entries"])
    assert FORMER_EMAIL in told
    assert "card.created" in told


def test_no_secrets_and_no_names_of_staff(service: Service) -> None:
    person = known_person(service)
    text = json.dumps(export(service, person["id"]))
    assert person["code"] not in text
    assert "importer" not in text
    for section in export(service, person["id"]).values():
        for row in section:
            assert "actor_name" not in row


def test_only_what_the_map_shows(service: Service) -> None:
    sections = export(service, known_person(service)["id"])
    for table, rows in sections.items():
        for row in rows:
            assert set(row) == {name for name, field in FIELDS[table].items() if field.shown}
    shown = {table for table, fields in FIELDS.items() if any(f.shown for f in fields.values())}
    assert set(sections) == shown


def test_nobody_else_is_in_it(service: Service) -> None:
    person = known_person(service)
    other = service.customer("Bela", email="bela@example.com")
    service.link(person["company"], other, "Gardener")
    service.card(other, "Belas Karte")
    text = json.dumps(export(service, person["id"]))
    assert not any(each in text for each in ("Bela", "bela@", "Gardener", other))
    theirs = json.dumps(export(service, other))
    assert "Gardener" in theirs
    assert GIVEN not in theirs


def test_by_a_former_id(service: Service) -> None:
    person = known_person(service)
    first, second = export(service, person["former"]), export(service, person["id"])
    handed_out = [each for each in second["audit_entries"]
                  if each["action"] == "customer.data_handed_out"]  # fmt: skip
    assert len(handed_out) == 1, "the first of the two"
    second["audit_entries"].remove(handed_out[0])
    assert first == second


def test_nobody(service: Service) -> None:
    answer = service.call("GET", f"/v1/customers/{uuid4()}/personal-data")
    assert (answer.status_code, answer.json()["code"]) == (404, "customer_not_found")
    customer = service.customer()
    answer = service.fresh().call("GET", f"/v1/customers/{customer}/personal-data")
    assert answer.status_code == 404


def test_after_erasure_only_what_was_sold(service: Service) -> None:
    person = known_person(service)
    body = {"confirm": person["number"]}
    service.post(f"/v1/customers/{person['id']}/erase", body, status=200)
    sections = export(service, person["id"])
    assert sections["customers"][0]["given_name"] == "Erased"
    assert sections["memberships"][0]["price_minor"] == 4900
    assert sections["customer_photos"] == sections["outgoing_mails"] == []
