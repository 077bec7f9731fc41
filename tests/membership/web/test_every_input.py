"""What every route must refuse politely: pages and bodies too large, texts that are none."""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from membership.web.body_limits import body_limits
from membership.web.paging import LARGEST_PAGE
from tests.membership.application import api_document
from tests.membership.conftest import POSTGRESQL
from tests.membership.every_route import AnyRoute, Document, replaced, texts_in
from tests.membership.support import TIMEOUT, Service


@pytest.fixture(scope="module")
def backend() -> str:
    """PostgreSQL, the stricter one about texts; generated requests are also sent to SQLite."""
    return POSTGRESQL


@pytest.fixture
def document() -> Document:
    return api_document()


def path_of(route: AnyRoute) -> str:
    return route.path.format(**dict.fromkeys(route.path_names, uuid4()))


def test_pages_have_a_largest_size_on_every_route(service: Service, document: Document) -> None:
    paged = [route for route in document.routes if "limit" in route.query_names()]
    assert len(paged) > 8
    for route in paged:
        for limit in ("0", "-1", str(LARGEST_PAGE + 1), "1e9", "9" * 30, "\x00", ""):
            answer = service.call("GET", path_of(route), params={"limit": limit})
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), (
                route.name, limit, answer.text,
            )  # fmt: skip
        assert "cursor" in route.query_names(), route.name


def test_bodies_have_a_largest_size_on_every_route(service: Service, document: Document) -> None:
    data = b"x" * (service.settings.max_body_bytes + 1)
    for route in document.routes:
        largest, _ = body_limits(service.settings, route.method, path_of(route))
        if largest < len(data) and (route.body is not None or route.takes_bytes):
            answer = service.call(route.method, path_of(route), data=data)
            assert answer.status_code == 413, (route.name, answer.text)


BAD_TEXTS = ("a\x00b", "\ud800", "x" * 20_000)
BAD_IN_PATHS = ("a%00b", "%ed%a0%80", "%ff", "x" * 5000)
SAMPLE_AND_ALL = pytest.mark.parametrize(
    "take", [1, pytest.param(None, marks=pytest.mark.soak)], ids=["a sample", "all"]
)
"""How many texts every place gets, in turn: one, and each of them in the soak."""


def in_turn(texts: tuple[str, ...], take: int | None) -> Iterator[tuple[str, ...]]:
    """Returns for one place after the other the texts that it gets: ``take`` of them, or all."""
    for number in count():
        first = number % len(texts)
        yield (texts[first:] + texts[:first])[:take]


def bad_bodies(
    document: Document, route: AnyRoute, chosen: Iterator[tuple[str, ...]]
) -> Iterator[tuple[Any, bytes]]:
    """Bodies of a route in which one text is none, with the place where it stands."""
    assert route.body is not None
    whole = document.example(route.body, everything=True)
    for place in texts_in(whole):
        for text in next(chosen):
            # Halves of surrogate pairs can be written in JSON, as escapes.
            yield place, json.dumps(replaced(whole, place, text)).encode()


@SAMPLE_AND_ALL
def test_texts_that_are_none_are_never_a_fault(
    service: Service, document: Document, take: int | None
) -> None:
    headers = {"Content-Type": "application/json"}
    wrong, sent, chosen = [], 0, in_turn(BAD_TEXTS, take)
    for route in document.routes:
        if route.body is None:
            continue
        for place, body in bad_bodies(document, route, chosen):
            answer = service.call(route.method, path_of(route), data=body, headers=headers)
            sent += 1
            if answer.status_code >= 500:
                wrong.append((route.name, place, body[:200], answer.text))
    assert not wrong, "\n".join(map(str, wrong))
    assert sent > 200


@SAMPLE_AND_ALL
def test_texts_in_paths_and_queries_are_never_a_fault(
    service: Service, document: Document, take: int | None
) -> None:
    wrong, sent, chosen = [], 0, in_turn(BAD_IN_PATHS, take)
    for route in document.routes:
        if route.method != "GET":
            continue
        ids = dict.fromkeys(route.path_names, uuid4())
        paths = [
            route.path.format(**{**ids, name: text})
            for name in route.path_names
            for text in next(chosen)
        ]
        paths += [
            f"{path_of(route)}?{name}={text}"
            for name in route.query_names()
            for text in next(chosen)
        ]
        for path in paths:
            headers = {"Authorization": f"Bearer {service.key}"}
            answer = service.http.get(service.url + path, headers=headers, timeout=TIMEOUT)
            sent += 1
            if answer.status_code >= 500:
                wrong.append((path[:200], answer.text))
    assert not wrong, "\n".join(map(str, wrong))
    assert sent > 100


def test_deep_nesting_on_every_route(service: Service, document: Document) -> None:
    deep = '{"a":' * 2000 + "1" + "}" * 2000
    for route in document.routes:
        if route.body is None:
            continue
        for body in ("[" * 50_000, deep):
            headers = {"Content-Type": "application/json"}
            answer = service.call(route.method, path_of(route), data=body, headers=headers)
            assert 400 <= answer.status_code < 500, (route.name, answer.text)
