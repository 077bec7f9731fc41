"""The organization: shown and changed, without moving what was sold."""

from typing import Any

import pytest

from membership.base.scopes import Scope
from tests.membership.support import Service


def test_shown(service: Service) -> None:
    shown = service.get("/v1/organization")
    assert shown == {
        "slug": service.tenant.slug,
        "name": service.tenant.name,
        "time_zone": "Europe/Berlin",
        "currency": "EUR",
        "country": "DE",
        "expires_soon_days": 14,
        "code_formats": ["QRCode", "Aztec", "PDF417", "Code128", "EAN13"],
        "numbers_prove": False,
        "all_take_seats": False,
        "address": "",
        "tax_number": "",
        "tax_millipercent": None,
        "second_factor_demanded": False,
        "demo": False,
        "created_at": "2027-03-10T11:00:00Z",
        "server_time": "2027-03-10T11:00:00Z",
    }


def test_change_sets_only_what_is_sent(service: Service) -> None:
    before = service.get("/v1/organization")
    changed = service.patch("/v1/organization", name="Harbour Club", expires_soon_days=0)
    assert changed == {**before, "name": "Harbour Club", "expires_soon_days": 0}
    assert service.get("/v1/organization") == changed
    assert service.get("/v1/desk")["organization"] == "Harbour Club"
    other = service.fresh()
    assert other.get("/v1/organization")["name"] == other.tenant.name


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"time_zone": "Europe/Berlim"}, "time_zone"),
        ({"time_zone": ""}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"time_zone": None}, "time_zone"),
        ({"currency": "euro"}, "currency"),
        ({"currency": None}, "currency"),
        ({"country": "Germany"}, "country"),
        ({"expires_soon_days": -1}, "expires_soon_days"),
        ({"expires_soon_days": 10**9}, "expires_soon_days"),
        ({"expires_soon_days": None}, "expires_soon_days"),
        ({"numbers_prove": "perhaps"}, "numbers_prove"),
        ({"numbers_prove": None}, "numbers_prove"),
    ],
)
def test_change_refuses(service: Service, body: dict[str, Any], field: str) -> None:
    before = service.get("/v1/organization")
    answer = service.call("PATCH", "/v1/organization", json=body)
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [f"body.{field}"]
    assert service.get("/v1/organization") == before


def test_scopes(service: Service) -> None:
    reader = service.key_with(Scope.ORGANIZATION_READ)
    assert service.call("GET", "/v1/organization", key=reader).status_code == 200
    assert service.call("PATCH", "/v1/organization", json={}, key=reader).status_code == 403


def test_a_new_time_zone_moves_nothing_that_was_sold(service: Service) -> None:
    plan, customer = service.plan("Gold", "area.pool"), service.customer()
    old = service.member(plan, customer_id=customer, last_day="2027-03-31")
    before = service.get(f"/v1/memberships/{old}")
    assert (before["ends_at"], before["time_zone"]) == ("2027-03-31T22:00:00Z", "Europe/Berlin")
    service.patch("/v1/organization", time_zone="Pacific/Auckland")
    assert service.get(f"/v1/memberships/{old}") == before
    new = service.member(plan, customer_id=customer, last_day="2027-03-31")
    after = service.get(f"/v1/memberships/{new}")
    assert (after["ends_at"], after["time_zone"]) == ("2027-03-31T11:00:00Z", "Pacific/Auckland")
    assert service.scan(customer)["time_zone"] == "Pacific/Auckland"


def test_currency_is_that_of_new_plans_only(service: Service) -> None:
    old = service.plan("Old")
    service.patch("/v1/organization", currency="CHF")
    new = service.plan("New")
    assert service.get(f"/v1/plans/{old}")["currency"] == "EUR"
    assert service.get(f"/v1/plans/{new}")["currency"] == "CHF"


def test_country_decides_how_phones_are_read(service: Service) -> None:
    service.patch("/v1/organization", country="CH")
    body = {"given_name": "A", "phone": "044 123 45 67"}
    assert service.post("/v1/customers", body)["phone"] == "+41441234567"
    service.patch("/v1/organization", country=None)
    assert service.post("/v1/customers", body, status=422)["code"] == "phone_invalid"


def test_who_changed_it_is_kept(service: Service) -> None:
    service.patch("/v1/organization", name="Harbour Club")
    entries = service.get("/v1/audit", action="organization.changed")["items"]
    assert [(e["before"], e["after"]) for e in entries] == [
        ({"name": service.tenant.name}, {"name": "Harbour Club"})
    ]
