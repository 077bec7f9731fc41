"""A parameter or a field that is sent twice is refused by name, by every route of the API."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.routing import APIRoute

from membership.web.repeated_names import _Object, _repeated_in, repeated_in_body
from membership.web.unknown_fields import known_query, reason_to_ignore
from tests.membership.accounts.staff.people import signed_in
from tests.membership.conftest import SQLITE
from tests.membership.support import Service
from tests.membership.web.test_unknown_fields import bodies_of, named, routes, sent

__all__ = ["routes"]
TWICE = "given more than once"
JSON = {"Content-Type": "application/json"}
LISTS = {("GET /v1/events", "type")}
"""Parameters that are repeated on purpose."""


@pytest.fixture(scope="module")
def backend() -> str:
    """What is refused reaches no database."""
    return SQLITE


def test_every_route_refuses_a_repeated_parameter(
    service: Service, routes: list[tuple[str, APIRoute]]
) -> None:
    wrong, seen = [], 0
    for name, route in routes:
        for parameter in () if reason_to_ignore(route) else sorted(known_query(route)):
            answer = sent(service, name, params=[(parameter, "a"), (parameter, "b")])
            refused = named(answer).get(f"query.{parameter}") == TWICE
            seen += 1
            if refused is ((name, parameter) in LISTS):
                wrong.append((name, parameter, answer.status_code, answer.text[:200]))
    assert wrong == []
    assert seen > 60


def test_every_route_refuses_a_repeated_field(
    service: Service, routes: list[tuple[str, APIRoute]]
) -> None:
    wrong, refused = [], 0
    staff = signed_in(service)
    for name, route in routes:
        if reason_to_ignore(route) or not any(bodies_of(route.dependant)):
            continue
        answer = sent(service, name, staff, data=b'{"x": 1, "x": 1}', headers=JSON)
        if named(answer) == {"body.x": TWICE}:
            refused += 1
        else:
            wrong.append((name, answer.status_code, answer.text[:200]))
    assert wrong == []
    assert refused > 50


def plan(middle: str) -> bytes:
    """A plan in JSON, with something added."""
    return f'{{"name": "Gold", {middle}}}'.encode()


REPEATED: list[tuple[str, str, bytes, str]] = [
    ("PATCH", "/v1/customers/{}", b'{"state":"active","state":"banned"}', "body.state"),
    ("PATCH", "/v1/customers/{}", b'{"state":"banned","state":"banned"}', "body.state"),
    ("PATCH", "/v1/customers/{}", b'{"state":"active","st\\u0061te":"banned"}', "body.state"),
    (
        "PATCH",
        "/v1/customers/{}",
        '{"state":"active","state":"banned"}'.encode("utf-16"),
        "body.state",
    ),
    ("POST", "/v1/customers", b'{"given_name":"A","given_name":"B"}', "body.given_name"),
    (
        "POST",
        "/v1/plans",
        plan('"billing": {"unit": "month", "unit": "year"}'),
        "body.billing.unit",
    ),
    (
        "POST",
        "/v1/plans",
        plan('"permissions": [{"key": "a", "label": "A"}, {"key": "b", "key": "c"}]'),
        "body.permissions.1.key",
    ),
    (
        "POST",
        "/v1/access",
        b'{"number":"C-1","keys":["a"],"keys":["b"]}',
        "body.keys",
    ),
]


@pytest.mark.parametrize("case", REPEATED, ids=[str(number) for number, _ in enumerate(REPEATED)])
def test_a_repeated_field_is_named_and_nothing_is_done(
    service: Service, case: tuple[str, str, bytes, str]
) -> None:
    method, path, body, place = case
    customer = service.customer("Amara")
    answer = service.call(method, path.format(customer), data=body, headers=JSON)
    assert (answer.status_code, named(answer)) == (422, {place: TWICE})
    assert service.get(f"/v1/customers/{customer}")["customer"]["state"] == "active"
    assert service.get("/v1/plans")["items"] == []


@pytest.mark.parametrize("path", ["/v1/access?number=C-1&number=C-2", "/v1/access/a?email=&email="])
def test_the_key_is_checked_before_a_repetition_is_told(service: Service, path: str) -> None:
    assert service.call("GET", path, key="mk_live_wrong").json()["code"] == "key_invalid"
    assert service.http.get(service.url + path, timeout=10).json()["code"] == "key_missing"
    assert service.call("GET", path).json()["code"] == "invalid_request"


def test_lists_scans_and_objects_of_others_are_taken(service: Service) -> None:
    answer = service.call(
        "GET", "/v1/events", params=[("type", "customer.created"), ("type", "customer.updated")]
    )
    assert answer.status_code == 200
    jwk = b'{"kty":"OKP","kid":"a","kid":"b"}'
    answer = service.call(
        "POST", "/v1/signup/keys", data=b'{"jwks":{"keys":[' + jwk + b"]}}", headers=JSON
    )
    assert TWICE not in answer.text
    assert answer.status_code in (201, 422)
    scan = b'{"visit_id":"6f1c2f5e-8f1d-4a52-9c39-5d1f0b6f7c10","text":"x","text":"y"}'
    for declared in ("application/json", "application/json; charset=utf-8"):
        headers = {"Content-Type": declared}
        assert service.call("POST", "/v1/scans", data=scan, headers=headers).status_code == 200


DEPTHS = (1, 300, 500, *range(870, 1001, 10), 60_000)
"""All around the one from which on the reader of JSON gives up, and far from it."""
DEEP: dict[str, Callable[[int], bytes]] = {
    "lists": lambda depth: b'{"x":1,"x":2,"y":' + b"[" * depth + b"]" * depth + b"}",
    "objects": lambda depth: b'{"y":' * depth + b'{"x":1,"x":2}' + b"}" * depth,
}


@pytest.mark.parametrize("shape", DEEP)
def test_a_body_of_any_depth_is_refused(service: Service, shape: str) -> None:
    with ThreadPoolExecutor(2) as pool:

        def status(depth: int) -> int:
            body = DEEP[shape](depth)
            return service.call("POST", "/v1/customers", data=body, headers=JSON).status_code

        statuses = dict(zip(DEPTHS, pool.map(status, DEPTHS), strict=True))
    assert {depth: each for depth, each in statuses.items() if each not in (400, 422)} == {}
    assert set(statuses.values()) == {400, 422}


def test_no_depth_is_too_deep_to_look_for_names() -> None:
    """The reader of JSON of newer Pythons reads more levels than functions may call themselves."""
    sent: Any = _Object(x=2)
    sent.repeated = ["x"]
    for _ in range(5000):
        above = _Object(y=[sent])
        above.repeated = ()
        sent = above
    assert list(_repeated_in(sent)) == [("y", 0) * 5000 + ("x",)]


def test_the_places_in_deep_and_wide_bodies(routes: list[tuple[str, APIRoute]]) -> None:
    creates = dict(routes)["POST /v1/customers"]
    for depth in (0, 1, 2, 500):
        place = repeated_in_body(creates, DEEP["objects"](depth))
        assert place == [("y",) * depth + ("x",)]
    body = (
        b'{"a":[1,{"b":[],"c":{"d":1,"d":2}},[[{"e":1,"e":2}],{}]],"f":{"g":1,"g":2},"a2":3,"a2":4}'
    )
    assert repeated_in_body(creates, body) == [
        ("a2",),
        ("a", 1, "c", "d"),
        ("a", 2, 0, 0, "e"),
        ("f", "g"),
    ]


def test_a_repetition_comes_back_short_and_plain(
    service: Service, routes: list[tuple[str, APIRoute]]
) -> None:
    pairs = ",".join(f'"x{number}":1,"x{number}":2' for number in range(1000))
    answer = service.call("POST", "/v1/customers", data=f"{{{pairs}}}", headers=JSON)
    assert len(answer.json()["errors"]) == 20
    name = json.dumps("<b>\u202e\n" + "y" * 5000)
    answer = service.call("POST", "/v1/customers", data=f"{{{name}:1,{name}:2}}", headers=JSON)
    ((place, _),) = named(answer).items()
    assert place.startswith("body.?b???yyy")
    assert len(place) < 80
    creates: Any = dict(routes)["POST /v1/customers"]
    for broken in (b"", b"{", b"[" * 60_000, b"\xff", b'{"a":1,"a":1'):
        assert repeated_in_body(creates, broken) == ()
