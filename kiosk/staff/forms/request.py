"""How a form becomes a request: the types that all forms share."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

from api_client.errors import Refused
from api_client.management import ManagementClient
from api_client.messages.scan import FieldFault, Problem
from kiosk.failures import OWN_WORDS
from kiosk.staff.pages.form import Value

Answer = TypeVar("Answer")

Call = Callable[[ManagementClient, str], Answer]
"""Sends a request with a client and an idempotency key. Raises ``api_client.errors.ApiError``."""
Filled = Callable[[Mapping[str, Value]], Callable[[ManagementClient, str], Answer]]
"""Turns the values of a form into a ``Call``."""


def refusal(sentence: str, code: str, field: str = "") -> Refused:
    """Return the error of a request that the desk itself refuses, with a sentence for staff.

    ``field`` is the name in the request of the field beside which it is shown, if there is one.
    """
    faults = (FieldFault(field=f"body.{field}", message=sentence, code=code),) if field else ()
    return Refused(Problem(type=OWN_WORDS, title=sentence, status=422, code=code, errors=faults))


def is_unknown(refused: Refused, field: str) -> bool:
    """Return whether a service refused a field of the body because it does not know it."""
    problem = refused.problem
    return problem.code == "invalid_request" and any(
        each.field == f"body.{field}"
        and (each.code == "unknown" or each.message.split(";")[0] == "unknown")
        for each in problem.errors
    )


def is_unknown_route(refused: Refused) -> bool:
    """Return whether a service of before refused because it does not have the route."""
    return refused.problem.code in {"no_such_route", "method_not_allowed"}


def as_json(values: Mapping[str, Value]) -> dict[str, Any]:
    """Return the values of a form as JSON values: days as ``YYYY-MM-DD``."""
    return {key: v.isoformat() if isinstance(v, date) else v for key, v in values.items()}


def without_blanks(values: Mapping[str, Value], keep: tuple[str, ...]) -> dict[str, Any]:
    """Return ``as_json`` with None for empty texts, except under the keys in ``keep``."""
    fields = as_json(values)
    return {key: None if v == "" and key not in keep else v for key, v in fields.items()}
