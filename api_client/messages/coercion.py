"""What callers send is of the JSON type that the description names, and not made into it.

Pydantic takes ``"4900"`` for a number, ``"yes"`` for true, ``49.0`` for 49 of the smallest unit of
a currency and ``1700000000`` for an instant, which hides mistakes of the caller until they cost.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

_EXACT = frozenset(("int", "float", "bool"))
_TIMES = {
    "datetime": "must be an instant as text, such as 2027-03-31T22:00:00Z",
    "date": "must be a day as text, such as 2027-03-31",
}
_NO_SCHEMAS = frozenset(("default", "metadata", "serialization", "expected", "members"))


class NoCoercion:
    """Mixin of messages whose numbers, booleans, instants and days are not made of other types."""

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Return Pydantic's schema of the message, without conversions."""
        exact: CoreSchema = _exact(handler(source))
        return exact


def _exact(part: Any) -> Any:
    """A copy of a schema, or of a part of one, that converts nothing."""
    if isinstance(part, list | tuple):
        return type(part)(map(_exact, part))
    if not isinstance(part, dict):
        return part
    kind = part.get("type")
    if not isinstance(kind, str):  # fields by their names, one of which may be ``type``
        return {name: _exact(each) for name, each in part.items()}
    copy = {key: part[key] if key in _NO_SCHEMAS else _exact(part[key]) for key in part}
    if kind in _EXACT:
        return {**copy, "strict": True}
    if kind in _TIMES:
        return core_schema.no_info_before_validator_function(_Text(_TIMES[kind]), _schema(copy))
    return copy


def _schema(part: Mapping[str, Any]) -> Any:
    """The same, as a schema."""
    return part


class _Text:
    """Refuses numbers, and texts of digits that Pydantic takes for seconds since 1970."""

    def __init__(self, message: str) -> None:
        self._message = message

    def __call__(self, value: Any) -> Any:
        """Return the value. Raises PydanticCustomError."""
        text = isinstance(value, str) and "-" in value.strip().lstrip("-")
        if not (text or isinstance(value, date)):
            raise PydanticCustomError("text_expected", self._message)
        return value
