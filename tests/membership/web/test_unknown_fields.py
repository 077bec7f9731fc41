"""Misspelt parameters and fields are refused by name, by every route that does not say why not."""

import json
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import TypeAdapter

from membership.web.unknown_fields import reason_to_ignore, takes_body
from tests.membership.accounts.staff.people import signed_in
from tests.membership.application import new_app
from tests.membership.conftest import SQLITE, Databases
from tests.membership.public import written_log
from tests.membership.support import Service, running_service

IGNORING = {
    "POST /v1/scans": "a desk may be newer than its service",
    "GET /v1/scans/preview": "a desk may be newer than its service",
    "POST /v1/visits/{visit_id}/undo": "a desk may be newer than its service",
    "GET /v1/desk": "a desk may be newer than its service",
    "POST /v1/billing/stripe/{organization}/webhook": "Stripe decides",
}
"""Routes of the API that ignore what they do not know, and how their reason begins."""

OPEN_SCHEMAS = {
    "ScanRequest": "a newer desk",
    "KeySet": "a JWK Set, to which RFC 7517 lets anybody add",
    "ServiceAccount": "Google's key file",
}
"""Schemas of request bodies that take unknown fields."""


@pytest.fixture(scope="module")
def backend() -> str:
    """What is refused reaches no database."""
    return SQLITE


@pytest.fixture(scope="module")
def routes(module_service: Service) -> list[tuple[str, APIRoute]]:
    """Every operation of the API with its route, documented or not."""
    app = new_app(module_service.settings, module_service.database)
    app.load_all()
    return [
        (f"{method} {context.path}", context.original_route)
        for context in iter_route_contexts(app.router.routes)
        if isinstance(context.original_route, APIRoute)
        for method in sorted(context.methods or ())
        if str(context.path).startswith("/v1/")
    ]


def sent(service: Service, name: str, key: str | None = None, **options: Any) -> Any:
    """The answer to an operation, for rows that are not there."""
    method, path = name.split(" ")
    for part in path.split("{")[1:]:
        hole = part.split("}")[0]
        text = service.tenant.slug if hole == "organization" else str(uuid4())
        path = path.replace("{" + hole + "}", text, 1)
    return service.call(method, path, key=key or service.key, **options)


def named(answer: Any) -> dict[str, str]:
    """What is wrong by its place."""
    if answer.status_code != 422:
        return {}
    return {each["field"]: each["message"] for each in answer.json()["errors"]}


def test_every_route_refuses_an_unknown_parameter_or_says_why_not(
    service: Service, routes: list[tuple[str, APIRoute]]
) -> None:
    wrong, ignoring = [], {}
    for name, route in routes:
        answer = sent(service, name, params={"utm_sauce": "x"})
        reason = reason_to_ignore(route)
        if reason is not None:
            ignoring[name] = reason
        refused = named(answer).get("query.utm_sauce", "").startswith("unknown")
        if refused is not (reason is None):
            wrong.append((name, answer.status_code, answer.text[:200]))
    assert wrong == []
    assert set(ignoring) == set(IGNORING)
    assert all(ignoring[name].startswith(begins) for name, begins in IGNORING.items())
    assert len(routes) > 150


def bodies_of(dependant: Dependant) -> Iterator[Any]:
    """The types of the bodies that a route or its dependencies take."""
    for field in dependant.body_params:
        if field.field_info.annotation is not bytes:
            yield field.field_info.annotation
    for each in dependant.dependencies:
        yield from bodies_of(each)


