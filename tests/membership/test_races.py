"""The same thing stored by two at once: the later one waits, and then is no error of ours."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests
from sqlalchemy.exc import IntegrityError

from membership.store.base_model import Base
from membership.store.errors import ALREADY_THERE, database_problem
from membership.store.models import (
    CompanyDomain,
    CompanyLink,
    Customer,
    CustomerPhoto,
    CustomerTerm,
    Permission,
    TermKind,
)
from tests.membership.members.customers.test_customers import picture
from tests.membership.support import TIMEOUT, Service, arranging

Send = Callable[[], requests.Response]

LATER = 0.3
"""Seconds after which a request surely waits for the row that is about to be stored."""


def sender(service: Service, method: str, path: str, **options: Any) -> Send:
    """A request to be sent from another thread, over a connection of its own."""
    headers = {"Authorization": f"Bearer {service.key}", **options.pop("headers", {})}

    def send() -> requests.Response:
        url = service.url + path
        return requests.request(method, url, headers=headers, timeout=TIMEOUT, **options)

    return send


def overtaken(service: Service, send: Send, *rows: Base) -> requests.Response:
    """The answer to a request that is sent while ``rows`` are stored, but not yet committed."""
    answers: list[requests.Response] = []
    thread = threading.Thread(target=lambda: answers.append(send()))
    with arranging(service.database) as session:
        for row in rows:
            session.add(row)
            session.flush()
        thread.start()
        thread.join(LATER)
    thread.join()
    (answer,) = answers
    return answer


def test_the_same_new_permission(service: Service) -> None:
    row = Permission(organization_id=service.tenant.id, key="area.pool", label="Old")
    body = {"name": "Gold", "permissions": [{"key": "area.pool", "label": "Pool"}]}
    answer = overtaken(service, sender(service, "POST", "/v1/plans", json=body), row)
    assert answer.status_code == 201, answer.text
    assert service.get("/v1/permissions")["items"] == [{"key": "area.pool", "label": "Pool"}]


def test_the_same_link(service: Service) -> None:
    company, customer = service.company(), service.customer()
    row = CompanyLink(
        organization_id=service.tenant.id,
        id=uuid4(),
        company_id=UUID(company),
        customer_id=UUID(customer),
        role="Employee",
        valid_from=service.clock.now,
    )
    path = f"/v1/companies/{company}/customers/{customer}"
    answer = overtaken(service, sender(service, "PUT", path, json={"role": "Director"}), row)
    assert answer.status_code == 204, answer.text
    (link,) = service.get(f"/v1/customers/{customer}")["companies"]
    assert (link["id"], link["role"]) == (str(row.id), "Director")


def test_the_first_photo(service: Service) -> None:
    customer, data = service.customer(), picture()
    row = CustomerPhoto(
        organization_id=service.tenant.id,
        customer_id=UUID(customer),
        mime="image/png",
        tag="old",
        data=b"old",
        changed_at=service.clock.now,
    )
    path = f"/v1/customers/{customer}/photo"
    headers = {"Content-Type": "image/jpeg"}
    answer = overtaken(service, sender(service, "PUT", path, data=data, headers=headers), row)
    assert answer.status_code == 204, answer.text
    assert service.call("GET", path).content == data


def test_the_same_search_term(service: Service) -> None:
    customer = service.customer("Amara")
    row = CustomerTerm(
        organization_id=service.tenant.id,
        kind=TermKind.START,
        term="zelda",
        customer_id=UUID(customer),
    )
    path = f"/v1/customers/{customer}"
    answer = overtaken(service, sender(service, "PATCH", path, json={"given_name": "Zelda"}), row)
    assert answer.status_code == 200, answer.text
    (hit,) = service.get("/v1/customers", q="zel")["items"]
    assert hit["customer"]["id"] == customer


def test_names_changed_at_once_leave_one_name_to_be_found_by(service: Service) -> None:
    customer = service.customer("Amara")
    names = [f"Name{letter}" for letter in "abcdefgh"]
    path = f"/v1/customers/{customer}"
    statuses: list[int] = []
    start = threading.Barrier(len(names))

    def change(name: str) -> None:
        send = sender(service, "PATCH", path, json={"given_name": name})
        start.wait()
        statuses.append(send().status_code)

    threads = [threading.Thread(target=change, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * len(names)
    kept = service.get(path)["given_name"]
    found = [name for name in names if service.get("/v1/customers", q=name)["items"]]
    assert found == [kept]


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_the_same_email_domain(service: Service, method: str) -> None:
    first, second = service.company("First"), service.company("Second")
    row = CompanyDomain(
        organization_id=service.tenant.id, domain="a.example.com", company_id=UUID(first)
    )
    path = "/v1/companies" if method == "POST" else f"/v1/companies/{second}"
    body = {"name": "Third", "email_domains": ["a.example.com"]}
    answer = overtaken(service, sender(service, method, path, json=body), row)
    assert (answer.status_code, answer.json()["code"]) == (409, "email_domain_taken")
    assert service.get(f"/v1/companies/{first}")["email_domains"] == ["a.example.com"]
    assert len(service.get("/v1/companies")["items"]) == 2


def test_any_other_row_of_the_same_key_is_a_conflict(service: Service) -> None:
    service.customer("Amara")
    later = service.clock.now + timedelta(minutes=1)
    twin = Customer(
        organization_id=service.tenant.id,
        id=uuid4(),
        number=1,
        given_name="Twin",
        family_name="",
        created_at=later,
    )
    with pytest.raises(IntegrityError) as caught, arranging(service.database) as session:
        session.add(twin)
    assert database_problem(caught.value) == ALREADY_THERE
