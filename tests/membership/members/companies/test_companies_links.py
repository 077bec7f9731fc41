"""Links: how they came about, their history, their events, and two at once."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import requests

from membership.members.companies.schemas import CompanyChange
from membership.members.companies.service import change_company
from membership.members.customers.schemas import CustomerChange, NewCustomer
from membership.members.customers.service import change_customer, create_customer
from tests.membership.recorded import audited, events
from tests.membership.support import NOON, Service, arranging, running_service
from tests.membership.test_races import LATER, sender

DOMAIN = "nw.example.com"
KEYED = {"Idempotency-Key": "undo-1"}


def links_of(service: Service, customer: str) -> list[dict[str, Any]]:
    """The customer's links, latest first."""
    links: list[dict[str, Any]] = service.get(f"/v1/customers/{customer}")["companies"]
    return links


def test_source_tells_how_a_link_came_about(service: Service) -> None:
    company = service.company("Northwind", email_domains=[DOMAIN])
    by_hand, by_domain = service.customer(), service.customer(email=f"a@{DOMAIN}")
    moved = service.customer(email="old@example.com")
    service.link(company, by_hand, "Director")
    service.patch(f"/v1/customers/{moved}", email=f"new@{DOMAIN}")
    sources = {each: links_of(service, each)[0]["source"] for each in (by_hand, by_domain, moved)}
    assert sources == {by_hand: "manual", by_domain: "email_domain", moved: "email_domain"}
    service.link(company, by_domain, "Boss")  # is linked already: only the role is new
    (link,) = links_of(service, by_domain)
    assert (link["source"], link["role"]) == ("email_domain", "Boss")


def test_a_link_that_was_ended_by_hand_stays_ended(service: Service) -> None:
    company = service.company("Northwind", email_domains=[DOMAIN])
    customer = service.customer(email=f"a@{DOMAIN}")
    service.unlink(company, customer)
    service.patch(f"/v1/customers/{customer}", given_name="Amina", email=f"b@{DOMAIN}")
    path = f"/v1/companies/{company}"
    service.patch(path, name="Southwind", seat_cap=3)
    service.patch(path, email_domains=[DOMAIN])
    service.patch(path, email_domains=[DOMAIN, "more.example.com"])
    service.patch(path, archived=True)
    service.patch(path, archived=False)
    assert service.get(path)["customers"] == 0
    (link,) = links_of(service, customer)
    assert link["valid_until"] == "2027-03-10T11:00:00Z"


def test_whom_a_removed_domain_linked_stays_linked(service: Service) -> None:
    company = service.company("Northwind", email_domains=[DOMAIN])
    customer = service.customer(email=f"a@{DOMAIN}")
    service.patch(f"/v1/companies/{company}", email_domains=[])
    service.patch(f"/v1/customers/{customer}", email="gone@example.com")
    assert service.get(f"/v1/companies/{company}")["customers"] == 1


def test_history_latest_first_in_pages(service: Service) -> None:
    company, other = service.company(), service.company("Other")
    people = [service.customer(f"Nr {n}") for n in range(3)]
    for customer in people:
        service.link(company, customer, "Employee")
        service.link(other, customer)
        service.clock.advance(minutes=1)
    service.unlink(company, people[0])
    service.clock.advance(minutes=1)
    service.link(company, people[0], "Director")
    path = f"/v1/companies/{company}/links"
    listed: list[dict[str, Any]] = []
    page = service.get(path, limit=3)
    while True:
        listed += page["items"]
        if page["next_cursor"] is None:
            break
        page = service.get(path, limit=3, cursor=page["next_cursor"])
    told = [(each["customer"]["id"], each["role"], each["valid_until"]) for each in listed]
    assert told == [
        (people[0], "Director", None),
        (people[2], "Employee", None),
        (people[1], "Employee", None),
        (people[0], "Employee", "2027-03-10T11:03:00Z"),
    ]
    assert {each["source"] for each in listed} == {"manual"}
    strange = service.call("GET", path, params={"cursor": "x"})
    assert (strange.status_code, strange.json()["code"]) == (422, "invalid_cursor")
    foreign = service.fresh().call("GET", path)
    assert (foreign.status_code, foreign.json()["code"]) == (404, "company_not_found")


