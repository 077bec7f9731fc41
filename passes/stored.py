"""Reading of documents that were stored: by their form, not by the rules of today.

What may be stored is decided when it arrives, and the rules for that may become stricter. A
document that met the rules of its day must stay readable: cards on phones are drawn from it. So
``StoredReader`` reads a model without its limits (lengths, patterns, ranges, further checks) and
drops keys that are not known any more. Types, enumerations and required values still hold.
"""

from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from pydantic_core import SchemaValidator

Model = TypeVar("Model", bound=BaseModel)

_LIMITS = frozenset({"min_length", "max_length", "pattern", "ge", "gt", "le", "lt", "multiple_of"})
_CHECK = "function-after"


class StoredReader(Generic[Model]):
    """Reads stored documents of a model."""

    def __init__(self, model: type[Model]) -> None:
        schema = _without_limits(model.__pydantic_core_schema__)
        # Parts are built anew as well, instead of taken from their models with all limits.
        self._validator = SchemaValidator(schema, _use_prebuilt=False)

    def read(self, content: object) -> Model:
        """Return the document of JSON values, or of JSON as text. Raises ValidationError."""
        read: Model = (
            self._validator.validate_json(content)
            if isinstance(content, str)
            else self._validator.validate_python(content)
        )
        return read


def _without_limits(schema: Any) -> Any:
    """Return a core schema of pydantic's without limits, checks and refusals of unknown keys."""
    if isinstance(schema, list):
        return [_without_limits(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == _CHECK:
        return _without_limits(schema["schema"])
    named = schema.get("type") in {"model-fields", "typed-dict", "dataclass-args"}
    return {
        key: {name: _without_limits(each) for name, each in value.items()}
        if named and key == "fields"
        else ("ignore" if key in {"extra_behavior", "extra_fields_behavior"} else _part(key, value))
        for key, value in schema.items()
        if key not in _LIMITS
    }


def _part(key: str, value: Any) -> Any:
    """Return a part of a schema; defaults and what is meant for people stay as they are."""
    return value if key in {"default", "metadata"} else _without_limits(value)
