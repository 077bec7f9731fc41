"""GET /v1/scans/preview: what a scan would answer, by the same rules, with nothing stored."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from membership.base.scopes import Scope
from membership.store.base_model import Base
from tests.membership.support import Service, arranging

KINDS = ["by_number", "old_code"]


def preview(service: Service, customer: str, **asked: Any) -> Any:
    """Preview a scan of a customer."""
    return service.get(
        "/v1/scans/preview", customer_id=customer, attention_kinds=KINDS, **asked
    )  # fmt: skip


def stored(service: Service) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, but when the key was used last, which every request notes."""
    with arranging(service.database) as session:
        return {
            table.name: sorted(
                (tuple(row) for row in session.execute(select(table)).all()), key=repr
            )
            for table in Base.metadata.sorted_tables
            if table.name != "api_keys"
        }


def active(service: Service) -> str:
    customer = service.customer(desk_note="Key 12", birth_date="1990-03-10")
    service.member(service.plan(f"Gold {uuid4()}", "area.pool"), customer_id=customer)
    return customer


def ending(service: Service) -> str:
    customer = service.customer()
    plan = service.plan(f"Gold {uuid4()}")
    service.member(plan, customer_id=customer, last_day="2027-03-12")
    return customer


def expired(service: Service) -> str:
    customer = service.customer()
    membership = service.member(service.plan(f"Gold {uuid4()}"), customer_id=customer)
    service.post(f"/v1/memberships/{membership}/end", {"why": "moved away"}, status=200)
    return customer


def scheduled(service: Service) -> str:
    customer = service.customer()
    plan = service.plan(f"Gold {uuid4()}", length={"unit": "year", "count": 1})
    service.member(plan, customer_id=customer, starts_on="2027-04-01")
    return customer


def banned(service: Service) -> str:
    customer = active(service)
    service.patch(f"/v1/customers/{customer}", state="banned")
    return customer


def without(service: Service) -> str:
    return service.customer()


MAKERS: list[tuple[Callable[[Service], str], str]] = [
    (active, "active"),
    (ending, "active"),
    (expired, "expired"),
    (scheduled, "not_yet_started"),
    (banned, "blocked"),
    (without, "no_membership"),
]


@pytest.mark.parametrize("method", ["search", "wedge"])
def test_it_answers_as_a_scan_would_and_stores_nothing(service: Service, method: str) -> None:
    for make, outcome in MAKERS:
        customer = make(service)
        before = stored(service)
        for _ in range(2):
            looked_up = preview(service, customer, method=method)
        assert stored(service) == before, make.__name__
        assert "visit_id" not in looked_up
        assert looked_up["outcome"] == outcome
        assert looked_up["visits"] == {"today": 0, "total": 0, "previous_at": None}
        scanned = service.scan(customer, method=method, attention_kinds=KINDS)
        for mine in ("visit_id", "choices", "visits"):
            scanned.pop(mine)
        looked_up.pop("visits")
        assert looked_up == scanned, make.__name__


def test_a_visit_before_is_counted_and_a_preview_is_none(service: Service) -> None:
    customer = active(service)
    service.scan(customer)
    for _ in range(2):
        looked_up = preview(service, customer)
        assert looked_up["visits"]["total"] == looked_up["visits"]["today"] == 1
        assert "seen_recently" in [each["kind"] for each in looked_up["attention"]]
    assert len(service.get("/v1/visits")["items"]) == 1


def test_whoever_was_not_chosen_by_staff_is_only_named(service: Service) -> None:
    customer = active(service)
    named = {
        method: "by_number"
        in [each["kind"] for each in preview(service, customer, method=method)["attention"]]
        for method in ("search", "wedge")
    }
    assert named == {"search": False, "wedge": True}


def test_nobody_and_nothing_else(service: Service) -> None:
    known = active(service)
    for path, status, code in (
        (f"customer_id={uuid4()}", 404, "customer_not_found"),
        ("customer_id=C-000001", 422, "invalid_request"),
        ("", 422, "invalid_request"),
        (f"customer_id={known}&method=key", 422, "invalid_request"),
        (f"customer_id={known}&attention_kinds=Nothing!", 422, "invalid_request"),
    ):
        answer = service.call("GET", f"/v1/scans/preview?{path}")
        assert (answer.status_code, answer.json()["code"]) == (status, code), path
    key = service.key_with(*set(Scope) - {Scope.SCANS_WRITE})
    refused = service.call("GET", f"/v1/scans/preview?customer_id={known}", key=key)
    assert refused.status_code == 403


def test_a_merged_customer_is_found_by_the_former_id(service: Service) -> None:
    stays, goes = active(service), service.customer()
    service.post(f"/v1/customers/{stays}/merge", {"other_id": goes}, status=200)
    assert preview(service, goes)["customer"]["id"] == stays
