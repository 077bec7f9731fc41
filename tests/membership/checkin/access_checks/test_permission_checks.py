"""Access checks of other systems: whom they name, what they return, how long it may be cached."""

import itertools
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete

from membership.base.scopes import Scope
from membership.store.models import Customer, CustomerAlias, CustomerTerm
from tests.membership.conftest import SQLITE, Databases
from tests.membership.support import Service, arranging, running_service

POOL = "area.pool"


@pytest.fixture
def plan(service: Service) -> str:
    """A plan with the pool, and no end."""
    return service.plan("Gold", POOL, "area.gym")


def ask(service: Service, key: str = "", **who: Any) -> Any:
    """The answer to a check, or to the list without a key."""
    return service.get(f"/v1/access/{key}" if key else "/v1/access", **who)


def problem(service: Service, path: str, **who: Any) -> tuple[int, str]:
    """Status and code of a check that is refused."""
    answer = service.call("GET", path, params=who)
    return answer.status_code, answer.json()["code"]


def test_granted_with_source_and_end(service: Service, plan: str) -> None:
    customer, company = service.customer(), service.company("Northwind")
    own = service.member(plan, customer_id=customer, last_day="2027-03-31")
    assert ask(service, POOL, customer_id=customer) == {
        "key": POOL,
        "granted": True,
        "reason": None,
        "until": "2027-03-31T22:00:00Z",
        "via": [
            {
                "membership_id": own,
                "plan": "Gold",
                "source": "direct",
                "company_id": None,
                "company": None,
            }
        ],
        "customer_id": customer,
        "server_time": "2027-03-10T11:00:00Z",
    }
    inherited = service.member(plan, company_id=company)
    service.link(company, customer)
    both = ask(service, POOL, customer_id=customer)
    assert both["until"] is None
    by_source = {each["source"]: each for each in both["via"]}
    assert by_source["direct"]["membership_id"] == own
    assert by_source["company"] == {
        "membership_id": inherited,
        "plan": "Gold",
        "source": "company",
        "company_id": company,
        "company": "Northwind",
    }
    service.unlink(company, customer)
    assert ask(service, POOL, customer_id=customer)["until"] == "2027-03-31T22:00:00Z"


def test_the_same_person_by_every_name(service: Service, plan: str) -> None:
    customer = service.customer(email="Amara.Okafor@Example.com")
    service.member(plan, customer_id=customer)
    card = service.card(customer)["code"]
    for who in (
        {"customer_id": customer},
        {"customer_id": customer.upper()},
        {"number": "C-000001"},
        {"number": "c1"},
        {"number": "1"},
        {"number": "0001"},
        {"email": "amara.okafor@EXAMPLE.com"},
        {"card": card},
        {"card": f"{card}\r\n"},
    ):
        assert ask(service, POOL, **who)["customer_id"] == customer, who
        assert ask(service, **who)["customer_id"] == customer, who
        told = service.post("/v1/access", who, status=200)
        assert [each["key"] for each in told["items"]] == ["area.gym", POOL], who


@pytest.mark.parametrize(
    ("who", "refused"),
    [
        ({"customer_id": str(uuid4())}, (404, "customer_not_found")),
        ({"number": "999"}, (404, "customer_not_found")),
        ({"email": "nobody@example.com"}, (404, "customer_not_found")),
        ({"card": "MC17ZQ4M8KXW2V9T3C5HJPD0RNBF6"}, (404, "card_not_found")),
        ({"card": "anything \x00 at all"}, (404, "card_not_found")),
        ({"card": ""}, (404, "card_not_found")),
        ({"customer_id": "12"}, (422, "invalid_request")),
        ({"number": "C-0"}, (422, "invalid_request")),
        ({"number": "12a"}, (422, "invalid_request")),
        ({"number": "9" * 13}, (422, "invalid_request")),
        ({"email": "nobody"}, (422, "invalid_request")),
        ({"card": "x" * 8193}, (422, "invalid_request")),
    ],
)
def test_whom_nobody_knows(service: Service, who: dict[str, str], refused: tuple[int, str]) -> None:
    assert problem(service, f"/v1/access/{POOL}", **who) == refused
    assert problem(service, "/v1/access", **who) == refused
    assert service.post("/v1/access", who, status=refused[0])["code"] == refused[1]


