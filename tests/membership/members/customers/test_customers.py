"""Customers: created, changed, shown in full; photos; what they may use."""

import io
from collections.abc import Callable
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image

from membership.store.database import WRITES
from tests.membership.conftest import SQLITE, Databases
from tests.membership.support import Service, running_service


def picture(kind: str = "JPEG", side: int = 32, colour: str = "teal") -> bytes:
    """A small image file."""
    file = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(file, kind)
    return file.getvalue()


@cache
def huge_picture(side: int) -> bytes:
    """A PNG file of many pixels, which are one bit each: it takes a moment to write."""
    file = io.BytesIO()
    Image.new("1", (side, side)).save(file, "PNG", compress_level=1)
    return file.getvalue()


def put_photo(service: Service, customer: str, data: bytes) -> int:
    """Set a photo; returns the status."""
    headers = {"Content-Type": "image/jpeg"}
    answer = service.call("PUT", f"/v1/customers/{customer}/photo", data=data, headers=headers)
    return answer.status_code


def test_create(service: Service) -> None:
    body = {
        "given_name": "  Amara ",
        "family_name": "Okafor",
        "email": "Amara@Example.COM",
        "phone": "030 1234567",
        "birth_date": "1990-02-28",
        "language": "pt-BR",
        "desk_note": "Locker 7",
    }
    created = service.post("/v1/customers", body)
    assert created["customer"]["number"] == "C-000001"
    assert created["customer"]["name"] == "Amara Okafor"
    assert created["phone"] == "+49301234567"
    assert created["email"] == "Amara@example.com"
    assert created["birth_date"] == "1990-02-28"
    assert created["desk_note"] == "Locker 7"
    assert created["created_at"] == "2027-03-10T11:00:00Z"
    assert service.post("/v1/customers", body)["customer"]["number"] == "C-000002"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body.given_name"),
        ({"given_name": " "}, "body.given_name"),
        ({"given_name": "A\x00"}, "body.given_name"),
        ({"given_name": "A\nB"}, "body.given_name"),
        ({"given_name": "x" * 121}, "body.given_name"),
        ({"given_name": "\ud800"}, "body.given_name"),
        ({"given_name": 5}, "body.given_name"),
        ({"given_name": "A", "email": "nobody"}, "body.email"),
        ({"given_name": "A", "phone": "1"}, "body.phone"),
        ({"given_name": "A", "phone": "call me"}, "body.phone"),
        ({"given_name": "A", "birth_date": "1990-02-30"}, "body.birth_date"),
        ({"given_name": "A", "language": "x"}, "body.language"),
        ({"given_name": "A", "state": "gone"}, "body.state"),
        ({"given_name": "A", "desk_note": "a\x00b"}, "body.desk_note"),
    ],
)
def test_create_refuses(service: Service, body: dict[str, object], field: str) -> None:
    problem = service.post("/v1/customers", body, status=422)
    assert [each["field"] for each in problem["errors"]] == [field]
    assert service.get("/v1/customers")["items"] == []


def test_national_phone_needs_a_country(service: Service) -> None:
    club = service.fresh(country=None)
    body = {"given_name": "A", "phone": "030 1234567"}
    assert club.post("/v1/customers", body, status=422)["code"] == "phone_invalid"
    body["phone"] = "+49 30 1234567"
    assert club.post("/v1/customers", body)["phone"] == "+49301234567"


