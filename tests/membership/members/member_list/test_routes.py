"""The routes of the list of members: rows, order, pages, counts, the export, and other clubs."""

import csv
import io
from typing import Any

import pytest

from membership.base.scopes import Scope
from tests.membership.support import Service


def numbers(service: Service, **params: Any) -> list[str]:
    """The numbers of a list's first page."""
    return [row["customer"]["number"] for row in service.get("/v1/members", **params)["items"]]


@pytest.fixture
def club(service: Service) -> Service:
    """Five people: active, active by a company, expired, without a membership, banned."""
    gold = service.plan("Gold", length={"unit": "month"})
    ada = service.customer("Ada", family_name="Zwick", email="ada@example.com")
    bob = service.customer("Bob", family_name="Ärmel")
    cyd = service.customer("Cyd", family_name="Old")
    service.customer("=Dan", family_name="None")
    eve = service.customer("Eve", family_name="Barred", state="banned")
    service.member(gold, customer_id=ada)
    service.member(gold, customer_id=cyd, starts_on="2027-01-01", last_day="2027-01-31")
    service.member(gold, customer_id=eve)
    company = service.company("Northwind")
    service.member(gold, company_id=company)
    service.link(company, bob)
    service.card(ada)
    return service


def test_a_row_says_what_a_scan_would_decide(club: Service) -> None:
    rows = club.get("/v1/members")["items"]
    assert [(row["customer"]["name"], row["status"], row["plan"]) for row in rows] == [
        ("Ada Zwick", "active", "Gold"),
        ("Bob Ärmel", "active", "Gold"),
        ("Cyd Old", "expired", "Gold"),
        ("=Dan None", "no_membership", None),
        ("Eve Barred", "blocked", "Gold"),
    ]
    assert [row["valid_until"] for row in rows[:4]] == [
        "2027-04-09", "2027-04-09", "2027-01-31", None
    ]  # fmt: skip
    assert rows[0]["email"] == "ada@example.com"
    assert rows[1]["companies"] == ["Northwind"]
    assert [row["card_id"] is not None for row in rows] == [True, False, False, False, False]


def test_filters_orders_and_counts(club: Service) -> None:
    by_name = [row["customer"]["name"] for row in club.get("/v1/members", sort="name")["items"]]
    assert by_name == ["Bob Ärmel", "Eve Barred", "=Dan None", "Cyd Old", "Ada Zwick"]
    for params, wanted in (
        ({"status": "active"}, [1, 2]),
        ({"status": "expired"}, [3]),
        ({"q": "zwi"}, [1]),
        ({"q": "ar"}, [2, 5]),
        ({"q": "zwick ada"}, [1]),
        ({"q": "C-000004"}, [4]),
        ({"q": "nobody"}, []),
        ({"expires_within_days": 30}, [1, 2]),
        ({"expires_within_days": 29}, []),
        ({"card": "true"}, [1]),
        ({"photo": "true"}, []),
        ({"status": "active", "card": "false"}, [2]),
        ({"state": "banned"}, [5]),
    ):
        found = [f"C-{number:06}" for number in wanted]
        assert numbers(club, **params) == found, params
        assert club.get("/v1/members/count", **params) == {"total": len(wanted), "more": False}, (
            params
        )


@pytest.mark.parametrize("sort", ["number", "name"])
def test_pages_neither_repeat_nor_miss_when_others_come_and_go(club: Service, sort: str) -> None:
    first = club.get("/v1/members", sort=sort, limit=2)
    club.customer("Aaa", family_name="Aaa")
    seen = [row["customer"]["name"] for row in first["items"]]
    cursor = first["next_cursor"]
    while cursor is not None:
        page = club.get("/v1/members", sort=sort, limit=2, cursor=cursor)
        seen += [row["customer"]["name"] for row in page["items"]]
        cursor = page["next_cursor"]
    assert len(set(seen)) == len(seen)
    assert {"Ada Zwick", "Bob Ärmel", "Cyd Old", "=Dan None", "Eve Barred"} <= set(seen)
    whole = [row["customer"]["name"] for row in club.get("/v1/members", sort=sort)["items"]]
    passed = club.get("/v1/members", sort=sort, skip=4)["items"]
    assert [row["customer"]["name"] for row in passed] == whole[4:]


def test_cursors_of_other_lists_and_unknown_filters_are_refused(club: Service) -> None:
    cursor = club.get("/v1/members", limit=1)["next_cursor"]
    for params in ({"sort": "name", "cursor": cursor}, {"cursor": "x"}, {"sate": "banned"}):
        answer = club.call("GET", "/v1/members", params=params)
        assert answer.status_code == 422, answer.text


def test_an_erased_customer_and_another_club_are_not_listed(club: Service) -> None:
    other = club.fresh()
    other.customer("Other")
    assert numbers(other) == ["C-000001"]
    gone = club.get("/v1/members", q="Dan")["items"][0]["customer"]
    answer = club.call(
        "POST", f"/v1/customers/{gone['id']}/erase", json={"confirm": gone["number"]}
    )
    assert answer.status_code == 200, answer.text
    assert gone["number"] not in numbers(club)
    assert club.get("/v1/members/count")["total"] == 4


def test_the_export_is_the_list_and_computes_nothing(club: Service) -> None:
    answer = club.call("GET", "/v1/members/export", params={"sort": "name"})
    assert answer.status_code == 200
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert [line["name"] for line in lines] == [
        "Bob Ärmel", "Eve Barred", "'=Dan None", "Cyd Old", "Ada Zwick"
    ]  # fmt: skip
    assert lines[-1] == {
        "number": "C-000001", "name": "Ada Zwick", "status": "active", "plan": "Gold",
        "starts_on": "", "valid_until": "2027-04-09", "companies": "", "email": "ada@example.com",
        "phone": "", "has_photo": "no", "has_card": "yes",
    }  # fmt: skip
    some = club.call("GET", "/v1/members/export", params={"status": "blocked", "bom": "true"})
    assert some.text.startswith("\ufeffnumber,")
    assert len(some.text.strip().splitlines()) == 2
    reading = club.key_with(Scope.CUSTOMERS_READ)
    assert club.call("GET", "/v1/members/export", key=reading).status_code == 403