def test_links_made_in_one_instant_are_all_listed(service: Service) -> None:
    people = {service.customer(f"Nr {n}", email=f"n{n}@{DOMAIN}") for n in range(5)}
    company = service.company("Northwind", email_domains=[DOMAIN])
    path, seen = f"/v1/companies/{company}/links", []
    page = service.get(path, limit=2)
    while True:
        seen += [each["customer"]["id"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        page = service.get(path, limit=2, cursor=page["next_cursor"])
    assert sorted(seen) == sorted(people)


def test_links_are_told_and_audited(service: Service) -> None:
    company, customer = service.company(), service.customer()
    service.link(company, customer, "Employee")
    service.link(company, customer, "Director")
    service.unlink(company, customer)
    (link,) = links_of(service, customer)
    who = {"link_id": link["id"], "company_id": company, "customer_id": customer}
    assert events(service, "link.created", "link.ended") == [
        ("link.created", {**who, "source": "manual"}),
        ("link.ended", who),
    ]
    ((made, _, created),) = audited(service, "link.created")
    assert (made, created["role"], created["customer_id"]) == (link["id"], "Employee", customer)
    assert audited(service, "link.changed") == [
        (link["id"], {"role": "Employee"}, {"role": "Director"})
    ]
    ((ended, before, after),) = audited(service, "link.ended")
    assert (ended, before) == (link["id"], {"valid_until": None})
    assert after["valid_until"] == "2027-03-10T11:00:00+00:00"


def test_an_unlinking_is_undone_with_its_seat(service: Service) -> None:
    company = service.company("Northwind", seat_cap=1)
    first, second = service.customer("First"), service.customer("Second")
    service.link(company, first, "Coach")
    service.clock.advance(seconds=1)
    service.link(company, second)
    (link,) = links_of(service, first)
    service.unlink(company, first)
    path = f"/v1/companies/{company}/customers/{first}"
    undo = {"role": "Coach", "reopen": True}
    answers = [service.call("PUT", path, headers=KEYED, json=undo) for _ in range(2)]
    assert [each.status_code for each in answers] == [204, 204]
    assert links_of(service, first) == [link]
    people = service.get(f"/v1/companies/{company}/customers")["items"]
    assert [(each["customer"]["id"], each["has_seat"]) for each in people] == [
        (first, True),
        (second, False),
    ]
    ((reopened, before, after),) = audited(service, "link.reopened")
    assert (reopened, after["valid_until"]) == (link["id"], None)
    assert before["valid_until"] is not None
    assert audited(service, "link.changed") == []
    assert len(events(service, "link.created")) == 3


@pytest.mark.parametrize("archived", [False, True], ids=["too late", "archived"])
def test_an_unlinking_is_not_undone_too_late_or_at_an_archived_company(
    service: Service, archived: bool
) -> None:
    company, customer = service.company("Northwind"), service.customer()
    service.link(company, customer)
    service.unlink(company, customer)
    if archived:
        service.patch(f"/v1/companies/{company}", archived=True)
    else:
        service.clock.advance(minutes=10, seconds=1)
    path = f"/v1/companies/{company}/customers/{customer}"
    answer = service.call("PUT", path, json={"reopen": True})
    assert answer.status_code == (409 if archived else 204), answer.text
    assert len(links_of(service, customer)) == (1 if archived else 2)
    assert audited(service, "link.reopened") == []


def test_each_link_by_a_domain_is_told(service: Service) -> None:
    people = {service.customer(f"Nr {n}", email=f"n{n}@{DOMAIN}") for n in range(4)}
    company = service.company("Northwind")
    service.patch(f"/v1/companies/{company}", email_domains=[DOMAIN])
    told = [data for _, data in events(service, "link.created")]
    assert {each["customer_id"] for each in told} == people
    assert {each["source"] for each in told} == {"email_domain"}
    ((subject, _, did),) = audited(service, "company.linked_by_domain")
    assert (subject, did) == (company, {"email_domain": DOMAIN, "customers_linked": 4})


def at_once(*sends: Callable[[], requests.Response]) -> list[requests.Response]:
    """The answers to requests that are sent at the same time, in their order."""
    start = threading.Barrier(len(sends))
    answers: list[requests.Response | None] = [None] * len(sends)

    def run(place: int) -> None:
        start.wait()
        answers[place] = sends[place]()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(sends))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answer for answer in answers if answer is not None]


def test_two_who_take_the_last_seat_at_once(service: Service) -> None:
    plan = service.plan("Corporate", "area.gym")
    for _ in range(4):
        company = service.company(seat_cap=1)
        service.member(plan, company_id=company)
        people = [service.customer(f"Nr {n}") for n in range(3)]
        paths = [f"/v1/companies/{company}/customers/{each}" for each in people]
        answers = at_once(*(sender(service, "PUT", path, json={}) for path in paths))
        assert [each.status_code for each in answers] == [204] * 3
        history = service.get(f"/v1/companies/{company}/links")["items"]
        earliest = min(history, key=lambda each: (each["valid_from"], each["customer"]["id"]))
        seated = [each for each in people if service.scan(each)["outcome"] == "active"]
        assert seated == [earliest["customer"]["id"]]


