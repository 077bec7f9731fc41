"""POST /v1/scans: every outcome, every form of a code, and what a scan leaves behind."""

import threading
from typing import Any
from uuid import uuid4

import pytest

from api_client.messages.scan import MAX_CODE_LENGTH
from tests.membership.support import Service


@pytest.fixture
def gold(service: Service) -> str:
    """A plan of a year."""
    return service.plan("Gold", "area.pool", length={"unit": "year", "count": 1})


def card_view(record: Any) -> Any:
    """What a desk is shown of a card."""
    return {name: record[name] for name in ("id", "label", "issued_at", "revoked_at")}


def kinds(answer: Any) -> list[str]:
    return [each["kind"] for each in answer["attention"]]


def test_active(service: Service, gold: str) -> None:
    customer = service.customer("Amara", family_name="Okafor", language="en")
    membership = service.member(gold, customer_id=customer)
    issued = service.card(customer)
    answer = service.scan(issued["code"], desk="Front")
    assert answer["outcome"] == "active"
    assert answer["unknown_cause"] is None
    assert answer["server_time"] == "2027-03-10T11:00:00Z"
    assert answer["time_zone"] == "Europe/Berlin"
    assert answer["customer"] == {
        "id": customer,
        "number": "C-000001",
        "name": "Amara Okafor",
        "state": "active",
        "language": "en",
        "photo_path": None,
    }
    assert answer["membership"] == answer["memberships"][0]
    assert answer["membership"]["id"] == membership
    assert answer["membership"]["plan"] == "Gold"
    assert answer["membership"]["status"] == "active"
    assert answer["membership"]["reason"] is None
    assert answer["membership"]["company"] is None
    assert answer["membership"]["last_day"] == "2028-03-09"
    assert answer["membership"]["ends_at"] == "2028-03-09T23:00:00Z"
    assert answer["permissions"] == [{"key": "area.pool", "label": "AREA.POOL"}]
    assert answer["attention"] == []
    assert answer["card"] == card_view(issued["card"])
    assert answer["current_card"] is None
    assert answer["visits"] == {"today": 1, "total": 1, "previous_at": None}


def test_expired_to_the_instant(service: Service, gold: str) -> None:
    customer = service.customer()
    service.member(gold, customer_id=customer, last_day="2027-03-10")
    code = service.card(customer)["code"]
    service.clock.now = service.clock.now.replace(hour=22, minute=59, second=59)
    last = service.scan(code)
    assert last["outcome"] == "active"
    assert last["attention"] == [{"kind": "expires_soon", "days": 0, "minutes": None, "text": None}]
    service.clock.advance(seconds=1)
    answer = service.scan(code)
    assert answer["outcome"] == "expired"
    assert answer["membership"]["status"] == "expired"
    assert answer["membership"]["last_day"] == "2027-03-10"
    assert answer["permissions"] == []
    assert answer["customer"]["id"] == customer


def test_ended_early(service: Service, gold: str) -> None:
    customer = service.customer()
    membership = service.member(gold, customer_id=customer)
    service.post(f"/v1/memberships/{membership}/end", {"why": "moved away"}, status=200)
    answer = service.scan(customer)
    assert answer["outcome"] == "expired"
    assert answer["membership"]["reason"] == "ended_early"
    assert answer["membership"]["ended_early_why"] == "moved away"
    assert answer["membership"]["ended_early_at"] == "2027-03-10T11:00:00Z"


def test_no_membership(service: Service) -> None:
    answer = service.scan(service.customer())
    assert answer["outcome"] == "no_membership"
    assert answer["membership"] is None
    assert answer["memberships"] == []


def test_not_yet_started(service: Service, gold: str) -> None:
    customer = service.customer()
    service.member(gold, customer_id=customer, starts_on="2027-03-11")
    answer = service.scan(customer)
    assert answer["outcome"] == "not_yet_started"
    assert answer["membership"]["status"] is None
    assert answer["membership"]["reason"] == "scheduled"
    service.clock.advance(hours=12)
    assert service.scan(customer)["outcome"] == "active"


def test_blocked(service: Service, gold: str) -> None:
    customer = service.customer(desk_note="Ask for the manager")
    service.member(gold, customer_id=customer)
    service.patch(f"/v1/customers/{customer}", state="banned")
    answer = service.scan(customer)
    assert answer["outcome"] == "blocked"
    assert answer["customer"]["state"] == "banned"
    assert answer["permissions"] == []
    assert answer["attention"][0]["text"] == "Ask for the manager"