def test_change_sets_only_what_is_sent(service: Service) -> None:
    customer = service.customer("Amara", family_name="Okafor", desk_note="old", phone="0301234567")
    changed = service.patch(f"/v1/customers/{customer}", desk_note="new", phone=None)
    assert changed["desk_note"] == "new"
    assert changed["phone"] is None
    assert changed["customer"]["name"] == "Amara Okafor"
    body = {"given_name": "", "family_name": ""}
    answer = service.call("PATCH", f"/v1/customers/{customer}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "name_missing")
    assert service.get(f"/v1/customers/{customer}")["given_name"] == "Amara"


def test_profile(service: Service) -> None:
    gold = service.plan("Gold", "area.pool")
    corporate = service.plan("Corporate", "area.gym")
    company, customer = service.company("Northwind"), service.customer()
    service.member(gold, customer_id=customer, starts_on="2026-01-01", last_day="2026-12-31")
    service.member(gold, customer_id=customer, starts_on="2027-05-01")
    service.member(corporate, company_id=company)
    service.link(company, customer, "Employee")
    first = service.card(customer, "First")
    service.clock.advance(hours=1)
    second = service.card(customer, "Second")
    service.post(f"/v1/cards/{first['card']['id']}/revoke", status=200)
    service.scan(second["code"])
    profile = service.get(f"/v1/customers/{customer}")
    assert profile["outcome"] == "active"
    told = [(m["plan"], m["status"], m["reason"], m["company"]) for m in profile["memberships"]]
    assert told == [
        ("Corporate", "active", None, "Northwind"),
        ("Gold", None, "scheduled", None),
        ("Gold", "expired", None, None),
    ]
    assert profile["permissions"] == [{"key": "area.gym", "label": "AREA.GYM"}]
    assert [card["label"] for card in profile["cards"]] == ["Second", "First"]
    assert profile["cards"][1]["revoked_at"] == "2027-03-10T12:00:00Z"
    (link,) = profile["companies"]
    assert (link["company"], link["role"], link["valid_until"]) == ("Northwind", "Employee", None)
    (visit,) = profile["visits"]
    assert visit["outcome"] == "active"


def test_of_another_organization_is_not_found(service: Service) -> None:
    customer = service.customer()
    assert put_photo(service, customer, picture()) == 204
    other = service.fresh()
    for method, path, body in (
        ("GET", f"/v1/customers/{customer}", None),
        ("PATCH", f"/v1/customers/{customer}", {"given_name": "Mine"}),
        ("GET", f"/v1/customers/{customer}/photo", None),
        ("GET", f"/v1/customers/{customer}/permissions", None),
        ("GET", f"/v1/customers/{customer}/permissions/area.pool", None),
        ("POST", "/v1/cards", {"customer_id": customer}),
        ("GET", f"/v1/customers/{uuid4()}", None),
    ):
        answer = other.call(method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "customer_not_found"), path
    assert put_photo(other, customer, picture()) == 404


def test_photo_is_cached_by_its_version(service: Service) -> None:
    customer = service.customer()
    data = picture()
    assert put_photo(service, customer, data) == 204
    path = service.scan(customer)["customer"]["photo_path"]
    answer = service.call("GET", path)
    assert answer.content == data
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    tag = answer.headers["ETag"]
    for shown in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = service.call("GET", path, headers={"If-None-Match": shown})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == tag
    other = service.call("GET", path, headers={"If-None-Match": '"other"'})
    assert other.status_code == 200


def test_new_photo_has_a_new_path(service: Service) -> None:
    customer = service.customer()
    put_photo(service, customer, picture(colour="teal"))
    old = service.scan(customer)["customer"]["photo_path"]
    data = picture("PNG", colour="navy")
    put_photo(service, customer, data)
    new = service.scan(customer)["customer"]["photo_path"]
    assert new != old
    for path in (old, new):
        answer = service.call("GET", path)
        assert answer.content == data
        assert answer.headers["Content-Type"] == "image/png"
    stale = service.call("GET", old).headers["Cache-Control"]
    assert stale == "private, no-cache"


@pytest.mark.parametrize(
    "make",
    [
        lambda: b"",
        lambda: b"GIF89a",
        lambda: b"<svg onload='alert(1)'/>",
        lambda: picture()[:200],
        lambda: picture("BMP"),
        lambda: huge_picture(4097),
        lambda: huge_picture(10_000),
        lambda: picture("WEBP")[:60],
        lambda: b"\x00" * 1000,
    ],
    ids=["empty", "gif", "svg", "truncated", "bmp", "too-large", "huge", "cut-webp", "zeros"],
)
def test_what_is_no_photo_is_refused(service: Service, make: Callable[[], bytes]) -> None:
    customer = service.customer()
    assert put_photo(service, customer, make()) == 422
    assert service.scan(customer)["customer"]["photo_path"] is None
    answer = service.call("GET", f"/v1/customers/{customer}/photo")
    assert (answer.status_code, answer.json()["code"]) == (404, "photo_not_found")


def test_a_photo_is_looked_at_before_the_write_lock_is_taken(
    databases: Databases, tmp_path: Path
) -> None:
    settings = databases.new(SQLITE, tmp_path, busy_timeout_seconds=0.05)
    with running_service(settings) as service:
        customer = service.customer()
        with service.database.engine.execution_options(**{WRITES: True}).begin():
            assert put_photo(service, customer, b"no image") == 422
            assert put_photo(service, customer, picture("WEBP")) == 503
            path = f"/v1/customers/{customer}/photo"
            assert service.call("PUT", path, key="wrong", data=b"no image").status_code == 401
        assert put_photo(service, customer, picture("WEBP")) == 204


def test_a_photo_needs_one_connection_at_a_time(databases: Databases, tmp_path: Path) -> None:
    settings = databases.new(
        SQLITE, tmp_path, busy_timeout_seconds=0.5, pool_size=1, pool_overflow=0
    )
    with running_service(settings) as service:
        assert put_photo(service, service.customer(), picture()) == 204


def test_permissions(service: Service) -> None:
    customer = service.customer()
    pool = service.plan("Pool", "area.pool", "area.gym")
    gym = service.plan("Gym", "area.gym")
    first = service.member(pool, customer_id=customer, last_day="2027-03-31")
    second = service.member(gym, customer_id=customer)
    told = service.get(f"/v1/customers/{customer}/permissions")
    assert told["customer_id"] == customer
    by_key = {item.pop("key"): item for item in told["items"]}
    assert by_key["area.pool"] == {
        "granted": True,
        "until": "2027-03-31T22:00:00Z",
        "via": [first],
    }
    assert by_key["area.gym"]["until"] is None
    assert set(by_key["area.gym"]["via"]) == {first, second}
    pool_path = f"/v1/customers/{customer}/permissions/area.pool"
    assert service.get(pool_path)["granted"] is True
    service.clock.advance(days=30)
    assert service.get(pool_path) == {
        "key": "area.pool",
        "granted": False,
        "until": None,
        "via": [],
    }
    assert service.get(f"/v1/customers/{customer}/permissions/no.such")["granted"] is False


def test_banned_customers_have_no_permissions(service: Service) -> None:
    customer = service.customer()
    service.member(service.plan("Pool", "area.pool"), customer_id=customer)
    service.patch(f"/v1/customers/{customer}", state="banned")
    assert service.get(f"/v1/customers/{customer}/permissions")["items"] == []
    assert service.get(f"/v1/customers/{customer}/permissions/area.pool")["granted"] is False
