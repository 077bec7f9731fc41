"""Query parameters and fields of bodies that a route does not know; bodies that it does not take.

In ``/v1`` they are refused with 422, their name, and the nearest known one: a filter that is
misspelt would otherwise answer everything, a misspelt field of a change would change nothing.
Bodies are checked by their models (``RequestBody``), queries and bodies of routes that take none
here, against what the route itself declares. Two kinds of routes ignore them: those that declare
why (``ignores_unknown``), and all outside of ``/v1``, whose callers are browsers, with parameters
that other sites add.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar, get_args, get_origin

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.types import Scope

UNKNOWN = "walletdesk.unknown"
"""Key in the scope of a request: how many unknown names it had that were ignored."""

EXTRA = "extra_forbidden"
"""Pydantic's type of error for an unknown field."""

_API = "/v1/"
_REASON = "ignores_unknown"
_LONGEST_NAME = 60
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LONGEST_BODY = 1 << 16
"""Bytes of a body that are read for the names in it."""
_AT_MOST = 20
_NEAR = 0.6
"""Least similarity of a name that is offered instead, as ``difflib`` measures it."""

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_known_queries: dict[int, tuple[APIRoute, frozenset[str]]] = {}
_takes_body: dict[int, tuple[APIRoute, bool]] = {}


def ignores_unknown(reason: str) -> Callable[[Endpoint], Endpoint]:
    """Let a route of the API ignore unknown names, and count them in the log, for a ``reason``."""

    def declare(endpoint: Endpoint) -> Endpoint:
        endpoint.__dict__[_REASON] = reason
        return endpoint

    return declare


def reason_to_ignore(route: APIRoute) -> str | None:
    """Return why a route ignores unknown names; None if it refuses them."""
    if not route.path.startswith(_API):
        return "not the API: browsers, phones and probes"
    reason: str | None = route.endpoint.__dict__.get(_REASON)
    return reason


def count_ignored(scope: Scope, names: Sequence[str] | Mapping[str, Any]) -> None:
    """Count names that a route ignores, for the line of the request in the log."""
    if names:
        scope[UNKNOWN] = scope.get(UNKNOWN, 0) + len(names)


async def refuse_unknown_query(request: Request) -> None:
    """Dependency of all routes: raise RequestValidationError for unknown query parameters."""
    unknown = unknown_query(request)
    if not unknown:
        return
    if reason_to_ignore(request.scope["route"]) is not None:
        count_ignored(request.scope, unknown)
        return
    raise RequestValidationError(
        [{"type": EXTRA, "loc": ("query", name), "msg": "", "input": None} for name in unknown]
    )


async def refuse_unknown_body(request: Request) -> None:
    """Dependency of all routes: raise RequestValidationError for a body where none is taken.

    The error names the fields of a JSON object, or else the body. Empty ones (``{}``, ``null``)
    say nothing that could be lost, and are taken; so is any body of a GET, which has no meaning
    (RFC 9110, 9.3.1).
    """
    route = request.scope["route"]
    if request.method in _SAFE or not _sends_body(request) or takes_body(route):
        return
    if reason_to_ignore(route) is not None:
        return
    names = await _names_sent(request)
    if names:
        raise RequestValidationError(
            [{"type": EXTRA, "loc": name, "msg": "", "input": None} for name in names]
        )


async def _names_sent(request: Request) -> Sequence[tuple[str, ...]]:
    """Return where the fields of a body are, or the body itself; nothing for an empty one."""
    if int(request.headers.get("content-length", "0")) > _LONGEST_BODY:
        return [("body",)]
    body = (await request.body()).strip()
    if not body:
        return []
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return [("body",)]
    if isinstance(sent, dict):
        return [("body", name) for name in sent]
    return [("body",)] if sent else []


def _sends_body(request: Request) -> bool:
    """Return whether a request has a body, as its headers say."""
    headers = request.headers
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def takes_body(route: APIRoute) -> bool:
    """Return whether a route or one of its dependencies takes a body."""
    found = _takes_body.get(id(route))
    if found is None:
        reads = "requestBody" in (route.openapi_extra or {})
        declared = any(each.body_params for each in all_dependants(route.dependant))
        found = _takes_body[id(route)] = route, reads or declared
    return found[1]


