"""Query parameters that a route parses by itself: one model, validated in one step.

FastAPI validates every parameter on its own, which took a tenth of the time of a permission check.
"""

from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

_IN_QUERY = "query"
Model = TypeVar("Model", bound=BaseModel)


def parse_query(request: Request, model: type[Model]) -> Model:
    """Return the query of a request as a ``model``.

    Raises RequestValidationError, with the same locations as FastAPI's own.
    """
    try:
        return model.model_validate(dict(request.query_params))
    except ValidationError as error:
        raise RequestValidationError(
            [{**each, "loc": (_IN_QUERY, *each["loc"])} for each in error.errors(include_url=False)]
        ) from error


def openapi_query_parameters(model: type[BaseModel]) -> list[dict[str, Any]]:
    """Return the fields of a model as OpenAPI parameters, for a route's ``openapi_extra``."""
    schema = model.model_json_schema()
    required = schema.get("required", ())
    return [
        {"name": name, "in": _IN_QUERY, "required": name in required, "schema": field}
        | ({"description": field["description"]} if "description" in field else {})
        for name, field in schema["properties"].items()
    ]
