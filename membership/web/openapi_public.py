"""The description of the routes that the public pages ask: a document of its own.

They need no API key: visitors prove who they are by mailed codes and sessions of the pages. Who
builds pages of their own for a club's members uses them; programs with keys use ``/openapi.json``.
"""

from collections.abc import Iterable
from copy import copy
from typing import Any

from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from api_client.messages.scan import Problem
from membership.web.errors import PROBLEM_TYPE

PUBLIC_URL = "/openapi-public.json"
_PUBLIC = "/v1/join/"
_DESCRIPTION = """
What the public pages of a club (`/join/...`, `/me/...`) ask: logging in by a mailed code, joining,
and what members see and do on their own page. `organization` is the club's short name.

No API key is needed. `POST .../codes` mails a code, `POST .../codes/verify` exchanges it for a
ticket, `POST .../sessions` the ticket for a session, whose token goes into `Authorization: Bearer
...` of the other routes. Answers may have more fields in later versions. Errors, times, types and
limits are as in `/openapi.json`. No other site may read answers in a browser:
there are no CORS headers.
"""


_MEMBER_SESSION = "/me/session"
_REFERENCE = "#/components/schemas/{model}"
_PROBLEMS = {"4XX": "The request was refused.", "5XX": "The service could not answer."}
_FASTAPIS_OWN = ("HTTPValidationError", "ValidationError")


def public_document(routes: Iterable[APIRoute], version: str) -> dict[str, Any]:
    """Return the OpenAPI description of the public routes among ``routes``."""
    described = get_openapi(
        title="Membership service, public pages",
        version=version,
        summary="Joining a club, and a member's own page.",
        description=_DESCRIPTION,
        routes=[_shown(route) for route in routes if route.path.startswith(_PUBLIC)],
        servers=[{"url": "/", "description": "This service."}],
    )
    schemas = described["components"]["schemas"]
    for name in _FASTAPIS_OWN:
        schemas.pop(name, None)
    problem = Problem.model_json_schema(ref_template=_REFERENCE)
    schemas.update({**problem.pop("$defs", {}), "Problem": problem})
    content = {PROBLEM_TYPE: {"schema": {"$ref": _REFERENCE.format(model="Problem")}}}
    for methods in described["paths"].values():
        for operation in methods.values():
            del operation["responses"]["422"]
            for status, description in _PROBLEMS.items():
                operation["responses"][status] = {"description": description, "content": content}
    return described


def _shown(route: APIRoute) -> APIRoute:
    """Return a copy of a route that is described, by the name of its function."""
    shown = copy(route)
    shown.include_in_schema = True
    member = route.path.endswith(_MEMBER_SESSION)
    shown.operation_id = shown.unique_id = f"{route.name}_of_page" if member else route.name
    return shown
