"""Every route of the application, as its own document describes it, and bodies for them.

What is tested of all routes is generated from this, so that no new route can be forgotten.
"""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

_PAGE = "/staff/set-password"
_JOIN = "/v1/join/{organization}"
_CARD = "/{organization:organization}/{design}/{customer_id:uuid}"
_APPLE = "/apple/{organization}/v1"
_DEVICE = f"{_APPLE}/devices/{{device}}/registrations/{{pass_type}}"
UNDOCUMENTED = {
    "/openapi.json",
    "/openapi-public.json",
    _PAGE,
    f"{_PAGE}.css",
    f"{_PAGE}.js",
    _DEVICE,
    f"{_DEVICE}/{{serial}}",
    f"{_APPLE}/passes/{{pass_type}}/{{serial}}",
    f"{_APPLE}/log",
    _CARD,
    f"{_CARD}/card.pkpass",
    f"{_CARD}/google",
    "/join/load.js",
    "/join/app.js",
    "/join/app.css",
    "/join/login.js",
    "/join/clock.js",
    "/join/pay.js",
    "/join/{organization}/order/{outcome}",
    "/join/{organization}",
    "/join/{organization}/{plan_id}",
    "/join/{organization}/embed.js",
    "/join/{organization}/logo",
    f"{_JOIN}/codes",
    f"{_JOIN}/codes/verify",
    f"{_JOIN}/sessions",
    f"{_JOIN}/sessions/refresh",
    f"{_JOIN}/sessions/end",
    f"{_JOIN}/sessions/end-all",
    f"{_JOIN}/sessions/token",
    f"{_JOIN}/me",
    f"{_JOIN}/memberships",
    f"{_JOIN}/orders",
    f"{_JOIN}/orders/{{order_id}}",
    f"{_JOIN}/me/subscriptions",
    f"{_JOIN}/me/memberships/{{membership_id}}/cancel",
    f"{_JOIN}/me/memberships/{{membership_id}}/resume",
    f"{_JOIN}/me/memberships/{{membership_id}}/change",
    f"{_JOIN}/me/memberships/{{membership_id}}/change/plans",
    f"{_JOIN}/me/memberships/{{membership_id}}/change/preview",
    f"{_JOIN}/me/memberships/{{membership_id}}/change/withdraw",
    f"{_JOIN}/me/invoices",
    f"{_JOIN}/me/invoices/{{invoice_id}}/link",
    f"{_JOIN}/me/portal",
    "/v1/billing/stripe/{organization}/webhook",
    "/me/sw.js",
    "/me/files/{version}/{name}",
    "/me/{organization}",
    f"{_JOIN}/me/session",
    f"{_JOIN}/me/cards",
    f"{_JOIN}/me/live",
    f"{_JOIN}/me/payments",
    f"{_JOIN}/me/payments/{{payment_id}}/receipt.pdf",
    f"{_JOIN}/me/export",
    "/{organization:organization}/{design}/images/{tag}.png",
    "/{organization}/{design}/google/{tag}.png",
}
"""Routes that the document leaves out: itself, and pages that people open."""

_FORMATS = {
    "uuid": "6f1c2f5e-8f1d-4a52-9c39-5d1f0b6f7c10",
    "date-time": "2027-03-10T12:00:00Z",
    "date": "2027-03-10",
    "email": "ada@example.com",
    "uri": "https://example.com/hook",
    "password": "four quiet herons",
}


@dataclass(frozen=True)
class AnyRoute:
    """One operation: how it is called, and what it takes."""

    method: str
    path: str
    parameters: list[dict[str, Any]] = field(repr=False)
    body: dict[str, Any] | None = field(repr=False)
    """Schema of its JSON body, or None."""
    takes_bytes: bool = False

    @property
    def name(self) -> str:
        """Method and path, as in a table."""
        return f"{self.method} {self.path}"

    @property
    def path_names(self) -> list[str]:
        """Names of the parameters in its path."""
        return [each["name"] for each in self.parameters if each["in"] == "path"]

    def query_names(self) -> list[str]:
        """Names of the parameters in its query."""
        return [each["name"] for each in self.parameters if each["in"] == "query"]


@dataclass(frozen=True)
class Document:
    """The OpenAPI document of an application."""

    text: Mapping[str, Any]

    @property
    def routes(self) -> list[AnyRoute]:
        """All operations, in the order of the document."""
        return [
            self._route(method.upper(), path, told)
            for path, methods in self.text["paths"].items()
            for method, told in methods.items()
        ]

    def _route(self, method: str, path: str, told: Mapping[str, Any]) -> AnyRoute:
        content = told.get("requestBody", {}).get("content", {})
        body = content.get("application/json", {}).get("schema")
        return AnyRoute(
            method, path, told.get("parameters", []), body, bool(content) and body is None
        )

    def resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """A schema itself, where it is only referred to; of several the first that is not null."""
        while "$ref" in schema:
            schema = self.text["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        for several in ("anyOf", "oneOf"):
            if several in schema:
                return self.resolved(
                    next(one for one in schema[several] if one.get("type") != "null")
                )
        return schema

    def example(self, schema: Mapping[str, Any], *, everything: bool = False) -> Any:
        """A value that the schema allows: its example, or the plainest; all fields if asked."""
        if schema.get("examples") and not everything:
            return deepcopy(schema["examples"][0])
        shape = self.resolved(schema)
        if shape.get("type") == "object" and "properties" in shape:
            wanted = shape["properties"] if everything else shape.get("required", [])
            if shape.get("examples") and not everything:
                return deepcopy(shape["examples"][0])
            return {
                name: self.example(shape["properties"][name], everything=everything)
                for name in wanted
            }
        if shape.get("type") == "array" and (everything or shape.get("minItems", 0)):
            return [self.example(shape["items"], everything=everything)]
        examples = schema.get("examples") or shape.get("examples")
        return deepcopy(examples[0]) if examples else _plainest(shape)


def _plainest(shape: Mapping[str, Any]) -> Any:
    """The plainest value of a schema without parts."""
    if "const" in shape or "enum" in shape:
        return shape.get("const", shape.get("enum", [None])[0])
    match shape.get("type"):
        case "string":
            return _FORMATS.get(shape.get("format", ""), "x" * max(1, shape.get("minLength", 1)))
        case "integer" | "number":
            return shape.get("minimum", 1)
        case "boolean":
            return False
        case "array":
            return []
    return {}


def document_of(app: FastAPI) -> Document:
    """The document, once it is seen that it leaves no route out."""
    document = Document(app.openapi())
    told = {(route.method, route.path) for route in document.routes}
    there = {
        (method, re.sub(r":path\}", "}", str(context.path)))
        for context in iter_route_contexts(app.routes)
        for method in context.methods or ()
        if context.path not in UNDOCUMENTED
    }
    assert there == told, "a route that the document leaves out cannot be tested by it"
    return document


def texts_in(body: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where in a body texts stand."""
    if isinstance(body, str):
        yield path
    if isinstance(body, list):
        body = dict(enumerate(body))
    for key, part in body.items() if isinstance(body, dict) else ():
        yield from texts_in(part, (*path, key))


def replaced(body: Any, path: tuple[str | int, ...], value: Any) -> Any:
    """A copy of a body with another value at one place."""
    changed = deepcopy(body)
    at = changed
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return changed
