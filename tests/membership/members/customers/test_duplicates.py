"""Likely duplicates: which pairs, in which order, page by page."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert, text

from membership.store.models import Customer
from tests.membership.support import NOON, Service, arranging


def pairs(service: Service, **params: Any) -> list[tuple[str, str, str]]:
    """Reason and numbers of all pairs, gathered page by page."""
    found, cursor = [], None
    for _ in range(200):
        page = service.get("/v1/customers/duplicates", cursor=cursor, **params)
        assert len(page["items"]) <= params.get("limit", 50)
        found += [
            (each["reason"], each["customer"]["number"], each["other"]["number"])
            for each in page["items"]
        ]
        cursor = page["next_cursor"]
        if cursor is None:
            return found
    raise AssertionError("the pages do not end")


def people(service: Service) -> None:
    """Seven customers: 1, 2 and 4 share an address, 3 and 5 a phone, 1 and 6 name and birthday."""
    for fields in (
        {"family_name": "Ökafor", "email": "amara@example.com", "birth_date": "1990-02-03"},
        {"email": "Amara@Example.com"},
        {"phone": "+49301234567"},
        {"email": "AMARA@example.com", "birth_date": "1990-02-03"},
        {"phone": "030 1234567"},
        {"given_name": "okafor", "family_name": "AMARA", "birth_date": "1990-02-03"},
        {"family_name": "Ökafor", "birth_date": "1990-02-04"},
    ):
        service.customer(**{"given_name": "Amara", **fields})


EXPECTED = [
    ("email", "C-000001", "C-000002"),
    ("email", "C-000001", "C-000004"),
    ("phone", "C-000003", "C-000005"),
    ("name_and_birth_date", "C-000001", "C-000006"),
]


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_pairs(service: Service, limit: int) -> None:
    people(service)
    people(service.fresh())
    assert pairs(service, limit=limit) == EXPECTED


def test_nobody(service: Service) -> None:
    assert service.get("/v1/customers/duplicates") == {"items": [], "next_cursor": None}


def test_merged_ones_are_no_duplicates(service: Service) -> None:
    first = service.customer("A", phone="+49301234567")
    second = service.customer("B", phone="+49301234567")
    assert len(pairs(service)) == 1
    service.post(f"/v1/customers/{first}/merge", {"other_id": second}, status=200)
    assert pairs(service) == []


@pytest.mark.parametrize("alike", [0, 1300], ids=["none", "a group larger than a window"])
def test_a_large_club(service: Service, alike: int) -> None:
    """2,600 customers: ``alike`` of them share one phone, and the last two another."""
    rows = [
        {
            "organization_id": service.tenant.id,
            "id": uuid4(),
            "number": number,
            "given_name": "A",
            "family_name": "",
            "phone": "+49111" if number <= alike else f"+4930{min(number, 2599)}",
            "state": "active",
            "search_text": "",
            "created_at": NOON,
        }
        for number in range(1, 2601)
    ]
    with arranging(service.database) as session:
        session.execute(insert(Customer), rows)
    found = pairs(service, limit=100)
    expected = [("phone", "C-000001", f"C-{number:06}") for number in range(2, alike + 1)]
    assert found == [*expected, ("phone", "C-002599", "C-002600")]


@pytest.mark.parametrize(
    "cursor", ["x", "WzksIngiLDBd", "WzIsIngiLDBd", "WzAsMSwwXQ", "WzAsIngiLC0xXQ"]
)
def test_cursors_of_others(service: Service, cursor: str) -> None:
    answer = service.call("GET", "/v1/customers/duplicates", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_cursor")


def test_the_indexes_are_used(service: Service) -> None:
    if service.database.engine.dialect.name != "sqlite":
        return  # PostgreSQL reads a small table as a whole, index or not
    with service.database.readers.begin() as session:
        for column in ("email_key", "phone", "birth_date"):
            plan = session.execute(
                text(
                    f"EXPLAIN QUERY PLAN SELECT id FROM customers WHERE organization_id = 1"
                    f" AND {column} IS NOT NULL AND {column} >= 'x'"
                    f" ORDER BY {column}, number LIMIT 1001"
                )
            ).all()
            assert f"ix_customers_{column} (organization_id=? AND {column}>?" in str(plan)
