"""Merges at the same time as each other, and as whatever is stored for the one who goes."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests
from sqlalchemy import func, select

from membership.members.customers.merge import merge
from membership.store.models import (
    Card,
    CompanyLink,
    Customer,
    CustomerAlias,
    Membership,
    Visit,
)
from tests.membership.support import Service, arranging
from tests.membership.test_races import sender

Send = Callable[[], requests.Response]


def together(sends: list[Send]) -> list[requests.Response]:
    """The answers to requests that are sent at the same moment, in the order of ``sends``."""
    start = threading.Barrier(len(sends))
    answers: dict[int, requests.Response] = {}

    def run(number: int, send: Send) -> None:
        start.wait()
        answers[number] = send()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(sends)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answers[number] for number in range(len(sends))]


def merging(service: Service, stays: str, goes: str) -> Send:
    """A merge to be sent."""
    path = f"/v1/customers/{stays}/merge"
    return sender(service, "POST", path, json={"other_id": goes})


def test_merges_that_cross(service: Service) -> None:
    for _ in range(5):
        first, second = service.customer("A"), service.customer("B")
        cards = [service.card(first)["code"], service.card(second)["code"]]
        answers = together([merging(service, first, second), merging(service, second, first)])
        assert sorted(each.status_code for each in answers) == [200, 409]
        (lost,) = [each for each in answers if each.status_code == 409]
        assert lost.json()["code"] == "already_merged"
        stayed = next(each.json()["customer"]["id"] for each in answers if each.ok)
        for text in (first, second, *cards):
            assert service.scan(text)["customer"]["id"] == stayed


def test_the_same_merge_by_many(service: Service) -> None:
    stays, goes = service.customer("A"), service.customer("B")
    answers = together([merging(service, stays, goes)] * 4)
    assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]


def test_a_circle(service: Service) -> None:
    """A into B, B into C, C into A: whoever wins, everybody leads to one who is there."""
    people = [service.customer(name) for name in "ABC"]
    pairs = zip(people, people[1:] + people[:1], strict=True)
    answers = together([merging(service, stays, goes) for goes, stays in pairs])
    merged = [each for each in answers if each.status_code == 200]
    assert 1 <= len(merged) <= 2, [each.text for each in answers]
    assert all(each.status_code in {200, 409} for each in answers), [e.text for e in answers]
    left = {service.scan(each)["customer"]["id"] for each in people}
    assert len(left) == len(service.get("/v1/customers")["items"]) == 3 - len(merged)


def test_what_is_stored_for_the_one_who_goes_is_not_lost(service: Service) -> None:
    """Scans, cards, links and memberships of the duplicate while it is merged away.

    Each is answered well and is the stayer's afterwards, or is refused and is nowhere.
    """
    plan, tenant = service.plan("Gold"), service.tenant.id
    for _ in range(4):
        stays, goes, company = service.customer("A"), service.customer("B"), service.company()
        visit = str(uuid4())
        sends = {
            "merge": merging(service, stays, goes),
            "scan": sender(service, "POST", "/v1/scans", json={"visit_id": visit, "text": goes}),
            "card": sender(service, "POST", "/v1/cards", json={"customer_id": goes}),
            "link": sender(
                service, "PUT", f"/v1/companies/{company}/customers/{goes}", json={"role": ""}
            ),
            "sale": sender(
                service, "POST", "/v1/memberships", json={"plan_id": plan, "customer_id": goes}
            ),
            "change": sender(service, "PATCH", f"/v1/customers/{goes}", json={"desk_note": "Seen"}),
        }
        answers = dict(zip(sends, together(list(sends.values())), strict=True))
        told = {name: (each.status_code, each.text) for name, each in answers.items()}
        assert answers["merge"].status_code == 200, told
        assert all(each.ok or each.status_code == 503 for each in answers.values()), told
        owner = {"customer_id": UUID(stays), "organization_id": tenant}
        with service.database.readers.begin() as session:
            found = {
                name: session.scalar(select(func.count()).select_from(model).filter_by(**owner))
                for name, model in (
                    ("scan", Visit),
                    ("card", Card),
                    ("link", CompanyLink),
                    ("sale", Membership),
                )
            }
        assert found == {name: int(answers[name].ok) for name in found}, told
        if answers["change"].ok:
            assert service.get(f"/v1/customers/{stays}")["desk_note"] == "Seen"
        again = service.scan(goes, visit)
        assert again["customer"]["id"] == stays


@pytest.mark.parametrize("stored", ["visit", "card"])
def test_what_was_stored_just_before_goes_over(service: Service, stored: str) -> None:
    """The merge waits for a row that is stored but not committed yet, and takes it along."""
    stays, goes = service.customer("A"), service.customer("B")
    card = Card(
        organization_id=service.tenant.id,
        id=uuid4(),
        customer_id=UUID(goes),
        code=f"MC1{uuid4().hex.upper()}",
        label="",
        issued_at=service.clock.now,
        revoked_at=None,
    )
    visit = Visit(
        organization_id=service.tenant.id,
        id=uuid4(),
        customer_id=UUID(goes),
        card_id=None,
        text_digest=bytes(32),
        desk="",
        method="camera",
        at=service.clock.now,
        outcome="no_membership",
        undone_at=None,
    )
    row: Any = visit if stored == "visit" else card
    answers: list[requests.Response] = []
    thread = threading.Thread(target=lambda: answers.append(merging(service, stays, goes)()))
    with arranging(service.database) as session:
        session.add(row)
        session.flush()
        thread.start()
        thread.join(0.3)
        assert answers == []
    thread.join()
    assert answers[0].status_code == 200, answers[0].text
    with service.database.readers.begin() as session:
        moved = session.get_one(type(row), (service.tenant.id, row.id))
        assert moved.customer_id == UUID(stays)


def test_whoever_waits_for_the_merge_meets_the_one_who_stayed(service: Service) -> None:
    """A card asked for while the merge is not committed yet is issued to the stayer, or again."""
    stays, goes = service.customer("A"), service.customer("B")
    answers: list[requests.Response] = []
    send = sender(service, "POST", "/v1/cards", json={"customer_id": goes})
    thread = threading.Thread(target=lambda: answers.append(send()))
    with arranging(service.database) as session:
        session.connection()
        merge(session, service.tenant, UUID(stays), UUID(goes), service.clock.now)
        thread.start()
        thread.join(0.3)
        assert answers == []
    thread.join()
    if answers[0].status_code == 503:
        assert answers[0].json()["code"] == "overtaken"
        assert answers[0].headers["Retry-After"] == "1"
        answers = [send()]
    assert answers[0].status_code == 201, answers[0].text
    assert answers[0].json()["customer_id"] == stays


def test_nothing_of_the_merged_one_is_left(service: Service) -> None:
    """After a storm of merges every alias leads to somebody who is there."""
    people = [service.customer(f"Nr {number}") for number in range(8)]
    together([merging(service, people[0], each) for each in people[1:5]])
    together([merging(service, people[5], each) for each in (people[0], people[6], people[7])])
    with service.database.readers.begin() as session:
        here = CustomerAlias.organization_id == service.tenant.id
        aliases = {
            row.old_id: row.customer_id
            for row in session.scalars(select(CustomerAlias).where(here))
        }
        left = set(
            session.scalars(
                select(Customer.id).where(Customer.organization_id == service.tenant.id)
            )
        )
    assert set(aliases.values()) <= left
    assert len(aliases) + len(left) == len(people)
    assert not set(aliases) & left