def test_exactly_one_name(service: Service) -> None:
    names = {"customer_id": str(uuid4()), "number": "1", "email": "a@example.com", "card": "x"}
    assert problem(service, f"/v1/access/{POOL}") == (422, "one_of_needed")
    assert service.post("/v1/access", {"keys": [POOL]}, status=422)["code"] == "invalid_request"
    for one, two in itertools.combinations(names, 2):
        who = {one: names[one], two: names[two]}
        assert problem(service, "/v1/access", **who) == (422, "one_of_needed"), who
        assert service.post("/v1/access", who, status=422)["code"] == "invalid_request"


def test_an_address_of_several_names_nobody(service: Service, plan: str) -> None:
    first = service.customer("Ada", email="family@example.com")
    service.member(plan, customer_id=first)
    assert ask(service, POOL, email="family@example.com")["customer_id"] == first
    service.customer("Ben", email="Family@example.com")
    refused = (409, "email_ambiguous")
    assert problem(service, f"/v1/access/{POOL}", email="family@example.com") == refused
    service.patch(f"/v1/customers/{first}", email="ada@example.com")
    assert ask(service, POOL, email="ada@example.com")["granted"] is True
    assert ask(service, POOL, email="family@example.com")["granted"] is False


def test_of_another_organization_is_not_found(service: Service, plan: str) -> None:
    customer = service.customer(email="amara@example.com")
    service.member(plan, customer_id=customer)
    card = service.card(customer)["code"]
    other = service.fresh()
    for who in ({"customer_id": customer}, {"number": "1"}, {"email": "amara@example.com"}):
        assert problem(other, f"/v1/access/{POOL}", **who) == (404, "customer_not_found")
    assert problem(other, f"/v1/access/{POOL}", card=card) == (404, "card_not_found")


def test_scope(service: Service) -> None:
    customer = service.customer()
    asking = service.key_with(Scope.PERMISSIONS_READ)
    other = service.key_with(*set(Scope) - {Scope.PERMISSIONS_READ})
    for method, path in (("GET", "/v1/access"), ("GET", "/v1/access/x"), ("POST", "/v1/access")):
        who = {"params": {"customer_id": customer}}
        if method == "POST":
            who = {"json": {"customer_id": customer}}
        assert service.call(method, path, key=asking, **who).status_code == 200
        assert service.call(method, path, key=other, **who).status_code == 403


def test_the_key_is_judged_first_whoever_is_asked_about(service: Service, plan: str) -> None:
    customer = service.customer()
    service.member(plan, customer_id=customer)
    lacks_scope = service.key_with(Scope.SCANS_WRITE)
    made = service.post("/v1/keys", {"name": "Door", "scopes": [Scope.PERMISSIONS_READ]})
    shown = {"wrong": f"{service.key}x", "lacking": lacks_scope, "good": made["key"]}

    def answers(who: str) -> dict[str, int]:
        """What each key gets from the route with a query, and alike from that with a path."""
        told = {}
        for called, key in shown.items():
            by_query = service.call(
                "GET", f"/v1/access/{POOL}", key=key, params={"customer_id": who}
            )
            by_path = service.call("GET", f"/v1/customers/{who}/permissions/{POOL}", key=key)
            assert by_query.status_code == by_path.status_code, (called, who)
            told[called] = by_query.status_code
        return told

    assert answers(customer) == {"wrong": 401, "lacking": 403, "good": 200}
    assert answers(str(uuid4())) == {"wrong": 401, "lacking": 403, "good": 404}
    assert answers("no id") == {"wrong": 401, "lacking": 403, "good": 422}
    service.post(f"/v1/keys/{made['id']}/revoke", status=200)
    for who in (customer, str(uuid4()), "no id"):
        assert answers(who)["good"] == 401


