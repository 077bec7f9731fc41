"""Companies: links and what is inherited through them, seats, email domains."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.membership.statements import statements
from tests.membership.support import Service


@pytest.fixture
def corporate(service: Service) -> str:
    """A plan without an end."""
    return service.plan("Corporate", "area.gym")


def plans_of(service: Service, customer: str) -> list[tuple[str, str | None]]:
    """Plan and source of each membership that a customer has."""
    memberships = service.get(f"/v1/customers/{customer}")["memberships"]
    return sorted((each["plan"], each["company"]) for each in memberships)


def test_inherited_while_linked(service: Service, corporate: str) -> None:
    company, customer = service.company("Northwind"), service.customer()
    service.member(corporate, company_id=company)
    assert plans_of(service, customer) == []
    service.link(company, customer)
    assert plans_of(service, customer) == [("Corporate", "Northwind")]
    service.unlink(company, customer)
    assert plans_of(service, customer) == []
    assert service.scan(customer)["outcome"] == "no_membership"
    service.clock.advance(minutes=1)
    service.link(company, customer)
    assert plans_of(service, customer) == [("Corporate", "Northwind")]
    links = service.get(f"/v1/customers/{customer}")["companies"]
    assert [each["valid_until"] for each in links] == [None, "2027-03-10T11:00:00Z"]


def test_unlinked_at_once_although_the_clock_is_set_back(service: Service, corporate: str) -> None:
    company, customer = service.company("Northwind"), service.customer()
    service.member(corporate, company_id=company, starts_on="2027-03-01")
    service.clock.advance(days=-1)
    service.link(company, customer)
    service.clock.advance(days=1)
    service.unlink(company, customer)
    service.clock.advance(minutes=-30)
    assert service.scan(customer)["outcome"] == "no_membership"
    assert service.get(f"/v1/companies/{company}")["customers"] == 0
    assert service.get(f"/v1/companies/{company}/customers")["items"] == []
    service.link(company, customer)
    assert plans_of(service, customer) == [("Corporate", "Northwind")]
    assert service.get(f"/v1/companies/{company}")["customers"] == 1
    assert service.scan(customer)["outcome"] == "active"


def test_unlinking_leaves_own_and_other_memberships(service: Service, corporate: str) -> None:
    one, two, customer = service.company("One"), service.company("Two"), service.customer()
    gold = service.plan("Gold")
    service.member(corporate, company_id=one)
    service.member(corporate, company_id=two)
    service.member(gold, customer_id=customer)
    service.link(one, customer)
    service.link(two, customer)
    service.unlink(one, customer)
    memberships = service.get(f"/v1/customers/{customer}")["memberships"]
    assert {(m["plan"], m["company"]) for m in memberships} == {
        ("Gold", None),
        ("Corporate", "Two"),
    }


def test_who_is_linked_later_inherits_too(service: Service, corporate: str) -> None:
    company = service.company("Northwind")
    service.member(corporate, company_id=company)
    service.clock.advance(days=20)
    customer = service.customer()
    service.link(company, customer)
    assert service.scan(customer)["outcome"] == "active"


def test_linking_twice_is_one_link(service: Service) -> None:
    company, customer = service.company(), service.customer()
    service.link(company, customer, "Employee")
    service.link(company, customer, "Director")
    (link,) = service.get(f"/v1/customers/{customer}")["companies"]
    assert link["role"] == "Director"
    assert service.get(f"/v1/companies/{company}")["customers"] == 1


def test_expired_company_membership(service: Service, corporate: str) -> None:
    company, customer = service.company(), service.customer()
    service.member(corporate, company_id=company, last_day="2027-03-10")
    service.link(company, customer)
    service.clock.advance(days=1)
    answer = service.scan(customer)
    assert answer["outcome"] == "expired"
    assert answer["membership"]["company"] == "Northwind"
    (sold,) = service.get(f"/v1/companies/{company}")["memberships"]
    assert (sold["status"], sold["last_day"]) == ("expired", "2027-03-10")


def test_earliest_links_hold_the_seats(service: Service, corporate: str) -> None:
    company = service.company("Northwind", seat_cap=2)
    service.member(corporate, company_id=company)
    customers = []
    for name in ("First", "Second", "Third"):
        customers.append(service.customer(name))
        service.link(company, customers[-1])
        service.clock.advance(minutes=1)
    first, second, third = customers
    assert service.scan(first)["outcome"] == "active"
    assert service.scan(second)["outcome"] == "active"
    answer = service.scan(third)
    assert answer["outcome"] == "no_membership"
    assert answer["permissions"] == []
    (shown,) = answer["memberships"]
    assert (shown["reason"], shown["company"]) == ("no_seat", "Northwind")
    linked = service.get(f"/v1/companies/{company}/customers")["items"]
    assert [each["has_seat"] for each in linked] == [True, True, False]
    outcomes = {
        hit["customer"]["id"]: hit["outcome"] for hit in service.get("/v1/customers")["items"]
    }
    assert [outcomes[each] for each in customers] == ["active", "active", "no_membership"]

    service.unlink(company, first)
    assert service.scan(third)["outcome"] == "active"
    service.clock.advance(minutes=1)
    service.link(company, first)
    assert service.scan(first)["outcome"] == "no_membership"
    service.patch(f"/v1/companies/{company}", seat_cap=None)
    assert service.scan(first)["outcome"] == "active"
    service.patch(f"/v1/companies/{company}", seat_cap=0)
    assert service.scan(second)["outcome"] == "no_membership"


def test_seats_taken_in_the_same_instant(service: Service, corporate: str) -> None:
    company = service.company(seat_cap=2)
    service.member(corporate, company_id=company)
    customers = [service.customer(f"Nr {number}") for number in range(4)]
    for customer in customers:
        service.link(company, customer)
    outcomes = [service.scan(customer)["outcome"] for customer in customers]
    assert sorted(outcomes) == ["active", "active", "no_membership", "no_membership"]
    linked = service.get(f"/v1/companies/{company}/customers")["items"]
    seated = {each["customer"]["id"] for each in linked if each["has_seat"]}
    by_scan = dict(zip(customers, outcomes, strict=True))
    assert seated == {customer for customer, outcome in by_scan.items() if outcome == "active"}


def test_linked_customers_in_pages(service: Service) -> None:
    company = service.company(seat_cap=2)
    customers = []
    for number in range(5):
        customers.append(service.customer(f"Nr {number}"))
        service.link(company, customers[-1])
        service.clock.advance(seconds=1)
    listed: list[dict[str, Any]] = []
    cursor = None
    while True:
        params: dict[str, str] = {"cursor": cursor} if cursor else {}
        page = service.get(f"/v1/companies/{company}/customers", limit=2, **params)
        listed += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert [each["customer"]["id"] for each in listed] == customers
    assert [each["has_seat"] for each in listed] == [True, True, False, False, False]


def test_who_is_unlinked_between_two_pages_hides_nobody(service: Service) -> None:
    company = service.company(seat_cap=2)
    customers = [service.customer(f"Nr {number}") for number in range(4)]
    for customer in customers:
        service.link(company, customer)
        service.clock.advance(seconds=1)
    path = f"/v1/companies/{company}/customers"
    first = service.get(path, limit=2)
    service.unlink(company, customers[0])
    second = service.get(path, limit=2, cursor=first["next_cursor"])
    assert [each["customer"]["id"] for each in second["items"]] == customers[2:]
    assert [each["has_seat"] for each in second["items"]] == [True, False]
    assert second["next_cursor"] is None


def test_email_domains_link_by_themselves(service: Service, corporate: str) -> None:
    before = service.customer("Before", email="before@northwind.example.com")
    company = service.company("Northwind", email_domains=["Northwind.Example.com"])
    service.member(corporate, company_id=company)
    after = service.customer("After", email="after@NORTHWIND.example.com")
    stranger = service.customer("Else", email="else@sub.northwind.example.com")
    moved = service.customer("Moved", email="moved@example.org")
    service.patch(f"/v1/customers/{moved}", email="moved@northwind.example.com")
    for customer in (before, after, moved):
        assert service.scan(customer)["membership"]["company"] == "Northwind"
    assert service.scan(stranger)["outcome"] == "no_membership"
    assert service.get(f"/v1/companies/{company}")["email_domains"] == ["northwind.example.com"]


def test_a_large_domain_is_linked_in_one_statement(service: Service) -> None:
    customers = [service.customer(f"Nr {n}", email=f"n{n}@big.example.com") for n in range(5)]
    linked = service.company("Big")
    service.link(linked, customers[0], "Boss")
    with statements(service.database) as sent:
        service.patch(f"/v1/companies/{linked}", email_domains=["big.example.com"])
    assert len([each for each in sent if each.sql.startswith("INSERT INTO company_links")]) == 1
    items = service.get(f"/v1/companies/{linked}/customers")["items"]
    assert {each["customer"]["id"] for each in items} == set(customers)
    assert len(items) == len(customers)
    links = [service.get(f"/v1/customers/{each}")["companies"][0] for each in customers]
    assert {UUID(each["id"]).version for each in links} == {4}
    assert len({each["id"] for each in links}) == len(customers)
    assert links[0]["role"] == "Boss"


def test_unlinked_customer_is_not_linked_again_by_an_unrelated_change(service: Service) -> None:
    company = service.company("Northwind", email_domains=["northwind.example.com"])
    customer = service.customer(email="a@northwind.example.com")
    service.unlink(company, customer)
    service.patch(f"/v1/customers/{customer}", desk_note="left the company")
    assert service.get(f"/v1/companies/{company}")["customers"] == 0


def test_domain_belongs_to_one_company(service: Service) -> None:
    service.company("One", email_domains=["one.example.com"])
    body = {"name": "Two", "email_domains": ["one.example.com"]}
    assert service.post("/v1/companies", body, status=409)["code"] == "email_domain_taken"
    assert [each["name"] for each in service.get("/v1/companies")["items"]] == ["One"]
    other = service.fresh()
    other.post("/v1/companies", body)


def test_change(service: Service) -> None:
    company = service.company("Northwind", email_domains=["a.example.com", "b.example.com"])
    changed = service.patch(
        f"/v1/companies/{company}",
        billing_name="Ada",
        billing_email="ada@a.example.com",
        email_domains=["b.example.com", "c.example.com"],
    )
    assert changed["name"] == "Northwind"
    assert (changed["billing_name"], changed["billing_email"]) == ("Ada", "ada@a.example.com")
    assert changed["email_domains"] == ["b.example.com", "c.example.com"]
    assert service.get(f"/v1/companies/{company}") == changed


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body.name"),
        ({"name": ""}, "body.name"),
        ({"name": "A", "seat_cap": -1}, "body.seat_cap"),
        ({"name": "A", "email_domains": ["no domain"]}, "body.email_domains.0"),
        ({"name": "A", "email_domains": ["a@b.example"]}, "body.email_domains.0"),
        ({"name": "A", "billing_email": "x"}, "body.billing_email"),
    ],
)
def test_create_refuses(service: Service, body: dict[str, object], field: str) -> None:
    problem = service.post("/v1/companies", body, status=422)
    assert [each["field"] for each in problem["errors"]] == [field]


def test_list_by_name_in_pages(service: Service) -> None:
    for name in ("Cyan", "Amber", "Blue"):
        service.company(name)
    page = service.get("/v1/companies", limit=2)
    assert [each["name"] for each in page["items"]] == ["Amber", "Blue"]
    rest = service.get("/v1/companies", limit=2, cursor=page["next_cursor"])
    assert [each["name"] for each in rest["items"]] == ["Cyan"]
    assert rest["next_cursor"] is None


def test_of_another_organization_is_not_found(service: Service) -> None:
    company, customer = service.company(), service.customer()
    service.link(company, customer)
    other = service.fresh()
    stranger, theirs = other.customer(), other.company()
    for method, path, code in (
        ("GET", f"/v1/companies/{company}", "company_not_found"),
        ("PATCH", f"/v1/companies/{company}", "company_not_found"),
        ("GET", f"/v1/companies/{company}/customers", "company_not_found"),
        ("PUT", f"/v1/companies/{company}/customers/{stranger}", "company_not_found"),
        ("PUT", f"/v1/companies/{theirs}/customers/{customer}", "customer_not_found"),
        ("DELETE", f"/v1/companies/{company}/customers/{customer}", "link_not_found"),
        ("GET", f"/v1/companies/{uuid4()}", "company_not_found"),
    ):
        answer = other.call(method, path, json={})
        assert (answer.status_code, answer.json()["code"]) == (404, code), path
    assert service.get(f"/v1/companies/{company}")["customers"] == 1


def test_list_counts_people_and_seats(service: Service) -> None:
    full, empty = service.company("Full", seat_cap=2), service.company("Void")
    people = [service.customer(f"P{number}") for number in range(3)]
    for person in people:
        service.link(full, person)
    service.patch(f"/v1/customers/{people[0]}", state="banned")
    service.link(full, gone := service.customer("Gone"))
    service.unlink(full, gone)

    def counted(**wanted: Any) -> dict[str, tuple[Any, Any]]:
        items = service.get("/v1/companies", **wanted)["items"]
        return {each["id"]: (each["customers"], each["seats_taken"]) for each in items}

    assert counted(counts=True) == {full: (3, 2), empty: (0, 0)}
    assert counted() == {full: (None, None), empty: (None, None)}
    assert service.get(f"/v1/companies/{full}")["seats_taken"] == 2
