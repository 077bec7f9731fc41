"""The audit of one customer: their file, and all that belongs to it, newest first, in pages."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from membership.base.actors import SERVICE
from membership.base.scopes import Scope
from membership.events.audit.of_customer import list_entries_of
from membership.events.audit.service import EntryFilter
from membership.web.access import Call
from tests.membership.support import Service

_PLAN: dict[str, Any] = {
    "price_minor": 4900,
    "currency": "EUR",
    "length": {"unit": "month", "count": 1},
}


def entries(service: Service, customer: str, **params: object) -> list[dict[str, object]]:
    """All entries of a customer, page by page."""
    found: list[dict[str, object]] = []
    cursor: dict[str, object] = {}
    while True:
        page = service.get("/v1/audit", customer_id=customer, **params, **cursor)
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


@pytest.fixture
def people(service: Service) -> tuple[Service, str, str]:
    """Two customers who each have one of everything that is audited."""
    plan, company = service.plan(**_PLAN), service.company()
    made = []
    for name in ("Amara", "Bo"):
        customer = service.customer(name)
        service.clock.advance(minutes=1)
        membership = service.member(plan, customer_id=customer)
        service.clock.advance(minutes=1)
        service.card(customer)
        service.link(company, customer)
        service.clock.advance(minutes=1)
        service.post(f"/v1/memberships/{membership}/payments", {"method": "cash"})
        made.append(customer)
    return service, made[0], made[1]


def test_what_belongs_to_a_customer_is_listed_and_nothing_of_others(
    people: tuple[Service, str, str],
) -> None:
    service, amara, bo = people
    for customer, other in ((amara, bo), (bo, amara)):
        found = entries(service, customer)
        actions = {str(entry["action"]) for entry in found}
        assert {
            "customer.created", "membership.created", "card.created", "link.created",
            "payment.created",
        } <= actions  # fmt: skip
        assert other not in str(found)
    shared = {str(entry["id"]) for entry in entries(service, amara)}
    assert shared.isdisjoint(str(entry["id"]) for entry in entries(service, bo))


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_pages_together_are_the_whole_list_newest_first(
    people: tuple[Service, str, str], limit: int
) -> None:
    service, amara, _ = people
    whole = entries(service, amara)
    assert entries(service, amara, limit=limit) == whole
    assert [e["at"] for e in whole] == sorted((e["at"] for e in whole), reverse=True)  # type: ignore[type-var]


@pytest.mark.both_databases(reason="as many ids as a query of each takes")
@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_more_ids_than_a_query_takes(people: tuple[Service, str, str], at_once: int) -> None:
    service, amara, _ = people
    whole = [UUID(str(entry["id"])) for entry in entries(service, amara)]
    with service.database.readers.begin() as session:
        call = Call(session, service.tenant, SERVICE, frozenset(), service.clock())
        found: list[UUID] = []
        cursor = None
        while cursor is not None or not found:
            page = list_entries_of(call, UUID(amara), EntryFilter(), 2, cursor, at_once=at_once)
            found += [entry.id for entry in page.items]
            cursor = page.next_cursor
    assert found == whole


def test_filters_apply_too(people: tuple[Service, str, str]) -> None:
    service, amara, _ = people
    assert {e["action"] for e in entries(service, amara, action="card.created")} == {"card.created"}
    assert entries(service, amara, actor_id=str(uuid4())) == []


def test_a_former_id_leads_to_who_remains_with_the_changes_of_both(
    people: tuple[Service, str, str],
) -> None:
    service, amara, bo = people
    service.post(f"/v1/customers/{amara}/merge", {"other_id": bo}, status=200)
    subjects = {str(entry["subject_id"]) for entry in entries(service, bo)}
    assert {amara, bo} <= subjects
    assert entries(service, bo) == entries(service, amara)


def test_who_is_unknown_or_of_another_club_is_not_found(people: tuple[Service, str, str]) -> None:
    service, amara, _ = people
    for asking, whom in ((service, str(uuid4())), (service.fresh(), amara)):
        answer = asking.call("GET", "/v1/audit", params={"customer_id": whom})
        assert (answer.status_code, answer.json()["code"]) == (404, "customer_not_found")
    key = service.key_with(Scope.CUSTOMERS_READ)
    refused = service.call("GET", "/v1/audit", params={"customer_id": amara}, key=key)
    assert refused.status_code == 403


def test_payments_of_a_customer(people: tuple[Service, str, str]) -> None:
    service, amara, bo = people
    (paid,) = service.get("/v1/payments", customer_id=amara)["items"]
    assert paid["paid_by"] == "Amara"
    service.post(f"/v1/customers/{amara}/merge", {"other_id": bo}, status=200)
    both = service.get("/v1/payments", customer_id=bo, limit=1)
    assert len(both["items"]) == 1
    rest = service.get("/v1/payments", customer_id=bo, limit=1, cursor=both["next_cursor"])
    assert {each["paid_by"] for each in (*both["items"], *rest["items"])} == {"Amara", "Bo"}
    unknown = service.call("GET", "/v1/payments", params={"customer_id": str(uuid4())})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "customer_not_found")
