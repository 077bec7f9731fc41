"""Companies: found by parts of the name, archived and taken back, and their events."""

from typing import Any
from uuid import UUID

import pytest

from membership.store.models import Company
from tests.membership.recorded import audited, events
from tests.membership.support import Service


def names(page: Any) -> list[str]:
    """Names of a page of companies."""
    return [each["name"] for each in page["items"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("northw", ["Northwind Analytics"]),
        ("WIND", ["Northwind Analytics", "Windmühle & Söhne"]),
        ("analyt north", ["Northwind Analytics"]),
        ("muhle", ["Windmühle & Söhne"]),
        ("MÜHLE sohne", ["Windmühle & Söhne"]),
        ("smorrebrod", ["Smørrebrød 100%"]),
        ("100%", ["Smørrebrød 100%"]),
        ("100", ["Smørrebrød 100%"]),
        ("", ["Northwind Analytics", "Smørrebrød 100%", "Windmühle & Söhne"]),
        ("  ", ["Northwind Analytics", "Smørrebrød 100%", "Windmühle & Söhne"]),
        ("%", []),
        ("_", []),
        ("\x00", []),
        ("nobody", []),
        ("north nobody", []),
        (" ".join(["wind"] * 40), ["Northwind Analytics", "Windmühle & Söhne"]),
    ],
)
def test_search(service: Service, query: str, found: list[str]) -> None:
    for name in ("Windmühle & Söhne", "Northwind Analytics", "Smørrebrød 100%"):
        service.company(name)
    assert names(service.get("/v1/companies", q=query)) == found
    assert names(service.fresh().get("/v1/companies", q=query)) == []


def test_search_in_pages_and_by_the_new_name(service: Service) -> None:
    ids = [service.company(f"Nordlicht {n}") for n in range(5)]
    service.patch(f"/v1/companies/{ids[0]}", name="Südlicht")
    first = service.get("/v1/companies", q="nord", limit=3)
    rest = service.get("/v1/companies", q="nord", limit=3, cursor=first["next_cursor"])
    assert names(first) + names(rest) == [f"Nordlicht {n}" for n in range(1, 5)]
    assert rest["next_cursor"] is None
    assert names(service.get("/v1/companies", q="sudl")) == ["Südlicht"]
    too_long = service.call("GET", "/v1/companies", params={"q": "x" * 201})
    assert too_long.status_code == 422


def test_a_company_stored_without_an_object_is_found(service: Service) -> None:
    with service.database.engine.begin() as connection:
        connection.execute(
            Company.__table__.insert(),  # type: ignore[attr-defined]
            [
                {
                    "organization_id": service.tenant.id,
                    "id": UUID(int=number),
                    "name": f"Zoë {number}",
                    "created_at": service.clock.now,
                }
                for number in (1, 2)
            ],
        )
    assert names(service.get("/v1/companies", q="zoe")) == ["Zoë 1", "Zoë 2"]


def test_archived_takes_nothing_new_and_keeps_what_it_has(service: Service) -> None:
    plan = service.plan("Corporate", "area.gym")
    company = service.company("Northwind", email_domains=["nw.example.com"])
    insider, outsider = service.customer("In"), service.customer("Out")
    service.member(plan, company_id=company)
    service.link(company, insider)
    archived = service.patch(f"/v1/companies/{company}", archived=True)
    assert archived["archived_at"] == "2027-03-10T11:00:00Z"
    service.clock.advance(hours=1)
    again = service.patch(f"/v1/companies/{company}", archived=True)
    assert again["archived_at"] == archived["archived_at"]

    assert service.scan(insider)["outcome"] == "active"
    link = service.call("PUT", f"/v1/companies/{company}/customers/{outsider}", json={})
    assert (link.status_code, link.json()["code"]) == (409, "company_archived")
    body = {"plan_id": plan, "company_id": company}
    assert service.post("/v1/memberships", body, status=409)["code"] == "company_archived"
    newcomer = service.customer("New", email="new@nw.example.com")
    service.patch(f"/v1/customers/{outsider}", email="out@nw.example.com")
    assert service.get(f"/v1/customers/{newcomer}")["companies"] == []
    assert service.get(f"/v1/customers/{outsider}")["companies"] == []
    service.link(company, insider, "Director")  # is linked already
    service.unlink(company, insider)
    assert service.scan(insider)["outcome"] == "no_membership"


