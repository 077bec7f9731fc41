"""Routes on the fast path: matched before all others, called without FastAPI's dependency solving.

FastAPI matches a route of an included router twice and solves its dependencies anew for each
request, which takes longer than a scan. A ``FastRoute`` binds the parameters of a well-formed
request itself. Every other request goes through FastAPI, which words the errors and describes the
route; both ways call the same function with the same values.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.routing import Match
from starlette.types import Message, Receive, Scope, Send

from membership.web.fast_path import FAST_PATH, FastEntrance, FastPath
from membership.web.repeated_names import REPEATED, repeated_in_body, repeated_in_query
from membership.web.unknown_fields import EXTRA, reason_to_ignore, unknown_query

_JSON = b"application/json"


@dataclass(frozen=True, slots=True)
class _Parameters:
    """Parameters of a route's function: names, and what gives their values."""

    path: tuple[Any, ...]
    request: str | None
    body: tuple[str, type[BaseModel]] | None
    fast_path: str
    entrance: FastEntrance


class FastRoute(APIRoute):
    """Route that takes a ``FastPath``, and beside it parameters of its path, the request, a body.

    The credential of an invalid request is checked before the request is refused.
    """

    def get_route_handler(self) -> Callable[[Request], Any]:
        """Return the handler of requests that go through FastAPI."""
        handle = super().get_route_handler()

        async def handle_key_first(request: Request) -> Response:
            return await _key_first(request, handle(request), self.parameters.entrance)

        return handle_key_first

    @cached_property
    def parameters(self) -> _Parameters:
        """What the function takes. Raises TypeError if it takes anything else."""
        taken = self.dependant
        named = {each.name: each.call for each in taken.dependencies}
        unbound = (*taken.query_params, *taken.header_params, *taken.cookie_params)
        if len(named) != 1 or unbound or len(taken.body_params) > 1:
            raise TypeError(f"{self.path} takes something else than a fast route can bind")
        ((name, entrance),) = named.items()
        if name is None or not isinstance(entrance, FastEntrance):
            raise TypeError(f"{self.path} takes no FastPath")
        body = None
        for field in taken.body_params:
            model: Any = field.field_info.annotation
            body = (field.name, model)
        return _Parameters(tuple(taken.path_params), taken.request_param_name, body, name, entrance)

    @cached_property
    def _refuses_names(self) -> bool:
        """Whether unknown and repeated names are refused."""
        return reason_to_ignore(self) is None

    async def bind(
        self, request: Request, receive: Receive, received: list[Message]
    ) -> dict[str, Any] | None:
        """Return the arguments of the function; None where the request is not well-formed.

        The messages of its body are added to ``received``. Raises Unauthorized.
        """
        taken = self.parameters
        if unknown_query(request) or repeated_in_query(request):
            return None
        arguments: dict[str, Any] = {}
        for field in taken.path:
            text = request.scope["path_params"][field.alias]
            arguments[field.name], faults = field.validate(text, {}, loc=("path", field.alias))
            if faults:
                return None
        if taken.body is not None:
            name, model = taken.body
            content = await _json_body(request.scope, receive, received)
            if content is None or (self._refuses_names and repeated_in_body(self, content)):
                return None
            try:
                arguments[name] = model.model_validate_json(content)
            except ValidationError:
                return None
        if taken.request is not None:
            arguments[taken.request] = request
        arguments[taken.fast_path] = await taken.entrance(request)
        return arguments


async def _key_first(
    request: Request, answering: Awaitable[Response], entrance: FastEntrance
) -> Response:
    """Return the response; if the request is invalid, check its credential before that is raised.

    Raises Unauthorized, Forbidden, RequestValidationError, and whatever ``answering`` raises.
    """
    try:
        return await answering
    except RequestValidationError as error:
        entered: FastPath | None = request.scope.get(FAST_PATH)
        if entered is None and any(each["type"] in (EXTRA, REPEATED) for each in error.errors()):
            entered = await entrance(request)  # refused before anything of it was looked at
        if entered is not None:
            await entered.check_key()
        raise


async def _json_body(scope: Scope, receive: Receive, received: list[Message]) -> bytes | None:
    """Return the body of a request; None if it breaks off, or is not declared as plain JSON."""
    declared = next((value for name, value in scope["headers"] if name == b"content-type"), None)
    if declared != _JSON:
        return None
    while True:
        message = await receive()
        received.append(message)
        if message["type"] != "http.request":
            return None
        if not message.get("more_body", False):
            return b"".join(each.get("body", b"") for each in received)


class FastRouter(APIRouter):
    """Router of fast routes, and of no others."""

    def __init__(self, **more: Any) -> None:
        super().__init__(route_class=FastRoute, **more)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match a request by path and method; a wrong method is left to FastAPI."""
        match, _ = self._find(scope)
        return super().matches(scope) if match is Match.PARTIAL else (match, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request: at once if it is well-formed, otherwise through FastAPI."""
        _, route = self._find(scope)
        if route is None:
            await super().handle(scope, receive, send)
            return
        received: list[Message] = []

        async def replay() -> Message:
            return received.pop(0) if received else await receive()

        request = Request(scope, replay)
        arguments = await route.bind(request, receive, received)
        if arguments is None:
            await super().handle(scope, replay, send)
            return
        answering = route.endpoint(**arguments)
        response = await _key_first(request, answering, route.parameters.entrance)
        await response(scope, receive, send)

    @cached_property
    def _fast_routes(self) -> list[FastRoute]:
        """The routes; all of them are added before the first request."""
        return [each for each in self.routes if isinstance(each, FastRoute) and each.parameters]

    def _find(self, scope: Scope) -> tuple[Match, FastRoute | None]:
        """Return how a request matches, and the route that matches fully.

        Such a route and the parameters in its path are put into the scope.
        """
        match = Match.NONE
        for route in self._fast_routes:
            found = route.path_regex.match(scope["path"])
            if found is None:
                continue
            if scope["method"] in (route.methods or ()):
                scope["route"], scope["path_params"] = route, found.groupdict()
                return Match.FULL, route
            match = Match.PARTIAL
        return match, None
