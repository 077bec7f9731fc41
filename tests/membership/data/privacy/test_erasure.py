"""Erasure: nothing that names the person is left, and what was sold still adds up."""

import threading
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from membership.base.scopes import Scope
from membership.store.models import Customer, Event, IdempotencyKey
from tests.membership.conftest import SQLITE, Databases
from tests.membership.data.privacy.person import (
    EMAIL,
    FAMILY,
    PHOTO,
    TRACES,
    known_person,
    traces_in,
)
from tests.membership.support import Service, running_service


def erase(service: Service, customer: str, confirm: str, **fields: Any) -> Any:
    """Erase a customer; returns the answer, whatever it is."""
    body = {"confirm": confirm, **fields}
    return service.call("POST", f"/v1/customers/{customer}/erase", json=body)


def erased(service: Service, person: dict[str, Any]) -> Any:
    """The JSON of an erasure that must succeed."""
    answer = erase(service, person["id"], person["number"])
    assert answer.status_code == 200, answer.text
    return answer.json()


def code_of(answer: Any) -> tuple[int, str]:
    """Status and code of an error answer."""
    return answer.status_code, answer.json()["code"]


def test_no_trace_is_left_in_any_table(service: Service) -> None:
    person = known_person(service)
    before = {trace for _, trace in traces_in(service.database)}
    assert before == {*TRACES, "photo"}
    service.clock.advance(hours=1)
    answer = erased(service, person)
    assert answer == {
        "customer_id": person["id"],
        "number": person["number"],
        "erased_at": "2027-03-10T12:00:00Z",
    }
    assert traces_in(service.database) == []


def test_what_stays(service: Service) -> None:
    person = known_person(service)
    erased(service, person)
    profile = service.get(f"/v1/customers/{person['id']}")
    assert profile["customer"]["name"] == "Erased customer"
    assert profile["customer"]["state"] == "inactive"
    assert [each["plan"] for each in profile["memberships"]] == ["Gold"]
    sold = service.get("/v1/memberships", customer_id=person["id"])["items"]
    assert [each["price_minor"] for each in sold] == [4900]
    assert len(profile["visits"]) == 1
    assert [each["revoked_at"] for each in profile["cards"]] == ["2027-03-10T11:00:00Z"]
    assert all(each["valid_until"] for each in profile["companies"])
    assert service.get(f"/v1/companies/{person['company']}")["customers"] == 0
    assert service.call("GET", f"/v1/customers/{person['id']}/photo").status_code == 404
    assert service.get("/v1/customers", q=FAMILY)["items"] == []
    # Ids and numbers from before the merge still lead there.
    assert service.get(f"/v1/customers/{person['former']}")["customer"]["id"] == person["id"]


def test_a_scan_shows_nobody(service: Service) -> None:
    person = known_person(service)
    erased(service, person)
    answer = service.scan(person["code"])
    assert (answer["outcome"], answer["customer"]["name"]) == ("card_revoked", "Erased customer")
    assert answer["attention"] == [] or all("text" not in each for each in answer["attention"])


def test_again_is_the_same_answer(service: Service) -> None:
    person = known_person(service)
    first = erased(service, person)
    service.clock.advance(days=1)
    assert erased(service, person) == first
    assert erase(service, person["former"], person["number"]).json() == first
    with service.database.readers.begin() as session:
        events = session.scalars(
            select(Event.data).where(
                Event.organization_id == service.tenant.id, Event.type == "customer.erased"
            )
        ).all()
    assert events == [{"customer_id": person["id"]}]


def test_what_runs_is_ended_only_when_told(service: Service) -> None:
    customer = service.customer("Amara")
    plan = service.plan()
    running = service.member(plan, customer_id=customer)
    planned = service.member(plan, customer_id=customer, starts_on="2027-05-01")
    assert code_of(erase(service, customer, "C-000001")) == (409, "memberships_running")
    assert service.get(f"/v1/customers/{customer}")["given_name"] == "Amara"
    answer = erase(service, customer, "C-000001", end_memberships=True)
    assert answer.status_code == 200, answer.text
    sold = service.get("/v1/memberships", customer_id=customer)["items"]
    assert {each["id"] for each in sold} == {running, planned}
    assert all(each["ended_early_at"] == "2027-03-10T11:00:00Z" for each in sold)


def test_a_membership_that_was_transferred(service: Service) -> None:
    customer = service.customer("Amara")
    sold = service.member(service.plan("Gold"), customer_id=customer)
    service.clock.advance(minutes=1)
    body = {"plan_id": service.plan("Silver")}
    answer = service.call("POST", f"/v1/memberships/{sold}/transfer", json=body)
    assert answer.status_code in {200, 201}, answer.text
    service.clock.advance(minutes=1)
    assert erase(service, customer, "C-000001", end_memberships=True).status_code == 200


@pytest.mark.parametrize("confirm", ["", "C-000002", "1", "Amara"])
def test_the_number_must_be_theirs(service: Service, confirm: str) -> None:
    customer = service.customer("Amara")
    assert code_of(erase(service, customer, confirm)) == (422, "confirm_wrong")
    assert service.get(f"/v1/customers/{customer}")["given_name"] == "Amara"


def test_the_number_may_be_typed(service: Service) -> None:
    assert erase(service, service.customer("Amara"), " c-000001 ").status_code == 200


