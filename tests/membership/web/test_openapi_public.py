"""The description of the public routes: all of them, with names and errors of their own."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
import requests

from tests.membership.application import api_app_routes
from tests.membership.conftest import SQLITE
from tests.membership.support import TIMEOUT, Service

PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def backend() -> str:
    """One of them: descriptions do not depend on the database."""
    return SQLITE


@pytest.fixture
def described(service: Service) -> dict[str, Any]:
    """The document as anybody gets it, without a key."""
    answer = requests.get(f"{service.url}/openapi-public.json", timeout=TIMEOUT)
    assert answer.status_code == 200
    document: dict[str, Any] = answer.json()
    return document


def operations(described: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each operation with its name, such as ``POST /v1/join/{organization}/codes``."""
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def references(node: Any) -> Iterator[str]:
    """The names of all schemas that a part of the document refers to."""
    if isinstance(node, list):
        for part in node:
            yield from references(part)
    elif isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].rpartition("/")[2]
        for part in node.values():
            yield from references(part)


def test_all_public_routes_and_no_others(service: Service, described: dict[str, Any]) -> None:
    there = {
        f"{method} {route.path}"
        for route in api_app_routes()
        if route.path.startswith("/v1/join/")
        for method in route.methods or ()
    }
    assert {name for name, _ in operations(described)} == there
    private = requests.get(f"{service.url}/openapi.json", timeout=TIMEOUT).json()
    assert not set(private["paths"]) & set(described["paths"])


def test_every_operation_is_named_and_told(described: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in operations(described)]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z_]+", each) for each in names)
    for name, operation in operations(described):
        assert operation["description"].endswith("."), name
        assert {"4XX", "5XX"} < set(operation["responses"]), name
        assert PROBLEM in operation["responses"]["4XX"]["content"], name
    assert set(references(described)) <= set(described["components"]["schemas"])


def test_a_refusal_is_as_described(service: Service, described: dict[str, Any]) -> None:
    path = f"/v1/join/{service.tenant.slug}/codes"
    answer = requests.post(service.url + path, json={"emial": "a@example.com"}, timeout=TIMEOUT)
    assert answer.status_code >= 400
    assert answer.headers["Content-Type"] == PROBLEM
    schema = {"$ref": "#/components/schemas/Problem", "components": described["components"]}
    jsonschema_rs.Draft202012Validator(schema).validate(answer.json())
