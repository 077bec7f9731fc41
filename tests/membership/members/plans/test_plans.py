"""Plans and permissions: changed, archived, listed; which events there are, and what is refused."""

import threading
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from membership.base.scopes import Scope
from membership.store.models import AuditEntry, Event, PlanPermission
from tests.membership.support import Service
from tests.membership.test_races import overtaken, sender

HIGHEST = 2_147_483_647


def told(service: Service, plan: str) -> list[tuple[str, dict[str, Any]]]:
    """The events of a plan."""
    with service.database.readers.begin() as session:
        rows = session.execute(
            select(Event.type, Event.data)
            .where(Event.organization_id == service.tenant.id, Event.subject_id == plan)
            .order_by(Event.seq)
        ).all()
    return [(row.type, row.data) for row in rows]


def audited(service: Service, subject: str) -> list[tuple[str, Any, Any]]:
    """What the audit knows of something, with before and after."""
    with service.database.readers.begin() as session:
        rows = session.execute(
            select(AuditEntry.action, AuditEntry.before, AuditEntry.after)
            .where(AuditEntry.organization_id == service.tenant.id)
            .where(AuditEntry.subject_id == subject)
            .order_by(AuditEntry.at)
        ).all()
    return [(row.action, row.before, row.after) for row in rows]


def keys(service: Service, plan: str) -> list[str]:
    """The permissions that a plan carries, in order."""
    return [each["key"] for each in service.get(f"/v1/plans/{plan}")["permissions"]]


def listed(service: Service, path: str, **wanted: Any) -> list[str]:
    """Names or keys of all pages of a list, a page being one item."""
    found: list[str] = []
    while True:
        page = service.get(path, limit=1, **wanted)
        found += [each.get("name") or each["key"] for each in page["items"]]
        if page["next_cursor"] is None:
            return found
        wanted["cursor"] = page["next_cursor"]


@pytest.mark.parametrize("price", [0, 1, HIGHEST])
def test_prices_fit_their_column(service: Service, price: int) -> None:
    plan = service.plan("P", price_minor=price)
    assert service.get(f"/v1/plans/{plan}")["price_minor"] == price
    sold = service.member(plan, customer_id=service.customer())
    assert service.get(f"/v1/memberships/{sold}")["price_minor"] == price


@pytest.mark.parametrize("price", [-1, HIGHEST + 1, 10**30, 1.5, "much", None])
def test_prices_refused(service: Service, price: Any) -> None:
    problem = service.post("/v1/plans", {"name": "P", "price_minor": price}, status=422)
    assert [each["field"] for each in problem["errors"]] == ["body.price_minor"]
    plan = service.plan("P", price_minor=5)
    answer = service.call("PATCH", f"/v1/plans/{plan}", json={"price_minor": price})
    assert answer.status_code == 422
    assert service.get(f"/v1/plans/{plan}")["price_minor"] == 5


def test_only_what_is_sent_is_changed(service: Service) -> None:
    plan = service.plan("Gold", "a", "b", price_minor=5, length={"unit": "year"}, public=True)
    before = service.get(f"/v1/plans/{plan}")
    assert service.patch(f"/v1/plans/{plan}") == before
    assert service.patch(f"/v1/plans/{plan}", description="D") == {**before, "description": "D"}
    changed = service.patch(f"/v1/plans/{plan}", length=None, public=False, currency="CHF")
    assert (changed["length"], changed["public"], changed["currency"]) == (None, False, "CHF")
    for body in ({"name": ""}, {"name": " "}, {"public": None}, {"permissions": None}):
        answer = service.call("PATCH", f"/v1/plans/{plan}", json=body)
        assert answer.status_code == 422, body
    assert service.get(f"/v1/plans/{plan}") == changed


def test_archived_and_back(service: Service) -> None:
    plan = service.plan("Gold")
    archived = service.patch(f"/v1/plans/{plan}", archived=True)
    assert archived["archived_at"] == "2027-03-10T11:00:00Z"
    service.clock.advance(hours=1)
    assert service.patch(f"/v1/plans/{plan}", archived=True) == archived
    assert service.patch(f"/v1/plans/{plan}", archived=False)["archived_at"] is None