def objects_in(schema: Any) -> Iterator[Mapping[str, Any]]:
    """Every object with named fields in a JSON Schema."""
    if isinstance(schema, Mapping):
        if "properties" in schema and "title" in schema:
            yield schema
        for each in schema.values():
            yield from objects_in(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from objects_in(each)


def test_every_schema_of_a_request_forbids_unknown_fields(
    routes: list[tuple[str, APIRoute]],
) -> None:
    seen: set[str] = set()
    wrong: set[tuple[str, str]] = set()
    for name, route in routes:
        for annotation in bodies_of(route.dependant):
            for shape in objects_in(TypeAdapter(annotation).json_schema()):
                seen.add(shape["title"])
                if (shape.get("additionalProperties") is not False) is not (
                    shape["title"] in OPEN_SCHEMAS
                ):
                    wrong.add((name, shape["title"]))
    assert wrong == set()
    assert len(seen) > 50
    assert set(OPEN_SCHEMAS) <= seen


def test_every_route_that_takes_a_body_names_an_unknown_field(
    service: Service, routes: list[tuple[str, APIRoute]]
) -> None:
    wrong, refused = [], 0
    staff = signed_in(service)
    for name, route in routes:
        if not any(bodies_of(route.dependant)) or name in IGNORING:
            continue
        answer = sent(service, name, json={"unknwon": 1})
        if answer.status_code == 403:
            answer = sent(service, name, staff, json={"unknwon": 1})
        if "body.unknwon" in named(answer):
            refused += 1
        elif answer.status_code != 401 or "/join/" not in name:
            wrong.append((name, answer.status_code, answer.text[:200]))
    assert wrong == []
    assert refused > 45


def test_every_route_that_takes_no_body_refuses_what_is_in_one(
    service: Service, routes: list[tuple[str, APIRoute]]
) -> None:
    wrong, refused = [], 0
    for name, route in routes:
        if takes_body(route) or name in IGNORING or name.startswith("GET "):
            continue
        answer = sent(service, name, json={"unknwon": 1})
        if named(answer).get("body.unknwon") == "unknown":
            refused += 1
        else:
            wrong.append((name, answer.status_code, answer.text[:200]))
    assert wrong == []
    assert refused > 30


@pytest.mark.parametrize(
    ("body", "place"),
    [
        pytest.param(b'{"reason": "lost"}', "body.reason", id="object"),
        pytest.param(b"reason=lost", "body", id="form"),
        pytest.param(b'["lost"]', "body", id="list"),
        pytest.param(b'{"reason": ', "body", id="broken"),
        pytest.param(b"[" * 60_000, "body", id="deep"),
        pytest.param(b'"' + b"x" * 70_000 + b'"', "body", id="long"),
        pytest.param(b"\xff\xfe", "body", id="bytes"),
        pytest.param(b"", None, id="empty"),
        pytest.param(b" \n", None, id="blank"),
        pytest.param(b"{}", None, id="empty object"),
        pytest.param(b"null", None, id="null"),
    ],
)
def test_what_a_route_does_not_take_is_not_passed_over(
    service: Service, body: bytes, place: str | None
) -> None:
    card = service.post("/v1/cards", {"customer_id": service.customer("Amara")})["card"]
    path = f"/v1/cards/{card['id']}/revoke"
    answer = service.call("POST", path, data=body)
    assert answer.status_code == (200 if place is None else 422)
    if place is not None:
        assert named(answer) == {place: "unknown"}
    revoked_at = service.get(f"/v1/cards/{card['id']}")["revoked_at"]
    assert (revoked_at is not None) is (place is None)


PERSON = {"given_name": "Amara"}
PLAN = {"name": "Gold", "billing": {"unit": "month"}, "permissions": [{"key": "a", "label": "A"}]}
MISSPELT: list[tuple[str, str, dict[str, Any], str, str | None]] = [
    ("PATCH", "/v1/customers/{}", {"sate": "banned"}, "body.sate", "state"),
    ("PATCH", "/v1/customers/{}", {"givenName": "A"}, "body.givenName", "given_name"),
    ("POST", "/v1/customers", {**PERSON, "e-mail": "a@example.com"}, "body.e-mail", "email"),
    ("POST", "/v1/customers", {**PERSON, "zzz": 1}, "body.zzz", None),
    ("POST", "/v1/plans", {**PLAN, "billing": {"units": "month"}}, "body.billing.units", "unit"),
    (
        "POST",
        "/v1/plans",
        {**PLAN, "permissions": [{"key": "a", "lable": "A"}]},
        "body.permissions.0.lable",
        "label",
    ),
    ("GET", "/v1/visits", {"customer": "x"}, "query.customer", "customer_id"),
    ("GET", "/v1/visits", {"Limit": "5"}, "query.Limit", "limit"),
    ("GET", "/v1/customers", {"search": "x"}, "query.search", None),
    ("GET", "/v1/memberships", {"statsu": "active"}, "query.statsu", "status"),
    ("GET", "/v1/access", {"numbr": "C-1"}, "query.numbr", "number"),
    ("GET", "/v1/access/area.pool", {"mail": "a@example.com"}, "query.mail", "email"),
    ("GET", "/v1/customers/{}/permissions", {"key": "x"}, "query.key", None),
]


@pytest.mark.parametrize("case", MISSPELT, ids=lambda case: case[3])
def test_the_nearest_known_name_is_offered(
    service: Service, case: tuple[str, str, dict[str, Any], str, str | None]
) -> None:
    method, path, what, place, near = case
    path = path.format(service.customer("Amara"))
    given: dict[str, Any] = {"params": what} if method == "GET" else {"json": what}
    answer = service.call(method, path, **given)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    message = "unknown" if near is None else f"unknown; did you mean {near}?"
    assert named(answer)[place] == message
    assert f"{place}: {message}" in answer.json()["detail"]


def test_nobody_is_changed_by_a_body_with_an_unknown_field(service: Service) -> None:
    amara = service.customer("Amara")
    answer = service.call("PATCH", f"/v1/customers/{amara}", json={"state": "banned", "note": "x"})
    assert answer.status_code == 422
    assert service.get(f"/v1/customers/{amara}")["customer"]["state"] == "active"


SCAN = {"text": "MC17ZQ4M8KXW2V9T3C5HJPD0RNBF6", "desk": "Front", "posture": "upright", "mood": 7}


def test_a_newer_desk_is_answered_and_what_it_adds_is_counted(
    databases: Databases, tmp_path: Path
) -> None:
    # From the start: a service keeps the logger of its first request.
    settings = databases.new(SQLITE, tmp_path)
    with written_log(logging.INFO) as log, running_service(settings) as service:
        for declared in ("application/json", "application/json; charset=utf-8"):
            answer = service.call(
                "POST",
                "/v1/scans",
                params={"a": "1"},
                data=json.dumps({**SCAN, "visit_id": str(uuid4())}),
                headers={"Content-Type": declared},
            )
            assert answer.status_code == 200
        service.post("/v1/scans", {"visit_id": str(uuid4()), "text": "x"}, status=200)
        assert service.call("GET", "/v1/desk", params={"x": "1"}).status_code == 200
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    counts = [line.get("unknown") for line in lines if line["event"] == "request"]
    assert counts == [3, 3, None, 1]
    assert "posture" not in log.getvalue()


@pytest.mark.parametrize("path", ["/v1/access?number=C-1&x=1", "/v1/access/a?x=1"])
def test_a_wrong_key_is_told_so_before_what_else_is_wrong(service: Service, path: str) -> None:
    assert service.call("GET", path, key="mk_live_wrong").json()["code"] == "key_invalid"
    assert service.http.get(service.url + path, timeout=10).json()["code"] == "key_missing"


def test_pages_for_browsers_take_what_other_sites_add(service: Service) -> None:
    service.call("PUT", "/v1/signup", json={"open": True})
    slug = service.tenant.slug
    for path in (f"/join/{slug}", f"/join/{slug}/order/paid", f"/me/{slug}", "/join/app.js"):
        answer = service.http.get(f"{service.url}{path}?utm_source=x&session_id=cs_1", timeout=10)
        assert answer.status_code == 200, path


def test_what_a_caller_made_up_comes_back_short_and_plain(service: Service) -> None:
    names = [f"x{number}" for number in range(1000)] + ["<b>\u202e\n" + "y" * 5000]
    answer = service.call("POST", "/v1/customers", json={**PERSON, **dict.fromkeys(names, 1)})
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) <= 20
    assert len(answer.content) < 5000
    hostile = service.call("POST", "/v1/customers", json={**PERSON, names[-1]: 1})
    ((place, _),) = named(hostile).items()
    assert place.startswith("body.?b???yyy")
    assert len(place) < 80