def test_who_may(service: Service) -> None:
    customer = service.customer("Amara")
    writer = service.key_with(Scope.CUSTOMERS_WRITE, Scope.CUSTOMERS_READ)
    path = f"/v1/customers/{customer}/erase"
    answer = service.call("POST", path, json={"confirm": "C-000001"}, key=writer)
    assert code_of(answer) == (403, "scope_missing")
    answer = service.call("GET", f"/v1/customers/{customer}/personal-data", key=writer)
    assert code_of(answer) == (403, "scope_missing")
    other = service.fresh()
    other.customer("Bela")
    assert code_of(erase(other, customer, "C-000001")) == (404, "customer_not_found")
    assert code_of(erase(service, str(uuid4()), "C-000001")) == (404, "customer_not_found")


def test_an_erased_customer_cannot_be_changed(service: Service) -> None:
    person = known_person(service)
    other, company = service.customer("Other"), service.company("Later")
    erased(service, person)
    customer = person["id"]
    plan = service.plan()
    headers = {"Content-Type": "image/jpeg"}
    attempts: dict[str, Any] = {
        "change": ("PATCH", f"/v1/customers/{customer}", {"json": {"given_name": "Back"}}),
        "link": ("PUT", f"/v1/companies/{company}/customers/{customer}", {"json": {"role": ""}}),
        "card": ("POST", "/v1/cards", {"json": {"customer_id": customer}}),
        "membership": (
            "POST",
            "/v1/memberships",
            {"json": {"plan_id": plan, "customer_id": customer}},
        ),
        "merged": ("POST", f"/v1/customers/{customer}/merge", {"json": {"other_id": other}}),
        "merging": ("POST", f"/v1/customers/{other}/merge", {"json": {"other_id": customer}}),
        "photo": (
            "PUT",
            f"/v1/customers/{customer}/photo",
            {"data": PHOTO, "headers": headers},
        ),
    }
    found = {
        name: code_of(service.call(method, path, **options))
        for name, (method, path, options) in attempts.items()
    }
    assert found == dict.fromkeys(attempts, (409, "customer_erased"))
    assert traces_in(service.database) == []


def test_the_audit_tells_that_it_was_done(service: Service) -> None:
    person = known_person(service)
    erased(service, person)
    entries = service.get("/v1/audit", subject_id=person["id"])["items"]
    actions = [each["action"] for each in entries]
    assert "customer.erased" in actions
    (changed,) = [
        each
        for each in entries
        if each["action"] == "customer.changed" and "email" in (each["after"] or {})
    ]
    assert changed["before"]["email"] == changed["after"]["email"] == "erased"


def test_an_answer_kept_for_a_repeat_is_still_one(service: Service) -> None:
    body = {"given_name": "Amara", "family_name": "Okafor", "email": EMAIL}
    headers = {"Idempotency-Key": "k"}
    first = service.call("POST", "/v1/customers", json=body, headers=headers)
    customer = first.json()["customer"]
    other = service.call(
        "POST", "/v1/customers", json={"given_name": "Other"}, headers={"Idempotency-Key": "l"}
    )
    assert erase(service, customer["id"], customer["number"]).status_code == 200
    again = service.call("POST", "/v1/customers", json=body, headers=headers)
    assert again.status_code == 201
    assert again.json()["customer"]["id"] == customer["id"]
    assert again.json()["customer"]["name"] == "Erased customer"
    assert again.json()["email"] is None
    with service.database.readers.begin() as session:
        kept = session.scalars(
            select(IdempotencyKey.answer).where(
                IdempotencyKey.organization_id == service.tenant.id, IdempotencyKey.key == "l"
            )
        ).one()
    assert other.json()["customer"]["id"] in kept
    assert '"Other"' in kept


def test_others_stay_as_they_are(service: Service) -> None:
    other = service.customer("Bela", email="bela@example.com", desk_note="Mind the dog")
    service.card(other)
    before = service.get(f"/v1/customers/{other}")
    erased(service, known_person(service))
    assert service.get(f"/v1/customers/{other}") == before


def test_at_once_is_once(service: Service) -> None:
    person = known_person(service)
    answers: list[Any] = []
    start = threading.Barrier(4)

    def run() -> None:
        start.wait()
        answers.append(erase(service, person["id"], person["number"]).json())

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [answers[0]] * 4
    assert answers[0]["customer_id"] == person["id"]


def test_the_file_itself(databases: Databases, tmp_path: Path) -> None:
    """What SQLite deletes it overwrites; the log goes when the service has stopped."""
    with running_service(databases.new(SQLITE, tmp_path)) as service:
        for number in range(30):
            service.customer(f"Nr {number}")
        person = known_person(service)
        with service.database.engine.connect() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        assert traces_of(tmp_path) >= {EMAIL, FAMILY}
        erased(service, person)
        row = (service.tenant.id, UUID(person["id"]))
        with service.database.readers.begin() as session:
            assert session.get_one(Customer, row).erased_at is not None
    assert traces_of(tmp_path) == set()


def traces_of(folder: Path) -> set[str]:
    """Traces in any file of a folder."""
    stored = b"".join(path.read_bytes() for path in folder.iterdir()).lower()
    return {each for each in TRACES if each.lower().encode() in stored}