def test_listed_by_archived_and_public(service: Service) -> None:
    service.plan("A")
    service.plan("B", public=True)
    service.plan("C", archived=True)
    service.plan("D", archived=True, public=True)
    assert listed(service, "/v1/plans") == ["A", "B", "C", "D"]
    assert listed(service, "/v1/plans", archived=False) == ["A", "B"]
    assert listed(service, "/v1/plans", archived=True) == ["C", "D"]
    assert listed(service, "/v1/plans", public=True) == ["B", "D"]
    assert listed(service, "/v1/plans", public=True, archived=False) == ["B"]
    assert service.call("GET", "/v1/plans", params={"public": "perhaps"}).status_code == 422


def test_permissions_are_replaced_in_the_order_sent(service: Service) -> None:
    plan = service.plan("Gold", "c", "a", "b")
    assert keys(service, plan) == ["c", "a", "b"]
    wanted = [{"key": key, "label": key} for key in ("b", "d", "c")]
    service.patch(f"/v1/plans/{plan}", permissions=wanted)
    assert keys(service, plan) == ["b", "d", "c"]
    service.patch(f"/v1/plans/{plan}", permissions=[])
    assert keys(service, plan) == []
    changes = [each for each in audited(service, plan) if each[0] == "plan.permissions_changed"]
    assert sorted(changes, key=str) == sorted(
        [
            ("plan.permissions_changed", {"permissions": []}, {"permissions": ["c", "a", "b"]}),
            (
                "plan.permissions_changed",
                {"permissions": ["c", "a", "b"]},
                {"permissions": ["b", "d", "c"]},
            ),
            ("plan.permissions_changed", {"permissions": ["b", "d", "c"]}, {"permissions": []}),
        ],
        key=str,
    )


def test_events_tell_what_became_another(service: Service) -> None:
    plan = service.plan("Gold", "a")
    service.patch(f"/v1/plans/{plan}", archived=True)
    service.patch(f"/v1/plans/{plan}", archived=True)
    service.patch(f"/v1/plans/{plan}", permissions=[{"key": "b", "label": "B"}])
    service.patch(f"/v1/plans/{plan}", permissions=[{"key": "b", "label": "B"}])
    at = "2027-03-10T11:00:00+00:00"
    assert told(service, plan) == [
        ("plan.created", {"plan_id": plan, "public": False, "archived_at": None}),
        ("plan.updated", {"plan_id": plan, "public": False, "archived_at": at}),
        ("plan.updated", {"plan_id": plan, "public": False, "archived_at": at}),
    ]


def test_permissions_are_paged_by_key(service: Service) -> None:
    service.plan("Gold", "web.members", "area.pool")
    service.plan("Silver", "area.pool", "area-1", "area.sauna")
    expected = ["area-1", "area.pool", "area.sauna", "web.members"]
    assert sorted(listed(service, "/v1/permissions")) == expected
    assert listed(service.fresh(), "/v1/permissions") == []
    for cursor in ("", "nonsense", "WzFd"):
        answer = service.call("GET", "/v1/permissions", params={"cursor": cursor})
        assert answer.status_code == 422


def test_a_permission_is_called_otherwise(service: Service) -> None:
    plan = service.plan("Gold", "area.pool")
    customer = service.customer()
    service.member(plan, customer_id=customer)
    service.clock.advance(minutes=1)
    path = "/v1/permissions/area.pool"
    assert service.patch(path, label=" Big pool ") == {"key": "area.pool", "label": "Big pool"}
    assert service.get(f"/v1/plans/{plan}")["permissions"][0]["label"] == "Big pool"
    # What was sold keeps the label that it was sold with.
    assert service.scan(customer)["permissions"][0]["label"] == "AREA.POOL"
    changed = ("permission.changed", {"label": "AREA.POOL"}, {"label": "Big pool"})
    assert audited(service, "area.pool")[-1] == changed
    for body in ({}, {"label": ""}, {"label": "a\nb"}, {"label": "x" * 121}):
        assert service.call("PATCH", path, json=body).status_code == 422
    answer = service.call("PATCH", "/v1/permissions/area.gone", json={"label": "x"})
    assert (answer.status_code, answer.json()["code"]) == (404, "permission_not_found")
    assert service.call("PATCH", "/v1/permissions/A%20B", json={"label": "x"}).status_code == 422