def test_two_services_on_one_database_agree_on_the_last_seat(service: Service) -> None:
    plan = service.plan("Corporate", "area.gym")
    with running_service(service.settings) as started:
        second = replace(started, tenant=service.tenant, key=service.key)
        for _ in range(4):
            company = service.company(seat_cap=1)
            service.member(plan, company_id=company)
            people = [service.customer(f"Nr {n}") for n in range(2)]
            paths = [f"/v1/companies/{company}/customers/{each}" for each in people]
            second.clock.now = service.clock.now + timedelta(seconds=1)
            answers = at_once(
                sender(service, "PUT", paths[0], json={}), sender(second, "PUT", paths[1], json={})
            )
            assert [each.status_code for each in answers] == [204, 204]
            for one in (service, second):
                one.clock.now = NOON + timedelta(minutes=1)
                assert [one.scan(each)["outcome"] for each in people] == ["active", "no_membership"]
                one.clock.now = NOON


def test_linked_and_unlinked_at_once(service: Service) -> None:
    company, customer = service.company(), service.customer()
    path = f"/v1/companies/{company}/customers/{customer}"
    for _ in range(5):
        answers = at_once(
            *[sender(service, "PUT", path, json={})] * 3, *[sender(service, "DELETE", path)] * 3
        )
        statuses = [each.status_code for each in answers]
        assert set(statuses[:3]) == {204}
        assert set(statuses[3:]) <= {204, 404}
        links = links_of(service, customer)
        holding = [each for each in links if each["valid_until"] is None]
        assert len(holding) <= 1
        assert service.get(f"/v1/companies/{company}")["customers"] == len(holding)
    made = len(events(service, "link.created"))
    ended = len(events(service, "link.ended"))
    assert made == len(links_of(service, customer))
    assert made - ended == len(holding)


def test_archived_while_somebody_is_being_linked(service: Service) -> None:
    for _ in range(4):
        company, customer = service.company(), service.customer()
        path = f"/v1/companies/{company}"
        put, patch = at_once(
            sender(service, "PUT", f"{path}/customers/{customer}", json={}),
            sender(service, "PATCH", path, json={"archived": True}),
        )
        assert patch.status_code == 200
        assert put.status_code in {204, 409}
        assert len(links_of(service, customer)) == (1 if put.status_code == 204 else 0)


@pytest.mark.parametrize("change", ["create", "email"])
def test_a_domain_given_while_an_address_there_is_being_set(service: Service, change: str) -> None:
    company = service.company("Northwind")
    customer = UUID(service.customer(email="old@example.com")) if change == "email" else None
    path = f"/v1/companies/{company}"
    give = sender(service, "PATCH", path, json={"email_domains": [DOMAIN]})
    answers: list[requests.Response] = []
    thread = threading.Thread(target=lambda: answers.append(give()))
    fields = {"given_name": "Amara", "email": f"a@{DOMAIN}"}
    with arranging(service.database) as session:
        if customer is None:
            created = NewCustomer.model_validate(fields)
            customer = create_customer(session, service.tenant, created, service.clock.now).id
        else:
            changed = CustomerChange.model_validate(fields)
            change_customer(session, service.tenant, customer, changed, service.clock.now)
        thread.start()
        thread.join(LATER)
    thread.join()
    assert [each.status_code for each in answers] == [200]
    assert [each["company_id"] for each in links_of(service, str(customer))] == [company]


@pytest.mark.parametrize("change", ["create", "email"])
def test_an_address_set_while_its_domain_is_being_given(service: Service, change: str) -> None:
    company = service.company("Northwind")
    customer = service.customer(email="old@example.com") if change == "email" else ""
    body = {"given_name": "Amara", "email": f"a@{DOMAIN}"}
    method = "PATCH" if customer else "POST"
    send = sender(service, method, f"/v1/customers/{customer}".rstrip("/"), json=body)
    answers: list[requests.Response] = []
    thread = threading.Thread(target=lambda: answers.append(send()))
    with arranging(service.database) as session:
        given = CompanyChange(email_domains=(DOMAIN,))
        change_company(session, service.tenant, UUID(company), given, service.clock.now)
        thread.start()
        thread.join(LATER)
    thread.join()
    (answer,) = answers
    assert answer.status_code in {200, 201}
    customer = answer.json()["customer"]["id"]
    assert [each["company_id"] for each in links_of(service, customer)] == [company]