def test_card_revoked_names_the_current_card(service: Service, gold: str) -> None:
    customer = service.customer()
    service.member(gold, customer_id=customer)
    lost = service.card(customer, "Lost card")
    service.clock.advance(minutes=1)
    current = service.card(customer, "New card")
    service.post(f"/v1/cards/{lost['card']['id']}/revoke", status=200)
    answer = service.scan(lost["code"])
    assert answer["outcome"] == "card_revoked"
    assert answer["customer"]["id"] == customer
    assert answer["card"]["label"] == "Lost card"
    assert answer["card"]["revoked_at"] == "2027-03-10T11:01:00Z"
    assert answer["current_card"] == card_view(current["card"])
    assert service.scan(current["code"])["outcome"] == "active"


def test_revoked_although_the_clock_is_set_back(service: Service, gold: str) -> None:
    customer = service.customer()
    service.member(gold, customer_id=customer, starts_on="2027-03-01")
    lost, other = service.card(customer, "Lost"), service.card(customer, "Other")
    for card in (lost, other):
        service.post(f"/v1/cards/{card['card']['id']}/revoke", status=200)
    service.clock.advance(minutes=-30)
    answer = service.scan(lost["code"])
    assert (answer["outcome"], answer["current_card"]) == ("card_revoked", None)


def test_card_revoked_without_another(service: Service) -> None:
    lost = service.card(service.customer())
    service.post(f"/v1/cards/{lost['card']['id']}/revoke", status=200)
    answer = service.scan(lost["code"])
    assert answer["outcome"] == "card_revoked"
    assert answer["current_card"] is None


def test_inherited(service: Service, gold: str) -> None:
    company, customer = service.company("Northwind"), service.customer()
    service.link(company, customer)
    service.member(gold, company_id=company)
    answer = service.scan(customer)
    assert answer["outcome"] == "active"
    assert answer["membership"]["company"] == "Northwind"


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", "not_a_card"),
        (" \r\n", "not_a_card"),
        ("hello", "not_a_card"),
        ("\x00", "not_a_card"),
        ("C-000001\x00", "not_a_card"),
        ("https://elsewhere.example/", "not_a_card"),
        ("\ufffd\u202e" * 50, "not_a_card"),
        ("x" * MAX_CODE_LENGTH, "not_a_card"),
        ("C-999999", "not_found"),
        ("C-999999999999", "not_found"),
        ("MC1" + "0" * 25, "not_a_card"),
        ("MC1" + "0" * 26, "not_found"),
        ("6f1c2f5e-8f1d-4a52-9c39-5d1f0b6f7c10", "not_found"),
    ],
)
def test_unknown_makes_no_visit(service: Service, text: str, cause: str) -> None:
    answer = service.scan(text)
    assert (answer["outcome"], answer["unknown_cause"]) == ("unknown_code", cause)
    assert answer["customer"] is None
    assert answer["visits"] is None
    assert service.get("/v1/visits")["items"] == []


def test_every_form_of_a_code(service: Service) -> None:
    customer = service.customer()
    code = service.card(customer)["code"]
    slug = service.tenant.slug
    for text in (
        code,
        code.lower(),
        "\\000026" + code,
        f"  {code}\r\n",
        customer,
        customer.upper(),
        "{" + customer + "}",
        f"urn:uuid:{customer}",
        f"https://club.example/{slug}/gold/{customer}",
        "C-000001",
        "c1",
    ):
        assert service.scan(text)["customer"]["id"] == customer, text


def test_other_readings_are_tried_in_order(service: Service) -> None:
    one, two = service.customer("One"), service.customer("Two")
    answer = service.scan("no card", alternatives=[str(uuid4()), two])
    assert answer["customer"]["id"] == two
    answer = service.scan(one, alternatives=[two])
    assert answer["customer"]["id"] == one
    answer = service.scan("no card", alternatives=[str(uuid4())])
    assert answer["unknown_cause"] == "not_found"
    answer = service.scan("no card", alternatives=["none either"])
    assert answer["unknown_cause"] == "not_a_card"


def test_install_link_of_another_club(service: Service) -> None:
    customer = service.customer()
    answer = service.scan(f"https://club.example/elsewhere/gold/{customer}")
    assert (answer["outcome"], answer["unknown_cause"]) == ("unknown_code", "not_found")


def test_another_organization_is_unknown(service: Service) -> None:
    customer = service.customer()
    code = service.card(customer)["code"]
    other = service.fresh()
    for text in (code, customer):
        stranger = other.scan(text)
        nobody = other.scan(str(uuid4()))
        for answer in (stranger, nobody):
            del answer["visit_id"]
        assert stranger == nobody
    assert other.get("/v1/visits")["items"] == []


def test_repeat_is_one_visit(service: Service, gold: str) -> None:
    customer = service.customer()
    service.member(gold, customer_id=customer)
    visit = uuid4()
    first = service.scan(customer, visit, method="search")
    service.clock.advance(minutes=5)
    again = service.scan(customer, visit, method="search")
    assert set(again) == set(first)
    assert again["outcome"] == first["outcome"] == "active"
    assert again["visits"] == {"today": 1, "total": 1, "previous_at": None}
    assert again["attention"] == []
    (listed,) = service.get("/v1/visits")["items"]
    assert listed["id"] == str(visit)
    assert listed["at"] == first["server_time"]


