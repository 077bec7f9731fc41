"""Bodies of requests are of the JSON types that the description names: nothing is converted."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from api_client.messages.coercion import NoCoercion
from membership.web.unknown_fields import all_dependants
from tests.membership.application import api_app_routes
from tests.membership.conftest import SQLITE
from tests.membership.every_route import Document, replaced
from tests.membership.support import Service

Place = tuple[str | int, ...]

OTHERS: dict[str, tuple[Any, ...]] = {
    "integer": ("4900", 49.0, 49.5, True, "yes", ""),
    "number": ("1.5", True, ""),
    "boolean": ("yes", "true", "false", 1, 0, 1.0, ""),
    "date-time": (1_700_000_000, "1700000000", 1_700_000_000.5, True),
    "date": (20_000, "20000", 0, True),
}
"""Values of other types that Pydantic would convert, by the type or format that is described."""


@pytest.fixture(scope="module")
def backend() -> str:
    """One of them: bodies are read before the database is."""
    return SQLITE


def models() -> Iterator[tuple[str, type[BaseModel]]]:
    """The message that each route takes as its body, those of the public pages included."""
    for route in api_app_routes():
        for dependant in all_dependants(route.dependant):
            for field in dependant.body_params:
                model = field.field_info.annotation
                if isinstance(model, type) and issubclass(model, BaseModel):
                    yield route.path, model


def places(document: Document, schema: Any, at: Place = ()) -> Iterator[tuple[Place, str]]:
    """Where in an example of a schema something is that could be converted, and what it is."""
    shape = document.resolved(schema)
    kind = shape.get("format") or shape.get("type")
    if kind in OTHERS:
        yield at, kind
    for name, part in shape.get("properties", {}).items():
        yield from places(document, part, (*at, name))
    if shape.get("type") == "array" and "items" in shape:
        yield from places(document, shape["items"], (*at, 0))


def test_no_body_of_any_route_is_converted() -> None:
    taken, tried = [], 0
    for model, path in {model: path for path, model in models()}.items():
        assert issubclass(model, NoCoercion), (path, model)
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        document = Document({"components": {"schemas": schema.pop("$defs", {})}})
        whole = document.example({**schema, "examples": None}, everything=True)
        for place, kind in places(document, schema):
            for value in OTHERS[kind]:
                tried += 1
                if place not in refused(model, replaced(whole, place, value)):
                    taken.append((path, model.__name__, place, value))
    assert not taken, "\n".join(map(str, taken))
    assert tried > 150


def refused(model: type[BaseModel], body: Any) -> set[Place]:
    """Where a body is not as the model wants it."""
    try:
        model.model_validate(body)
    except ValidationError as error:
        places = (each["loc"] for each in error.errors())
        return {loc[:length] for loc in places for length in range(len(loc) + 1)}
    return set()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("price_minor", "4900", id="text"),
        pytest.param("price_minor", 49.0, id="fraction"),
        pytest.param("price_minor", True, id="truth"),
        pytest.param("public", "yes", id="word"),
        pytest.param("public", 1, id="number"),
    ],
)
def test_a_converted_value_changes_nothing(service: Service, field: str, value: Any) -> None:
    plan = service.plan()
    before = service.get(f"/v1/plans/{plan}")
    answer = service.call("PATCH", f"/v1/plans/{plan}", json={field: value})
    assert answer.status_code == 422, answer.text
    assert [each["field"] for each in answer.json()["errors"]] == [f"body.{field}"]
    assert service.get(f"/v1/plans/{plan}") == before
