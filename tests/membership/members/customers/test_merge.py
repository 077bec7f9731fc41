"""Merging of duplicates: everything goes over, and the old ids, numbers and cards still lead."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from membership.base.scopes import Scope
from membership.members.customers.merge import _MOVES as MOVES
from membership.store.models import (
    Card,
    Customer,
    CustomerAlias,
    CustomerTerm,
    Event,
    Organization,
)
from tests.membership.members.customers.test_customers import picture
from tests.membership.support import Service


def merge(service: Service, stays: str, goes: str, **options: Any) -> Any:
    """Merge one customer into another; returns the answer, whatever it is."""
    path = f"/v1/customers/{stays}/merge"
    return service.call("POST", path, json={"other_id": goes}, **options)


def merged(service: Service, stays: str, goes: str) -> Any:
    """The JSON of a merge that must succeed."""
    answer = merge(service, stays, goes)
    assert answer.status_code == 200, answer.text
    return answer.json()


def code_of(answer: Any) -> tuple[int, str]:
    """Status and code of an error answer."""
    return answer.status_code, answer.json()["code"]


def test_every_table_that_refers_to_customers_is_handled() -> None:
    """A new table with a reference to customers must say what a merge does to its rows."""
    tables = Organization.metadata.sorted_tables
    referring = {
        table.name
        for table in tables
        for key in table.foreign_key_constraints
        if key.referred_table.name == "customers"
    } | {table.name for table in tables if "customer_id" in table.columns}
    assert referring == set(MOVES)
    for name in referring:
        assert "customer_id" in Organization.metadata.tables[name].columns


def test_everything_goes_over(service: Service) -> None:
    stays, goes = service.customer("Amara"), service.customer("Amara", family_name="Okafor")
    gold, silver = service.plan("Gold", "area.pool"), service.plan("Silver")
    company = service.company("Northwind")
    service.member(gold, customer_id=goes)
    service.member(silver, customer_id=stays)
    service.link(company, goes)
    old_card, own_card = service.card(goes), service.card(stays)
    number = service.get(f"/v1/customers/{goes}")["customer"]["number"]
    visit = str(uuid4())
    service.scan(old_card["code"], visit)
    answer = merged(service, stays, goes)
    assert answer["customer"]["id"] == stays
    assert answer["customer"]["name"] == "Amara Okafor"
    assert (answer["merged_id"], answer["merged_number"]) == (goes, number)
    assert answer["moved"] == {"memberships": 1, "links": 1, "cards": 1, "visits": 1}
    profile = service.get(f"/v1/customers/{stays}")
    assert {each["plan"] for each in profile["memberships"]} == {"Gold", "Silver"}
    assert {each["id"] for each in profile["cards"]} == {
        old_card["card"]["id"],
        own_card["card"]["id"],
    }
    assert [each["company"] for each in profile["companies"]] == ["Northwind"]
    assert [each["id"] for each in profile["visits"]] == [visit]
    for text in (goes, number, old_card["code"], stays, own_card["code"]):
        found = service.scan(text)
        assert (found["outcome"], found["customer"]["id"]) == ("active", stays), text
    assert service.get(f"/v1/customers/{goes}")["customer"]["id"] == stays
    (granted,) = service.get(f"/v1/customers/{goes}/permissions")["items"]
    assert granted["key"] == "area.pool"
    (hit,) = service.get("/v1/customers", q="okaf")["items"]
    assert hit["customer"]["id"] == stays
    assert len(service.get("/v1/customers")["items"]) == 1


def test_fields(service: Service) -> None:
    stays = service.customer(
        "Amara", email="amara@example.com", desk_note="Has a key", state="inactive"
    )
    goes = service.customer(
        "A.",
        family_name="Okafor",
        email="other@example.com",
        phone="+49301234567",
        birth_date="1990-02-03",
        language="de",
        desk_note="Allergic to nuts",
        state="banned",
    )
    merged(service, stays, goes)
    kept = service.get(f"/v1/customers/{stays}")
    assert (kept["given_name"], kept["family_name"]) == ("Amara", "Okafor")
    assert kept["email"] == "amara@example.com"
    assert (kept["phone"], kept["birth_date"]) == ("+49301234567", "1990-02-03")
    assert kept["desk_note"] == "Has a key\nAllergic to nuts"
    assert (kept["customer"]["state"], kept["customer"]["language"]) == ("banned", "de")
    (found,) = service.get("/v1/customers", q="other@example.com")["items"]
    assert found["customer"]["id"] == kept["customer"]["id"]
    with service.database.readers.begin() as session:
        terms = select(CustomerTerm.customer_id).where(
            CustomerTerm.organization_id == service.tenant.id
        )
        assert set(session.scalars(terms)) == {UUID(stays)}


@pytest.mark.parametrize("own", [True, False])
def test_photo(service: Service, own: bool) -> None:
    stays, goes = service.customer("Amara"), service.customer("Amara")
    pictures = {stays: picture(colour="red"), goes: picture(colour="blue")}
    for customer in (stays, goes) if own else (goes,):
        answer = service.call(
            "PUT",
            f"/v1/customers/{customer}/photo",
            data=pictures[customer],
            headers={"Content-Type": "image/jpeg"},
        )
        assert answer.status_code == 204, answer.text
    merged(service, stays, goes)
    found = service.call("GET", f"/v1/customers/{stays}/photo")
    assert found.content == pictures[stays if own else goes]


@pytest.mark.parametrize("first", ["stays", "goes"])
def test_the_earlier_link_keeps_the_seat(service: Service, first: str) -> None:
    company, plan = service.company("Northwind", seat_cap=1), service.plan()
    service.member(plan, company_id=company)
    people = {"stays": service.customer("Amara"), "goes": service.customer("Amara")}
    between = service.customer("Bela")
    later = "goes" if first == "stays" else "stays"
    for customer, role in ((people[first], ""), (between, ""), (people[later], "Director")):
        service.link(company, customer, role)
        service.clock.advance(minutes=1)
    merged(service, people["stays"], people["goes"])
    assert service.scan(people["stays"])["outcome"] == "active"
    assert service.scan(between)["outcome"] == "no_membership"
    links = service.get(f"/v1/customers/{people['stays']}")["companies"]
    still = [(each["valid_from"], each["role"]) for each in links if each["valid_until"] is None]
    assert still == [("2027-03-10T11:00:00Z", "Director")]
    assert len(links) == 2


def test_chains_are_flat(service: Service) -> None:
    first, second, third = (service.customer(name) for name in ("A", "B", "C"))
    card = service.card(first)
    merged(service, second, first)
    merged(service, third, second)
    with service.database.readers.begin() as session:
        aliases = session.scalars(
            select(CustomerAlias.customer_id).where(
                CustomerAlias.organization_id == service.tenant.id
            )
        ).all()
    assert aliases == [UUID(third)] * 2
    for text in (first, second, card["code"]):
        assert service.scan(text)["customer"]["id"] == third


def test_the_one_who_stays_may_be_named_by_a_former_id(service: Service) -> None:
    first, second, third = (service.customer(name) for name in ("A", "B", "C"))
    merged(service, second, first)
    assert merged(service, first, third)["customer"]["id"] == second


def test_what_cannot_be_merged(service: Service) -> None:
    first, second, third = (service.customer(name) for name in ("A", "B", "C"))
    assert code_of(merge(service, first, first)) == (422, "merge_with_self")
    assert code_of(merge(service, first, str(uuid4()))) == (404, "customer_not_found")
    assert code_of(merge(service, str(uuid4()), first)) == (404, "customer_not_found")
    merged(service, first, second)
    for stays, goes in ((first, second), (second, first), (third, second)):
        answer = merge(service, stays, goes)
        assert code_of(answer) == (409, "already_merged")
        assert "C-000001" in answer.json()["detail"]
    assert len(service.get("/v1/customers")["items"]) == 2


def test_another_organization(service: Service) -> None:
    other = service.fresh()
    mine, theirs = service.customer("A"), other.customer("B")
    for stays, goes in ((mine, theirs), (theirs, mine)):
        assert code_of(merge(service, stays, goes)) == (404, "customer_not_found")
    assert other.scan(theirs)["customer"]["name"] == "B"


def test_scope_and_body(service: Service) -> None:
    first, second = service.customer("A"), service.customer("B")
    reader = service.key_with(Scope.CUSTOMERS_READ)
    assert code_of(merge(service, first, second, key=reader)) == (403, "scope_missing")
    bodies: list[Any] = [{}, {"other_id": "x"}, [], {"other_id": None}]
    for body in bodies:
        answer = service.call("POST", f"/v1/customers/{first}/merge", json=body)
        assert code_of(answer) == (422, "invalid_request")


def test_sent_again_with_the_same_key(service: Service) -> None:
    first, second, third = (service.customer(name) for name in ("A", "B", "C"))
    headers = {"Idempotency-Key": "merge-1"}
    answers = [merge(service, first, second, headers=headers) for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    # The same body for another customer is another request.
    other = merge(service, third, second, headers=headers)
    assert code_of(other) == (409, "idempotency_key_reused")


def test_audit_and_event(service: Service) -> None:
    stays, goes = service.customer("Amara"), service.customer("A.", phone="+49301234567")
    card = service.card(goes)
    merged(service, stays, goes)
    entries = service.get("/v1/audit", subject_id=stays)["items"]
    (entry,) = [each for each in entries if each["action"] == "customer.merged"]
    assert entry["before"]["id"] == goes
    assert (entry["before"]["given_name"], entry["before"]["phone"]) == ("A.", "+49301234567")
    assert entry["after"]["phone"] == "+49301234567"
    assert entry["after"]["moved"]["cards"] == 1
    (entry,) = [
        each
        for each in service.get("/v1/audit", subject_id=goes)["items"]
        if each["action"] == "customer.merged"
    ]
    assert entry["after"] == {"merged_into": stays}
    with service.database.readers.begin() as session:
        (event,) = session.scalars(
            select(Event).where(
                Event.organization_id == service.tenant.id, Event.type == "customer.merged"
            )
        )
        assert (event.subject_id, event.data) == (stays, {"customer_id": stays, "merged_id": goes})
        assert session.get(Customer, (service.tenant.id, UUID(goes))) is None
        moved = session.get_one(Card, (service.tenant.id, UUID(card["card"]["id"])))
        assert moved.customer_id == UUID(stays)