def test_only_what_no_plan_carries_is_deleted(service: Service) -> None:
    plan, customer = service.plan("Gold", "area.pool", archived=False), service.customer()
    service.member(plan, customer_id=customer)
    path = "/v1/permissions/area.pool"
    service.patch(f"/v1/plans/{plan}", archived=True)
    answer = service.call("DELETE", path)
    assert (answer.status_code, answer.json()["code"]) == (409, "permission_in_use")
    service.patch(f"/v1/plans/{plan}", permissions=[])
    service.clock.advance(minutes=1)
    assert service.call("DELETE", path).status_code == 204
    assert service.call("DELETE", path).status_code == 404
    assert listed(service, "/v1/permissions") == []
    assert audited(service, "area.pool")[-1] == (
        "permission.deleted",
        {"label": "AREA.POOL"},
        None,
    )
    # What was sold still grants it, and a plan may name it anew.
    assert [each["key"] for each in service.scan(customer)["permissions"]] == ["area.pool"]
    service.plan("Silver", "area.pool")
    assert listed(service, "/v1/permissions") == ["area.pool"]


def test_permissions_of_others_are_not_found(service: Service) -> None:
    service.plan("Gold", "area.pool")
    other = service.fresh()
    path = "/v1/permissions/area.pool"
    assert other.call("PATCH", path, json={"label": "x"}).status_code == 404
    assert other.call("DELETE", path).status_code == 404
    reader = service.key_with(Scope.PLANS_READ)
    assert service.call("DELETE", path, key=reader).status_code == 403
    assert service.call("GET", "/v1/permissions", key=reader).status_code == 200


def test_a_permission_that_a_plan_is_just_given_is_not_deleted(service: Service) -> None:
    plan = service.plan("Gold", "area.pool")
    service.patch(f"/v1/plans/{plan}", permissions=[])
    row = PlanPermission(
        organization_id=service.tenant.id,
        plan_id=UUID(plan),
        permission_key="area.pool",
        position=0,
    )
    answer = overtaken(service, sender(service, "DELETE", "/v1/permissions/area.pool"), row)
    assert (answer.status_code, answer.json()["code"]) == (409, "permission_in_use")
    assert keys(service, plan) == ["area.pool"]


@pytest.mark.both_databases(reason="permissions are set at the same time")
def test_permissions_set_at_once_are_those_of_one_of_both(service: Service) -> None:
    plan = service.plan("Gold", "a")
    sets = [["b", "c"], ["c", "d"], ["d", "b"], ["a"]]
    start = threading.Barrier(len(sets))
    statuses: list[int] = []

    def run(wanted: list[str]) -> None:
        body = {"permissions": [{"key": key, "label": key} for key in wanted]}
        send = sender(service, "PATCH", f"/v1/plans/{plan}", json=body)
        start.wait()
        statuses.append(send().status_code)

    threads = [threading.Thread(target=run, args=(wanted,)) for wanted in sets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * len(sets)
    assert keys(service, plan) in sets


def test_counts_who_has_each_plan_now(service: Service) -> None:
    gold, silver = service.plan("Gold"), service.plan("Silver")
    free = service.plan("Unsold")
    amara, bo = service.customer("Amara"), service.customer("Bo")
    company = service.company()
    first = service.member(gold, customer_id=amara)
    service.member(gold, customer_id=bo)
    service.member(gold, customer_id=bo)  # a second one of the same plan is the same person
    service.member(gold, company_id=company)
    service.link(company, amara)
    service.member(silver, customer_id=amara, starts_on="2030-01-01")  # has not begun
    service.post(f"/v1/memberships/{first}/end", {"why": "moved"}, status=200)

    def counted(**wanted: Any) -> dict[str, tuple[Any, Any]]:
        items = service.get("/v1/plans", **wanted)["items"]
        return {each["id"]: (each["customers"], each["companies"]) for each in items}

    assert counted(counts=True) == {gold: (1, 1), silver: (0, 0), free: (0, 0)}
    assert counted() == {gold: (None, None), silver: (None, None), free: (None, None)}
