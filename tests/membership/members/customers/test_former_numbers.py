"""Former numbers: stored as they are written, found by search and scan, and never proofs."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from membership.members.customers.former_numbers import (
    MAX_NUMBERS,
    former_key,
    former_number,
    former_words,
    joined_numbers,
)
from membership.members.customers.search_terms import query_words, search_words, terms_of
from membership.store.models import FormerNumber
from tests.membership.support import Service

DESK: dict[str, Any] = {"attention_kinds": ["by_number"]}
NUMBERS = ["M-1234", "12/34", "00123", "2027/0013", "Ä 7.b", "A_9", "0012345678905", "会員 12"]


@pytest.mark.parametrize(
    "number", [pytest.param(each, id=str(i)) for i, each in enumerate(NUMBERS)]
)
def test_a_number_is_stored_as_written_and_found_by_its_parts(number: str) -> None:
    assert former_number(f"  {number} ") == number
    terms = {term for _, term in terms_of(
        search_words(names=("A",), number=1, email=None, phone=None, national="",
                     former=former_words(number)))}  # fmt: skip
    queries = [number, number.lower(), number[:-1], number.replace("-", "").replace("/", "")]
    for query in queries:
        words = query_words(query)
        assert words, query
        for word in words:
            assert any(term.startswith(word) for term in terms), (query, word, terms)


@pytest.mark.parametrize(
    ("scanned", "number"),
    [
        pytest.param("]C0M-1234", "M-1234", id="symbology"),
        pytest.param("\\000026m-1234\r", "M-1234", id="eci"),
        pytest.param("\ufeff 12/34\n", "12/34", id="mark"),
        pytest.param("\x1d12/34", "12/34", id="separator"),
        pytest.param("A\u0308 7", "Ä 7", id="composed"),
        pytest.param("0012345678905", "012345678905", id="upc"),
    ],
)
def test_every_spelling_of_scanners_is_one_number(scanned: str, number: str) -> None:
    assert former_key(scanned) == former_key(number)
    assert joined_numbers([number, former_number(scanned)]) == number


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(each, id=title)
        for title, each in {
            "ours": "C-000123", "ours-plain": "c123", "card": "MC1" + "0" * 26, "signs": "-/-",
            "id": "0f5c8a52-9c39-4d1f-8b6f-7c106f1c2f5e", "empty": "]C0", "long": "7" * 81,
            "break": "1\u20282", "override": "1\u202e2",
        }.items()
    ],
)  # fmt: skip
def test_what_is_no_former_number_is_refused_by_the_api(service: Service, number: str) -> None:
    body = {"given_name": "A", "former_numbers": [number]}
    answer = service.call("POST", "/v1/customers", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"].startswith("body.former_numbers")


def holders(service: Service) -> list[tuple[str, UUID]]:
    """The stored keys of former numbers, each with who has it."""
    with service.database.readers.begin() as session:
        rows = session.execute(
            select(FormerNumber.key, FormerNumber.customer_id)
            .where(FormerNumber.organization_id == service.tenant.id)
            .order_by(FormerNumber.key)
        )
        return [(row.key, row.customer_id) for row in rows]


def test_they_are_created_changed_read_and_audited(service: Service) -> None:
    body = {"given_name": "Amara", "former_numbers": ["M-1234", "12/34", "m-1234"]}
    made = service.post("/v1/customers", body)
    customer = made["customer"]["id"]
    assert made["former_numbers"] == ["M-1234", "12/34"]
    assert service.get(f"/v1/customers/{customer}")["former_numbers"] == ["M-1234", "12/34"]
    changed = service.patch(f"/v1/customers/{customer}", former_numbers=["12/34", "K 7"])
    assert changed["former_numbers"] == ["12/34", "K 7"]
    assert [key for key, _ in holders(service)] == ["12/34", "k 7"]
    # What is not sent stays.
    service.patch(f"/v1/customers/{customer}", given_name="Amina")
    assert service.get(f"/v1/customers/{customer}")["former_numbers"] == ["12/34", "K 7"]
    entries = service.get("/v1/audit", subject_id=customer, action="customer.changed")["items"]
    assert {"former_numbers": "M-1234\n12/34"} in [each["before"] for each in entries]
    events = service.get("/v1/events", limit=100)["items"]
    assert ["former_numbers"] in [each["data"].get("changed") for each in events]
    service.patch(f"/v1/customers/{customer}", former_numbers=[])
    assert holders(service) == []
    assert service.scan("12/34")["outcome"] == "unknown_code"


@pytest.mark.both_databases(reason="the search of each database")
def test_the_search_finds_them_among_others(service: Service) -> None:
    first = service.customer("Amara", former_numbers=["M-1234", "00987"])
    other = service.customer("Bela", phone="+493012345678")
    third = service.customer("Cyril", former_numbers=["12/34"])
    everybody = [first, third, other]
    cases: dict[str, list[str]] = {
        "M-1234": [first], "m1234": [first], "1234": everybody, "12/34": everybody,
        "987": [first], "00987": [first], "M-12": [first], "12345678": [other],
        "amara m-1234": [first],
    }  # fmt: skip
    for query, expected in cases.items():
        hits = service.get("/v1/customers", q=query)["items"]
        assert {each["customer"]["id"] for each in hits} == set(expected), query
    assert service.fresh().get("/v1/customers", q="M-1234")["items"] == []


def test_a_scan_names_the_person_amber_and_proves_nothing(service: Service) -> None:
    customer = service.customer("Amara", former_numbers=["M-1234"])
    service.member(service.plan("Gold", "pool"), customer_id=customer)
    for text in ("M-1234", "m-1234", "]C0M-1234", "\\000026M-1234", " M-1234\r"):
        answer = service.scan(text, **DESK)
        assert (answer["outcome"], answer["named_by"]) == ("active", "number"), text
        assert answer["customer"]["id"] == customer
        assert answer["attention"][0]["kind"] == "by_number"
        assert answer["choices"] == []
    # A door without eyes stays closed.
    access = service.get("/v1/access/pool", card="M-1234")
    assert (access["granted"], access["reason"]) == (False, "by_number")
    # `number` is for the own number alone, which names one person for ever.
    service.patch(f"/v1/customers/{customer}", former_numbers=["M-1234", "1234"])
    assert service.get("/v1/access/pool", card="1234")["reason"] == "by_number"
    for number, status in (("M-1234", 422), ("1234", 404)):
        assert service.call("GET", "/v1/access", params={"number": number}).status_code == status
        assert service.call("POST", "/v1/access", json={"number": number}).status_code == status
    # It counts like the member's own number, where the club says that numbers do.
    service.patch("/v1/organization", numbers_prove=True)
    kinds = [each["kind"] for each in service.scan("M-1234", **DESK)["attention"]]
    assert "by_number" not in kinds
    assert service.get("/v1/access/pool", card="M-1234")["granted"] is True
    assert service.fresh().scan("M-1234")["outcome"] == "unknown_code"


def test_a_card_goes_before_a_former_number(service: Service) -> None:
    first = service.customer("Amara", former_numbers=["F-77"])
    other = service.customer("Bela")
    assert service.scan("F-77")["customer"]["id"] == first
    service.post("/v1/cards/foreign", {"customer_id": other, "code": "F-77"})
    answer = service.scan("F-77")
    assert (answer["customer"]["id"], answer["named_by"]) == (other, "foreign_card")


def test_a_number_that_two_have_lets_staff_choose(service: Service) -> None:
    first = service.customer("Amara", former_numbers=["M-1234"])
    other = service.customer("Bela", former_numbers=["m-1234"])
    service.member(service.plan(), customer_id=other)
    answer = service.scan("M-1234", **DESK)
    assert (answer["outcome"], answer["unknown_cause"]) == ("unknown_code", "not_found")
    assert answer["customer"] is None
    offered = [(each["customer"]["id"], each["outcome"]) for each in answer["choices"]]
    assert offered == [(first, "no_membership"), (other, "active")]
    assert service.get("/v1/visits")["items"] == []
    chosen = service.scan(other, method="search", **DESK)
    assert (chosen["outcome"], chosen["attention"]) == ("active", [])
    # As another reading of a hand scanner too.
    answer = service.scan("Mß1234", alternatives=["M-1234"], method="wedge")
    assert len(answer["choices"]) == 2
    found = service.call("GET", "/v1/access/pool", params={"card": "M-1234"})
    assert found.status_code == 404


def test_a_merge_keeps_the_numbers_of_both(service: Service) -> None:
    stays = service.customer("Amara", former_numbers=["A-1", "B-2"])
    goes = service.customer("Amara", former_numbers=["b-2", "C/3"])
    path = f"/v1/customers/{stays}/merge"
    service.post(path, {"other_id": goes}, status=200)
    assert service.get(f"/v1/customers/{stays}")["former_numbers"] == ["A-1", "B-2", "C/3"]
    for number in ("A-1", "b-2", "C/3"):
        assert service.scan(number)["customer"]["id"] == stays
        hits = service.get("/v1/customers", q=number)["items"]
        assert [each["customer"]["id"] for each in hits] == [stays]
    assert [who for _, who in holders(service)] == [UUID(stays)] * 3
    # What a merge makes can be sent again.
    numbers = service.get(f"/v1/customers/{stays}")["former_numbers"]
    assert (
        service.patch(f"/v1/customers/{stays}", former_numbers=numbers)["former_numbers"] == numbers
    )
    many = service.customer("Amara", former_numbers=[f"N{each}x" for each in range(MAX_NUMBERS)])
    answer = service.call("POST", path, json={"other_id": many})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_former_numbers")


def test_an_erasure_leaves_none(service: Service) -> None:
    customer = service.customer("Amara", former_numbers=["M-1234"])
    data = service.get(f"/v1/customers/{customer}/personal-data")
    assert data["sections"]["customers"][0]["former_numbers"] == "M-1234"
    number = service.get(f"/v1/customers/{customer}")["customer"]["number"]
    service.post(f"/v1/customers/{customer}/erase", {"confirm": number}, status=200)
    assert holders(service) == []
    assert service.get(f"/v1/customers/{customer}")["former_numbers"] == []
    assert service.scan("M-1234")["outcome"] == "unknown_code"