def unknown_query(request: Request) -> Sequence[str]:
    """Return the query parameters of a routed request that its route does not declare."""
    if not request.scope["query_string"]:
        return ()
    known = known_query(request.scope["route"])
    return [name for name in request.query_params if name not in known]


def known_query(route: APIRoute) -> frozenset[str]:
    """Return the names of the query parameters that a route declares."""
    found = _known_queries.get(id(route))
    if found is None:
        found = _known_queries[id(route)] = route, frozenset(_declared(route))
    return found[1]


def _declared(route: APIRoute) -> Iterator[str]:
    """Yield the query parameters of a route and its dependencies, and those it parses itself."""
    for dependant in all_dependants(route.dependant):
        for field in dependant.query_params:
            annotation = field.field_info.annotation
            if isinstance(annotation, type) and issubclass(annotation, BaseModel):
                yield from _names(annotation)
            else:
                yield field.alias
    for parameter in (route.openapi_extra or {}).get("parameters", ()):
        if parameter["in"] == "query":
            yield parameter["name"]


def all_dependants(dependant: Dependant) -> Iterator[Dependant]:
    """Yield what FastAPI knows of a route or a dependency, and of all that it depends on."""
    yield dependant
    for each in dependant.dependencies:
        yield from all_dependants(each)


def unknown_first(errors: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Return errors with at most so many unknown names as a person would read."""
    unknown = [each for each in errors if each["type"] == EXTRA]
    return [*unknown[:_AT_MOST], *(each for each in errors if each["type"] != EXTRA)]


def explained(request: Request, error: Mapping[str, Any]) -> tuple[str, str]:
    """Return where an unknown name is, such as ``body.sate``, and what is nearest to it."""
    *path, name = error["loc"]
    place = shown_place(error["loc"])
    route = request.scope.get("route")
    known = _known_at(route, tuple(path)) if isinstance(route, APIRoute) else frozenset()
    near = _nearest(str(name), known)
    return place, "unknown" if near is None else f"unknown; did you mean {near}?"


def shown_place(path: Sequence[object]) -> str:
    """Return a place whose names a caller made up, such as ``body.sate``."""
    return ".".join(map(_shown, path))


def _shown(part: object) -> str:
    """Return a name that a caller made up, short and of plain letters."""
    text = str(part)
    plain = "".join(sign if sign.isalnum() or sign in "_-$" else "?" for sign in text)
    return plain if len(plain) <= _LONGEST_NAME else f"{plain[:_LONGEST_NAME]}…"


def _nearest(name: str, known: frozenset[str]) -> str | None:
    """Return the known name that is most like another one, or None."""
    folded = {each.casefold().replace("_", ""): each for each in sorted(known)}
    wanted = name[:_LONGEST_NAME].casefold().replace("-", "").replace("_", "")
    found = get_close_matches(wanted, folded, 1, _NEAR)
    return folded[found[0]] if found else None


def _known_at(route: APIRoute, path: tuple[object, ...]) -> frozenset[str]:
    """Return the names that a route knows at a place, such as ``("body", "billing")``."""
    if path[:1] == ("query",):
        return known_query(route)
    models = body_models(route, path[1:])
    return frozenset(name for each in models for name in _names(each))


def body_models(route: APIRoute, place: tuple[object, ...]) -> Iterator[type[BaseModel]]:
    """Yield the models that the object at a place in a route's body may be of."""
    for each in all_dependants(route.dependant):
        for field in each.body_params:
            yield from _below(field.field_info.annotation, place)


def _below(annotation: Any, path: tuple[object, ...]) -> Iterator[type[BaseModel]]:
    """Yield the models at a place below a type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if not path:
            yield annotation
            return
        for name, field in annotation.model_fields.items():
            if path[0] in (name, field.alias):
                yield from _below(field.annotation, path[1:])
        if path[0] == annotation.__name__:  # the member of a union that an error is about
            yield from _below(annotation, path[1:])
        return
    origin = get_origin(annotation)
    into = isinstance(origin, type) and issubclass(origin, Sequence | Mapping) and path
    for each in get_args(annotation):
        yield from _below(each, path[1:] if into else path)


def _names(model: type[BaseModel]) -> Iterator[str]:
    """Yield the names of a model's fields, as callers send them."""
    for name, field in model.model_fields.items():
        yield field.alias or name
