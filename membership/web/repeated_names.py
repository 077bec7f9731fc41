"""Names that a request to the API holds more than once: query parameters, fields of JSON objects.

Of ``{"state": "active", "state": "banned"}`` one value would be taken and the other one lost, and
another program on the way may read the other one (RFC 8259, 4). In ``/v1`` such a request is
refused with 422 and the name. Parameters that are lists are repeated on purpose. Routes that ignore
unknown names are not looked at, nor are objects whose fields others decide, such as a JWK Set.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, get_origin

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from membership.web.unknown_fields import (
    all_dependants,
    body_models,
    reason_to_ignore,
)

REPEATED = "repeated_name"
"""Type of the error for a name that was sent more than once."""

Place = tuple[str | int, ...]

_AT_MOST = 20
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_listed: dict[int, tuple[APIRoute, frozenset[str]]] = {}


async def refuse_repeated_names(request: Request) -> None:
    """Dependency of all routes: raise RequestValidationError for a name that is there twice."""
    route = request.scope["route"]
    if reason_to_ignore(route) is not None:
        return
    places: list[Place] = [("query", name) for name in repeated_in_query(request)]
    if request.method not in _SAFE and _takes_json(route):
        body = await request.body()
        places.extend(("body", *place) for place in repeated_in_body(route, body))
    if places:
        raise RequestValidationError(
            [
                {"type": REPEATED, "loc": place, "msg": "", "input": None}
                for place in places[:_AT_MOST]
            ]
        )


def _takes_json(route: APIRoute) -> bool:
    """Return whether a route takes a body that is no file."""
    return any(
        field.field_info.annotation is not bytes
        for each in all_dependants(route.dependant)
        for field in each.body_params
    )


def repeated_in_query(request: Request) -> Sequence[str]:
    """Return the query parameters of a routed request that it has more than once."""
    if not request.scope["query_string"]:
        return ()
    counts = Counter(name for name, _ in request.query_params.multi_items())
    repeated = [name for name, count in counts.items() if count > 1]
    if not repeated:
        return ()
    lists = _lists_of(request.scope["route"])
    return [name for name in repeated if name not in lists]


def _lists_of(route: APIRoute) -> frozenset[str]:
    """Return the names of the query parameters of a route that are lists."""
    found = _listed.get(id(route))
    if found is None:
        names = frozenset(
            field.alias
            for each in all_dependants(route.dependant)
            for field in each.query_params
            if _is_list(field.field_info.annotation)
        )
        found = _listed[id(route)] = route, names
    return found[1]


def _is_list(annotation: Any) -> bool:
    """Return whether a type is a list or a tuple."""
    origin = get_origin(annotation) or annotation
    return isinstance(origin, type) and issubclass(origin, list | tuple | set | frozenset)


class _Object(dict[str, Any]):
    """A JSON object, and which of its names it had more than once."""

    __slots__ = ("repeated",)
    repeated: Sequence[str]


def repeated_in_body(route: APIRoute, body: bytes) -> Sequence[Place]:
    """Return where in the JSON body of a route a name is that its object has more than once.

    Returns the first ``_AT_MOST`` places; none for a body that is no JSON, which is refused for
    that.
    """
    found = 0

    def read_object(pairs: list[tuple[str, Any]]) -> _Object:
        nonlocal found
        read = _Object(pairs)
        read.repeated = ()
        if len(read) != len(pairs):
            found += 1
            counts = Counter(name for name, _ in pairs)
            read.repeated = [name for name, count in counts.items() if count > 1]
        return read

    try:
        sent = json.loads(body, object_pairs_hook=read_object)
    except (ValueError, RecursionError):
        return ()
    if not found:
        return ()
    places = (place for place in _repeated_in(sent) if not _others_decide(route, place))
    return list(islice(places, _AT_MOST))


def _repeated_in(sent: object) -> Iterator[Place]:
    """Yield where a value read from JSON had a name more than once, however deep it is."""
    path: list[str | int] = []
    levels = [_steps((sent,))]
    while levels:
        # The first step, into the tuple above, is no part of a place.
        step = next(levels[-1], None)
        if step is None:
            levels.pop()
            if path:
                path.pop()
            continue
        path.append(step[0])
        if isinstance(step[1], _Object):
            yield from ((*path[1:], name) for name in step[1].repeated)
        levels.append(_steps(step[1]))


_Step = tuple[str | int, "_Object | list[Any]"]


def _steps(sent: Any) -> Iterator[_Step]:
    """Yield the names or positions in a value at which there are further objects and lists."""
    named = sent.items() if isinstance(sent, _Object) else enumerate(sent)
    return ((name, each) for name, each in named if isinstance(each, _Object | list))


def _others_decide(route: APIRoute, place: Place) -> bool:
    """Return whether a place in a body is in an object to which others may add fields."""
    return any(
        model.model_config.get("extra") != "forbid"
        for length in range(len(place))
        for model in body_models(route, place[:length])
    )