def test_taken_back_links_those_who_came_meanwhile(service: Service) -> None:
    company = service.company("Northwind", email_domains=["nw.example.com"])
    left = service.customer("Left", email="left@nw.example.com")
    stays = service.customer("Stays", email="stays@nw.example.com")
    service.unlink(company, left)
    service.patch(f"/v1/companies/{company}", archived=True, email_domains=["nw.example.com"])
    newcomer = service.customer("New", email="new@nw.example.com")
    service.clock.advance(hours=1)
    back = service.patch(f"/v1/companies/{company}", archived=False)
    assert back["archived_at"] is None
    linked = {each["customer"]["id"]: each for each in back["linked"]}
    assert set(linked) == {stays, newcomer}
    assert linked[newcomer]["source"] == "email_domain"
    assert linked[newcomer]["valid_from"] == "2027-03-10T12:00:00Z"


def test_domains_given_to_an_archived_company_link_nobody_yet(service: Service) -> None:
    customer = service.customer(email="a@nw.example.com")
    company = service.company("Northwind", archived=True, email_domains=["nw.example.com"])
    other = service.company("Other", archived=True)
    service.patch(f"/v1/companies/{other}", email_domains=["other.example.com"])
    assert service.get(f"/v1/customers/{customer}")["companies"] == []
    service.patch(f"/v1/companies/{company}", archived=False)
    assert len(service.get(f"/v1/customers/{customer}")["companies"]) == 1


def test_list_archived_or_not(service: Service) -> None:
    service.company("Amber")
    service.company("Blue", archived=True)
    assert names(service.get("/v1/companies")) == ["Amber", "Blue"]
    assert names(service.get("/v1/companies", archived=True)) == ["Blue"]
    assert names(service.get("/v1/companies", archived=False)) == ["Amber"]
    assert names(service.get("/v1/companies", q="b", archived=False)) == ["Amber"]


def test_profile_shows_people_with_seats(service: Service) -> None:
    company = service.company("Northwind", seat_cap=2)
    plan = service.plan("Corporate")
    service.member(plan, company_id=company)
    people = []
    for number in range(22):
        people.append(service.customer(f"Nr {number}"))
        service.link(company, people[-1], "Employee")
        service.clock.advance(seconds=1)
    shown = service.get(f"/v1/companies/{company}")
    assert shown["customers"] == 22
    assert [each["customer"]["id"] for each in shown["linked"]] == people[:20]
    assert [each["has_seat"] for each in shown["linked"]] == [True, True, *[False] * 18]
    assert {(each["role"], each["source"]) for each in shown["linked"]} == {("Employee", "manual")}
    assert [each["plan"] for each in shown["memberships"]] == ["Corporate"]


def test_changes_are_told_and_audited(service: Service) -> None:
    company = service.company("Northwind", email_domains=["a.example.com"])
    path = f"/v1/companies/{company}"
    service.patch(path, name="Northwind", seat_cap=None, email_domains=["A.example.com"])
    service.patch(path, name="Southwind", billing_email="ada@a.example.com", archived=True)
    service.patch(path, email_domains=["b.example.com"], seat_cap=3)
    assert events(service) == [
        ("company.created", {"company_id": company}),
        (
            "company.updated",
            {"company_id": company, "changed": ["name", "billing_email", "archived"]},
        ),
        ("company.updated", {"company_id": company, "changed": ["seat_cap", "email_domains"]}),
    ]
    changes = [(before, after) for _, before, after in audited(service, "company.changed")]
    assert ({"email_domains": []}, {"email_domains": ["a.example.com"]}) in changes
    assert ({"email_domains": ["a.example.com"]}, {"email_domains": ["b.example.com"]}) in changes
    assert ({"seat_cap": None}, {"seat_cap": 3}) in changes
    assert len(changes) == 4


def test_an_empty_name_changes_nothing(service: Service) -> None:
    company = service.company("Northwind")
    body = {"name": " ", "seat_cap": 3}
    answer = service.call("PATCH", f"/v1/companies/{company}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert service.get(f"/v1/companies/{company}")["seat_cap"] is None
