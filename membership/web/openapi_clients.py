"""What generated clients need of the OpenAPI description, beyond what FastAPI writes.

Generated clients send what the description has as a default. A change sets every field that is
sent, so a default of a change would overwrite what the caller never named: the bodies of ``PATCH``
and ``PUT`` have none. Files are described by ``format: binary``, which every generator reads as
bytes.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from membership.base.scopes import Scope, demanded_by
from membership.web.access import bearer
from membership.web.fast_path import FastEntrance
from membership.web.file_answers import BINARY

_BYTES = "application/octet-stream"
_CHANGES = ("patch", "put")


def operation_id(route: APIRoute) -> str:
    """Return the name of a route for generated clients: that of its function."""
    return route.name


def drop_defaults_of_changes(described: dict[str, Any]) -> None:
    """Remove the defaults of fields from the bodies of changes.

    An object inside of a body is set as a whole, so its own defaults are true and stay. Raises
    ValueError for a body that a ``POST`` shares: that one would lose its defaults.
    """
    changes, others = set[str](), set[str]()
    for methods in described["paths"].values():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            found = changes if method in _CHANGES else others
            found.update(_name(each["schema"]) for each in content.values() if "schema" in each)
    for name in sorted(changes - {""}):
        fields = described["components"]["schemas"][name].get("properties", {}).values()
        with_default = [each for each in fields if "default" in each]
        if with_default and name in others:
            raise ValueError(f"{name} has defaults and is the body of changes and of others")
        for field in with_default:
            del field["default"]


def describe_files(described: dict[str, Any]) -> None:
    """Describe bodies of bytes as files: ``contentMediaType`` alone is read as a text."""
    for methods in described["paths"].values():
        for operation in methods.values():
            content = operation.get("requestBody", {}).get("content", {})
            if _BYTES in content:
                content[_BYTES].update(BINARY)


def _name(schema: dict[str, Any]) -> str:
    """Return the name of the schema of a body, which may be optional; empty without one."""
    choices = (schema, *schema.get("anyOf", ()))
    references = (str(each["$ref"]) for each in choices if "$ref" in each)
    return next(references, "").rpartition("/")[2]


def name_scopes(described: dict[str, Any], routes: Iterable[APIRoute]) -> None:
    """Name the scope of each route, in its security requirement and its description."""
    for route in routes:
        scopes = sorted({each.value for each in _scopes(route.dependant)})
        for method in (route.methods or ()) if scopes else ():
            operation = described["paths"].get(route.path_format, {}).get(method.lower())
            if operation is not None:
                operation["security"] = [{bearer.scheme_name: scopes}]
                listed = " and ".join(f"`{each}`" for each in scopes)
                operation["description"] += f"\n\nScope: {listed}."


def _scopes(dependant: Dependant) -> Iterator[Scope]:
    """Yield the scopes that a route's dependencies demand."""
    call = dependant.call
    need = call.scope if isinstance(call, FastEntrance) else demanded_by(call)
    if isinstance(need, Scope):
        yield need
    for each in dependant.dependencies:
        yield from _scopes(each)