def test_why_it_is_not_granted(service: Service, plan: str) -> None:
    customer, company = service.customer(), service.company(seat_cap=0)

    def told() -> tuple[bool, str | None, str | None, list[Any]]:
        answer = ask(service, POOL, customer_id=customer)
        return answer["granted"], answer["reason"], answer["until"], answer["via"]

    assert told() == (False, "not_held", None, [])
    assert ask(service, "no.such key!", customer_id=customer)["reason"] == "not_held"
    service.member(plan, customer_id=customer, starts_on="2027-01-01", last_day="2027-01-31")
    assert told() == (False, "expired", None, [])
    service.member(plan, company_id=company)
    service.link(company, customer)
    assert told() == (False, "no_seat", None, [])
    service.member(plan, customer_id=customer, starts_on="2027-04-01")
    assert told() == (False, "not_yet_started", "2027-03-31T22:00:00Z", [])
    service.clock.advance(days=22)
    assert told()[:3] == (True, None, None)
    service.patch(f"/v1/customers/{customer}", state="banned")
    assert told() == (False, "customer_banned", None, [])
    everything = ask(service, customer_id=customer)
    assert (everything["items"], everything["reason"]) == ([], "customer_banned")


def test_a_revoked_card_opens_nothing(service: Service, plan: str) -> None:
    customer = service.customer()
    service.member(plan, customer_id=customer)
    lost, kept = service.card(customer), service.card(customer)
    service.post(f"/v1/cards/{lost['card']['id']}/revoke", status=200)
    answer = ask(service, POOL, card=lost["code"])
    assert (answer["granted"], answer["reason"]) == (False, "card_revoked")
    assert (answer["until"], answer["customer_id"]) == (None, customer)
    everything = ask(service, card=lost["code"])
    assert (everything["items"], everything["reason"]) == ([], "card_revoked")
    assert ask(service, POOL, card=kept["code"])["granted"] is True


def test_list_tells_when_it_changes(service: Service, plan: str) -> None:
    customer = service.customer()
    service.member(plan, customer_id=customer, last_day="2027-03-31")
    told = ask(service, customer_id=customer)
    assert [each["key"] for each in told["items"]] == ["area.gym", POOL]
    assert told["until"] == "2027-03-31T22:00:00Z"
    spa = service.plan("Spa", "area.spa")
    service.member(spa, customer_id=customer, starts_on="2027-03-20")
    later = ask(service, customer_id=customer)
    assert [each["key"] for each in later["items"]] == ["area.gym", POOL]
    assert later["until"] == "2027-03-19T23:00:00Z"
    nobody = ask(service, customer_id=service.customer())
    assert (nobody["items"], nobody["until"], nobody["reason"]) == ([], None, None)


def test_several_keys_at_once(service: Service, plan: str) -> None:
    customer = service.customer()
    service.member(plan, customer_id=customer)
    body = {"customer_id": customer, "keys": ["no.such", POOL, "no.such"]}
    answer = service.call("POST", "/v1/access", json=body)
    assert answer.headers["Cache-Control"] == "no-store"
    items = answer.json()["items"]
    assert [(each["key"], each["granted"]) for each in items] == [("no.such", False), (POOL, True)]
    body["keys"] = ["k"] * 101
    assert service.post("/v1/access", body, status=422)["code"] == "invalid_request"
    body["keys"] = [""]
    assert service.post("/v1/access", body, status=422)["code"] == "invalid_request"


