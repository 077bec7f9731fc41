"""What generated clients rely on: changes without defaults, valid defaults, names and scopes."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from membership.base.scopes import Scope
from membership.web.openapi_clients import drop_defaults_of_changes
from tests.membership.application import api_document
from tests.membership.needs import NEEDS

Node = dict[str, Any]


def operations() -> Iterator[tuple[str, Node]]:
    """Each operation with its name, such as ``POST /v1/scans``."""
    for path, methods in api_document().text["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_no_body_of_a_change_has_a_default() -> None:
    document = api_document()
    changes = [each for each in document.routes if each.method in ("PATCH", "PUT") and each.body]
    assert len(changes) > 10
    wrong = [
        f"{route.name}: {name}"
        for route in changes
        for name, field in document.resolved(route.body or {})["properties"].items()
        if "default" in field
    ]
    assert wrong == []


def test_bodies_that_create_keep_their_defaults() -> None:
    schemas = api_document().text["components"]["schemas"]
    assert schemas["NewPlan"]["properties"]["price_minor"]["default"] == 0
    assert "default" not in schemas["PlanChange"]["properties"]["price_minor"]


def test_a_body_of_a_change_and_of_others_must_not_have_defaults() -> None:
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Plan"}}}}
    paths = {"/plans": {"post": {"requestBody": body}, "patch": {"requestBody": body}}}
    schemas = {"Plan": {"properties": {"public": {"default": False}}}}
    with pytest.raises(ValueError, match="Plan has defaults"):
        drop_defaults_of_changes({"paths": paths, "components": {"schemas": schemas}})


def fields_with_default(node: Any) -> Iterator[Node]:
    """All schemas with a default in a part of the description."""
    if isinstance(node, list):
        for part in node:
            yield from fields_with_default(part)
    elif isinstance(node, dict):
        if "default" in node and ({"type", "anyOf", "$ref"} & set(node)):
            yield node
        for part in node.values():
            yield from fields_with_default(part)


def test_every_default_is_valid_for_its_schema() -> None:
    text = api_document().text
    fields = list(fields_with_default(text))
    assert len(fields) > 10
    wrong = [
        field
        for field in fields
        if not jsonschema_rs.is_valid({**field, "components": text["components"]}, field["default"])
    ]
    assert wrong == []


def test_names_are_short() -> None:
    text = api_document().text
    named = [*text["components"]["schemas"], *(each["operationId"] for _, each in operations())]
    assert [name for name in named if not re.fullmatch(r"[A-Za-z]+(_[a-z]+)*", name)] == []
    assert [name for name in named if len(name) > 40] == []


def test_every_route_names_its_scope() -> None:
    told = {
        name: [scope for each in operation.get("security", ()) for scope in each["HTTPBearer"]]
        for name, operation in operations()
    }
    needed = {name: [need.value] if isinstance(need, Scope) else [] for name, need in NEEDS.items()}
    assert told == {name: needed[name] for name in told}
    for name, operation in operations():
        assert all(f"`{scope}`" in operation["description"] for scope in told[name]), name


def test_the_server_is_named() -> None:
    assert [each["url"] for each in api_document().text["servers"]] == ["/"]
