"""Customers: their events, how their address is compared, lists by state, the erased."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, text, update

from membership.store.models import Customer, CustomerPhoto, CustomerTerm, TermKind
from tests.membership.conftest import SQLITE
from tests.membership.members.customers.test_customers import picture, put_photo
from tests.membership.recorded import audited, events
from tests.membership.statements import statements
from tests.membership.support import Service, arranging


def email_key(service: Service, customer: str) -> str | None:
    """The stored address as it is compared."""
    with service.database.readers.begin() as session:
        row = session.get(Customer, (service.tenant.id, UUID(customer)))
        assert row is not None
        return row.email_key


def test_created_and_updated_are_told_without_personal_data(service: Service) -> None:
    customer = service.customer("Amara", family_name="Okafor", email="amara@example.com")
    path = f"/v1/customers/{customer}"
    service.patch(path, given_name="Amara", email="a.okafor@example.com", phone="0301234567")
    service.patch(path, state="banned")
    told = events(service)
    assert told == [
        ("customer.created", {"customer_id": customer}),
        ("customer.updated", {"customer_id": customer, "changed": ["email", "phone"]}),
        ("customer.updated", {"customer_id": customer, "changed": ["state"]}),
    ]
    assert "okafor" not in str(told).lower()


def test_what_changes_nothing_is_not_told(service: Service) -> None:
    customer = service.customer("Amara", desk_note="Locker 7", email="a@example.com")
    service.patch(f"/v1/customers/{customer}")
    service.patch(
        f"/v1/customers/{customer}", given_name="Amara", desk_note="Locker 7", email="a@example.com"
    )
    body = {"given_name": "", "family_name": ""}
    assert service.call("PATCH", f"/v1/customers/{customer}", json=body).status_code == 422
    assert [kind for kind, _ in events(service)] == ["customer.created"]
    assert audited(service, "customer.changed") == []


def test_a_new_photo_is_told_once(service: Service) -> None:
    customer = service.customer()
    for _ in range(2):
        assert put_photo(service, customer, picture()) == 204
    told = events(service, "customer.updated")
    assert told == [("customer.updated", {"customer_id": customer, "changed": ["photo"]})]


def test_a_photo_is_forgotten(service: Service) -> None:
    customer = service.customer()
    path = f"/v1/customers/{customer}/photo"
    missing = service.call("DELETE", path)
    assert (missing.status_code, missing.json()["code"]) == (404, "photo_not_found")
    assert put_photo(service, customer, picture()) == 204
    foreign = service.fresh().call("DELETE", path)
    assert (foreign.status_code, foreign.json()["code"]) == (404, "customer_not_found")
    assert service.call("DELETE", path).status_code == 204
    assert service.call("GET", path).status_code == 404
    assert service.scan(customer)["customer"]["photo_path"] is None
    with service.database.readers.begin() as session:
        assert session.get(CustomerPhoto, (service.tenant.id, UUID(customer))) is None
    assert len(events(service, "customer.updated")) == 2
    assert put_photo(service, customer, picture()) == 204


def test_a_repeat_of_a_creation_is_not_told_again(service: Service) -> None:
    headers = {"Idempotency-Key": "signup-1"}
    for _ in range(2):
        answer = service.call(
            "POST", "/v1/customers", json={"given_name": "Amara"}, headers=headers
        )
        assert answer.status_code == 201
    assert len(events(service, "customer.created")) == 1


def test_before_and_after_are_audited(service: Service) -> None:
    customer = service.customer("Amara")
    service.patch(f"/v1/customers/{customer}", given_name="Amina", state="inactive")
    assert audited(service, "customer.changed") == [
        (
            customer,
            {"given_name": "Amara", "state": "active"},
            {"given_name": "Amina", "state": "inactive"},
        )
    ]


def test_addresses_are_compared_in_lower_case(service: Service) -> None:
    customer = service.customer(email="Ämara.Okafor@Example.COM")
    assert email_key(service, customer) == "ämara.okafor@example.com"
    assert service.get(f"/v1/customers/{customer}")["email"] == "Ämara.Okafor@example.com"
    service.patch(f"/v1/customers/{customer}", email="NEW@example.com")
    assert email_key(service, customer) == "new@example.com"
    service.patch(f"/v1/customers/{customer}", desk_note="x")
    assert email_key(service, customer) == "new@example.com"
    service.patch(f"/v1/customers/{customer}", email=None)
    assert email_key(service, customer) is None


def ids(page: Any) -> list[str]:
    """Ids of a page of customers."""
    return [each["customer"]["id"] for each in page["items"]]


def test_list_by_state(service: Service) -> None:
    states = ["active", "banned", "inactive", "banned", "active", "banned"]
    people = [service.customer(f"Nr {n}", state=state) for n, state in enumerate(states)]
    banned = [each for each, state in zip(people, states, strict=True) if state == "banned"]
    assert ids(service.get("/v1/customers", state="banned")) == banned
    first = service.get("/v1/customers", state="banned", limit=2)
    rest = service.get("/v1/customers", state="banned", limit=2, cursor=first["next_cursor"])
    assert (ids(first), ids(rest), rest["next_cursor"]) == (banned[:2], banned[2:], None)
    assert ids(service.get("/v1/customers")) == people
    assert service.call("GET", "/v1/customers", params={"state": "gone"}).status_code == 422


def test_search_by_state(service: Service) -> None:
    states = ["active", "banned"] * 4
    people = [service.customer("Nora", state=state) for state in states]
    banned = {each for each, state in zip(people, states, strict=True) if state == "banned"}
    found: list[str] = []
    page = service.get("/v1/customers", q="nor", state="banned", limit=3)
    while True:
        found += ids(page)
        if page["next_cursor"] is None:
            break
        page = service.get(
            "/v1/customers", q="nor", state="banned", limit=3, cursor=page["next_cursor"]
        )
    assert len(found) == len(banned)
    assert set(found) == banned
    assert ids(service.get("/v1/customers", q=people[1], state="banned")) == [people[1]]
    assert ids(service.get("/v1/customers", q=people[0], state="banned")) == []
    assert ids(service.get("/v1/customers", q="C-000001", state="active")) == [people[0]]


def test_list_by_state_reads_its_index(service: Service, backend: str) -> None:
    if backend != SQLITE:
        return  # PostgreSQL plans by what it has gathered of the data, of which there is none
    service.customer(state="banned")
    with statements(service.database) as sent:
        service.get("/v1/customers", state="banned")
    with service.database.engine.connect() as connection:
        statement, values = next(each for each in sent if "customers.state =" in each.sql)
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        steps = " ".join(row[3] for row in plan)
    assert "ix_customers_state" in steps
    assert "TEMP B-TREE" not in steps


def test_somebody_inactive_is_listed_and_let_in(service: Service) -> None:
    customer = service.customer("Amara", state="inactive")
    service.member(service.plan("Gold"), customer_id=customer)
    assert service.scan(service.card(customer)["code"])["outcome"] == "active"
    for wanted in ({}, {"q": "amara"}, {"state": "inactive"}):
        found = service.get("/v1/customers", **wanted)["items"]
        assert [each["customer"]["id"] for each in found] == [customer], wanted


@pytest.fixture
def erased(service: Service) -> str:
    """A customer of whom only the row is left."""
    customer = service.customer()
    with arranging(service.database) as session:
        session.execute(
            update(Customer)
            .where(Customer.organization_id == service.tenant.id, Customer.id == UUID(customer))
            .values(erased_at=service.clock.now, given_name="", email=None)
        )
    return customer


def test_who_was_erased_is_not_filled_again(service: Service, erased: str) -> None:
    company = service.company()
    for method, path, body in (
        ("PATCH", f"/v1/customers/{erased}", {"given_name": "Amara"}),
        ("PUT", f"/v1/companies/{company}/customers/{erased}", {}),
        ("POST", "/v1/cards", {"customer_id": erased}),
    ):
        answer = service.call(method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "customer_erased"), path
    assert put_photo(service, erased, picture()) == 409
    assert service.get(f"/v1/customers/{erased}")["given_name"] == ""
    with service.database.readers.begin() as session:
        key = (service.tenant.id, UUID(erased))
        assert session.get(CustomerPhoto, key) is None


def test_what_a_failed_request_would_have_told_is_not_told(service: Service) -> None:
    with service.database.engine.connect() as connection:
        before = connection.execute(text("SELECT count(*) FROM events")).scalar_one()
    body = {"given_name": "A", "phone": "1"}
    assert service.post("/v1/customers", body, status=422)["code"] == "phone_invalid"
    missing = service.call("PATCH", f"/v1/customers/{uuid4()}", json={"given_name": "B"})
    assert missing.status_code == 404
    with service.database.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM events")).scalar_one() == before


def test_a_search_by_state_ends_its_page_after_many_others(service: Service) -> None:
    banned = service.customer("Nora Zz", state="banned")
    people = [
        {
            "organization_id": service.tenant.id,
            "id": UUID(int=number),
            "number": number,
            "given_name": "Nora",
            "family_name": "",
            "search_text": "nora",
            "created_at": service.clock.now,
        }
        for number in range(1000, 2100)
    ]
    terms = [
        {
            "organization_id": service.tenant.id,
            "kind": TermKind.START,
            "term": "nora",
            "customer_id": each["id"],
        }
        for each in people
    ]
    with arranging(service.database) as session:
        session.execute(insert(Customer), people)
        session.execute(insert(CustomerTerm), terms)
    first = service.get("/v1/customers", q="nora", state="banned")
    second = service.get("/v1/customers", q="nora", state="banned", cursor=first["next_cursor"])
    assert second["next_cursor"] is None
    assert ids(first) + ids(second) == [banned]
