"""Redacts personal data inside stored JSON: audit entries, and stored responses."""

from collections.abc import Collection, Mapping
from typing import Any

from membership.data.privacy.fields import ERASED_NAME, FIELDS, Erasure, Whose

_LISTS = frozenset({"former_numbers"})
"""Personal fields that are lists in messages."""
_REASONS = frozenset({"why"})
"""Why staff did something: free text, which the tables call otherwise."""
_REDACTED: Mapping[str, str | list[str] | None] = {
    **dict.fromkeys(_REASONS),
    **{
        name: [] if name in _LISTS else field.text if field.erasure is Erasure.TEXT else None
        for columns in FIELDS.values()
        for name, field in columns.items()
        if field.whose is Whose.CUSTOMER and field.erasure in {Erasure.NULL, Erasure.TEXT}
    },
}
"""The values that replace personal fields, by name."""

_OF_VIEWS: Mapping[str, str | None] = {"name": ERASED_NAME, "photo_path": None, "text": None}
"""The same for names that only responses have."""

MARK = "erased"
"""Replaces a value in the audit."""


def redact_entry(value: Any) -> Any:
    """A part of an audit entry, with its personal values replaced by ``MARK``."""
    if isinstance(value, list):
        return [redact_entry(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: MARK if name in _REDACTED and each is not None else redact_entry(each)
        for name, each in value.items()
    }


def redact_answer(value: Any, own_ids: Collection[str]) -> Any:
    """A stored response, still valid, without the personal data of the erased customer."""
    if isinstance(value, list):
        return [redact_answer(each, own_ids) for each in value]
    if not isinstance(value, dict):
        return value
    redacted = {**_REDACTED, **_OF_VIEWS} if str(value.get("id")) in own_ids else _REDACTED
    return {
        name: redacted[name] if name in redacted else redact_answer(each, own_ids)
        for name, each in value.items()
    }