def test_visit_id_for_another_text(service: Service) -> None:
    one, two = service.customer("One"), service.customer("Two")
    visit = uuid4()
    service.scan(one, visit)
    for text in (two, "not a card", str(uuid4())):
        body = {"visit_id": str(visit), "text": text}
        problem = service.post("/v1/scans", body, status=409)
        assert problem["code"] == "visit_id_reused"
    (listed,) = service.get("/v1/visits")["items"]
    assert listed["customer_id"] == one


def test_visit_id_of_another_organization_is_free(service: Service) -> None:
    visit = uuid4()
    service.scan(service.customer(), visit)
    other = service.fresh()
    stranger = other.customer()
    assert other.scan(stranger, visit)["visits"]["total"] == 1
    assert [each["customer_id"] for each in other.get("/v1/visits")["items"]] == [stranger]


def test_identical_requests_at_once_are_one_visit(service: Service) -> None:
    customer = service.customer()
    visit = uuid4()
    body = {"visit_id": str(visit), "text": customer}
    start = threading.Barrier(6)
    statuses: list[int] = []

    def send() -> None:
        start.wait()
        statuses.append(service.call("POST", "/v1/scans", json=body).status_code)

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 6
    assert len(service.get("/v1/visits")["items"]) == 1


def test_different_scans_at_once_are_all_recorded(service: Service) -> None:
    customer = service.customer()
    start = threading.Barrier(8)
    totals: list[int] = []

    def send() -> None:
        start.wait()
        for _ in range(5):
            totals.append(service.scan(customer)["visits"]["total"])

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(totals) == 40
    assert service.scan(customer)["visits"]["total"] == 41


def test_attention(service: Service) -> None:
    gold = service.plan("Gold")
    customer = service.customer(birth_date="1990-03-10", desk_note="Likes locker 7")
    membership = service.member(gold, customer_id=customer, last_day="2027-03-20")
    overdue = {"overdue_since": "2027-03-01T00:00:00Z"}
    answer = service.call("PUT", f"/v1/memberships/{membership}/payment", json=overdue)
    assert answer.status_code == 200
    service.scan(customer, method="search")
    service.clock.advance(minutes=12)
    assert service.scan(customer, method="search")["attention"] == [
        {"kind": "payment_overdue", "days": None, "minutes": None, "text": None},
        {"kind": "expires_soon", "days": 10, "minutes": None, "text": None},
        {"kind": "desk_note", "days": None, "minutes": None, "text": "Likes locker 7"},
        {"kind": "seen_recently", "days": None, "minutes": 12, "text": None},
        {"kind": "birthday", "days": None, "minutes": None, "text": None},
    ]


def test_seen_recently_ends_after_the_set_time(service: Service, gold: str) -> None:
    customer = service.customer()
    service.member(gold, customer_id=customer)
    service.scan(customer, method="search")
    service.clock.advance(minutes=service.settings.seen_recently_minutes)
    assert kinds(service.scan(customer, method="search")) == ["seen_recently"]
    service.clock.advance(minutes=service.settings.seen_recently_minutes, seconds=1)
    assert kinds(service.scan(customer, method="search")) == []


def test_seen_recently_after_the_clock_was_set_back(service: Service, gold: str) -> None:
    customer = service.customer()
    service.member(gold, customer_id=customer, starts_on="2027-03-01")
    service.clock.advance(days=-1)
    service.scan(customer, method="search")
    service.clock.advance(days=1)
    first = service.scan(customer, method="search")
    service.clock.advance(minutes=-30)
    second = service.scan(customer, method="search")
    assert second["visits"]["previous_at"] == first["server_time"]
    assert second["attention"] == [
        {"kind": "seen_recently", "days": None, "minutes": 0, "text": None}
    ]
    # Further ahead than that, a visit says nothing of when the customer was here last.
    service.clock.advance(minutes=-service.settings.seen_recently_minutes - 60)
    assert (
        service.scan(customer, method="search")["visits"]["previous_at"] == "2027-03-09T11:00:00Z"
    )


def test_text_too_long_names_the_field(service: Service) -> None:
    body = {"visit_id": str(uuid4()), "text": "x" * (MAX_CODE_LENGTH + 1)}
    problem = service.post("/v1/scans", body, status=422)
    assert [each["field"] for each in problem["errors"]] == ["body.text"]


def test_unseen_characters_in_the_desk_are_dropped(service: Service) -> None:
    service.scan(service.customer(), desk="\u202eFront\x00 \n\u2028\u200bdesk")
    assert service.get("/v1/visits")["items"][0]["desk"] == "Front desk"