def test_kept_no_longer_than_it_holds(service: Service, plan: str) -> None:
    customer = service.customer()
    path, who = f"/v1/access/{POOL}", {"customer_id": customer}

    def kept(path: str = path) -> str:
        headers = service.call("GET", path, params=who).headers
        assert headers["Vary"] == "Authorization"
        return headers["Cache-Control"]

    assert kept() == "private, max-age=60"
    service.member(plan, customer_id=customer, last_day="2027-03-10")
    assert kept() == "private, max-age=60"
    service.clock.advance(hours=12, seconds=-7.5)  # 23:59:52.5 in Berlin
    assert kept() == "private, max-age=7"
    assert kept("/v1/access") == "private, max-age=7"
    service.clock.advance(seconds=7)
    assert kept() == "private, max-age=0"
    service.clock.advance(seconds=0.5)
    assert ask(service, POOL, **who)["granted"] is False
    service.member(plan, customer_id=customer, starts_at="2027-03-10T23:00:20Z")
    assert kept() == "private, max-age=20"


def test_what_still_holds_is_not_sent_again(service: Service, plan: str) -> None:
    customer = service.customer()
    sold = service.member(plan, customer_id=customer)
    for path in (f"/v1/access/{POOL}", "/v1/access"):
        who = {"customer_id": customer}
        tag = service.call("GET", path, params=who).headers["ETag"]
        service.clock.advance(seconds=61)
        for shown in (tag, f'"other", {tag}', "*"):
            again = service.call("GET", path, params=who, headers={"If-None-Match": shown})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["ETag"] == tag
            assert again.headers["Cache-Control"] == "private, max-age=60"
        other = service.call("GET", path, params=who, headers={"If-None-Match": 'W/"other"'})
        assert other.status_code == 200
    service.post(f"/v1/memberships/{sold}/end", status=200)
    for path in (f"/v1/access/{POOL}", "/v1/access"):
        ended = service.call("GET", path, params=who, headers={"If-None-Match": tag})
        assert ended.status_code == 200


def test_setting_of_the_longest_time(databases: Databases, tmp_path: Any) -> None:
    settings = databases.new(SQLITE, tmp_path, permission_max_age_seconds=5)
    with running_service(settings) as service:
        path, who = "/v1/access/x", {"customer_id": service.customer()}
        assert service.call("GET", path, params=who).headers["Cache-Control"].endswith("=5")


def test_former_names_of_a_merged_customer(service: Service, plan: str) -> None:
    stays, gone = service.customer("Amara"), service.customer("Amarra")
    service.member(plan, customer_id=stays)
    with arranging(service.database) as session:
        here = {"organization_id": service.tenant.id}
        for table, column in ((CustomerTerm, CustomerTerm.customer_id), (Customer, Customer.id)):
            session.execute(
                delete(table).where(
                    table.organization_id == service.tenant.id, column == UUID(gone)
                )
            )
        session.add(
            CustomerAlias(
                **here,
                old_id=UUID(gone),
                old_number=2,
                customer_id=UUID(stays),
                merged_at=service.clock.now,
            )
        )
    install_link = f"https://cards.example.com/{service.tenant.slug}/gold/{gone}"
    foreign_link = f"https://cards.example.com/other/gold/{gone}"
    for who in (
        {"customer_id": gone},
        {"number": "2"},
        {"card": gone},
        {"card": "C-000002"},
        {"card": install_link},
    ):
        answer = ask(service, POOL, **who)
        # What was read names them; see test_named_at_doors.py.
        granted = "card" not in who
        assert (answer["customer_id"], answer["granted"]) == (stays, granted), who
    for text in (gone, "C-000002", install_link):
        assert service.scan(text)["customer"]["id"] == stays
    assert service.scan(foreign_link)["outcome"] == "unknown_code"
    assert service.get(f"/v1/customers/{gone}")["customer"]["id"] == stays
    assert len(service.get(f"/v1/customers/{gone}/permissions")["items"]) == 2
    assert service.patch(f"/v1/customers/{gone}", desk_note="x")["customer"]["id"] == stays
    company = service.company()
    service.link(company, gone)
    service.unlink(company, gone)
    other = service.fresh()
    assert problem(other, "/v1/access", customer_id=gone) == (404, "customer_not_found")
